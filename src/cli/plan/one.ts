import type { Model, Scenario } from "../../lang/index.ts";
import { compile } from "../../machine/index.ts";
import type { Sources, Subject } from "../../trace/index.ts";
import { UsageError } from "../exit.ts";
import { failureOf, LoadError } from "../failure.ts";
import { type Choosing, planOf } from "./plan.ts";
import { onlyOf, requireDeclared } from "./properties.ts";
import { nameOf } from "./scenarios.ts";

/** One scenario of one model, ready to run. */
export interface One {
	readonly path: string;
	readonly model: Model;
	readonly scenario: Scenario;
	/** The scenario's name. */
	readonly name: string;
	readonly subject: Subject;
}

/** The scenario that the command line chooses; it must be one. `named` is the model's name, where that is known. */
export async function oneOf(options: Choosing, sources: Sources, named?: string): Promise<One> {
	const plans = (await planOf(options, sources, () => {})).filter(
		({ model }) => named === undefined || model.name === named,
	);
	if (named !== undefined && plans.length === 0)
		throw new UsageError(`${options.files.join(", ")}: holds no model named ${named}`);
	const [plan, ...others] = plans;
	const [scenario, ...more] = plan?.chosen ?? [];
	if (!plan || !scenario || others.length + more.length > 0) {
		const names = plans.flatMap(({ model, chosen }) => chosen.map((each) => nameOf(model, each)));
		throw new UsageError(`choose one scenario with --scenario: ${names.join(", ")}`);
	}
	const { path, model } = plan;
	return {
		path,
		model,
		scenario,
		name: nameOf(model, scenario),
		subject: subjectOf(path, model, scenario, options.property, sources),
	};
}

function subjectOf(
	path: string,
	model: Model,
	scenario: Scenario,
	properties: readonly string[],
	sources: Sources,
): Subject {
	const only = onlyOf(properties);
	try {
		const system = model.build(scenario);
		requireDeclared(properties, new Set(system.properties.map(({ id }) => id)));
		return { system, machine: compile(system, { only }), only };
	} catch (error) {
		throw error instanceof UsageError ? error : new LoadError(path, failureOf(error, sources));
	}
}
