import { resolve } from "node:path";
import type { Model } from "../../lang/index.ts";
import { gapsIn, type ModelResult } from "../../report/index.ts";
import { isWhole } from "../plan/scenarios.ts";

/**
 * The routines of a model's own file that no process calls in any of its scenarios: other files may be shared, and
 * other models call what is in them. Undefined where not every scenario was begun, for another may call them.
 */
export function uncalledIn(
	model: Model,
	{ file, scenarios }: Pick<ModelResult, "file" | "scenarios">,
): ModelResult["uncalled"] {
	if (!isWhole(model, scenarios) || scenarios.some(({ failure }) => failure)) return undefined;
	return gapsIn(scenarios).uncalled.filter(({ source }) => source && resolve(source.file) === resolve(file));
}
