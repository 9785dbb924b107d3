import type { Model, Scenario } from "../../lang/index.ts";
import type { Sources } from "../../trace/index.ts";
import { UsageError } from "../exit.ts";
import type { Bundle } from "../load/bundle.ts";
import { filesOf, type ModelFile } from "../load/files.ts";
import { modelsOf } from "../load/instantiate.ts";
import { load } from "../load/load.ts";
import type { Options } from "./options.ts";
import { describe, knows, type Refused, scenariosOf } from "./scenarios.ts";

/** A model with the scenarios that were chosen of it. */
export interface Plan {
	readonly path: string;
	/** The file's code, and which of its models this is. */
	readonly bundle: Bundle;
	readonly index: number;
	readonly model: Model;
	readonly chosen: readonly Scenario[];
	readonly refused: readonly Refused[];
}

/** What of the command line says what is to be run. */
export type Choosing = Pick<Options, "files" | "all" | "scenario" | "set" | "property">;

/** Loads the files and settles what is to be run. `warn` hears of files that a folder holds and that are no models. */
export async function planOf(options: Choosing, sources: Sources, warn: (message: string) => void): Promise<Plan[]> {
	const loaded = await Promise.all(filesOf(options.files).map((file) => modelsIn(file, sources, warn)));
	const found = loaded.flat();
	if (found.length === 0) throw new UsageError(`${options.files.join(", ")}: no file there exports a model`);
	const models = found.map(({ model }) => model);
	for (const setting of options.set) requireAny(models, setting);
	return found.map((each) => ({ ...each, ...scenariosOf(each.model, options) }));
}

async function modelsIn({ path, fromFolder }: ModelFile, sources: Sources, warn: (message: string) => void) {
	const { bundle, exports } = await load(path, sources);
	const models = modelsOf(exports);
	if (models.length === 0) {
		const message = `${path}: exports no model: export what model("name", { ... }) returns`;
		if (!fromFolder) throw new UsageError(message);
		warn(message);
	}
	return models.map((model, index) => ({ path, bundle, index, model }));
}

/** Of several models, one at least must have the axis or size. */
function requireAny(models: readonly Model[], setting: string): void {
	if (models.some((model) => knows(model, setting))) return;
	const name = setting.split("=")[0];
	const known = models.map((model) => `${model.name} has ${describe(model)}`).join("; ");
	throw new UsageError(`${setting}: there is no axis or size ${name}; ${known}`);
}
