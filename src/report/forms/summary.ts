import { commonTo } from "../label.ts";
import type { ScenarioResult } from "../result.ts";
import type { Form, Verified } from "./form.ts";

/** Raised as that of the JSON report is; docs/json.md describes it. */
const SCHEMA = "preempt-summary/1";

/** Every verdict with the length of its shortest trace, for programs that want no traces: those take the time. */
export const summary: Form = {
	whole: (all, { tool }) => `${JSON.stringify({ schema: SCHEMA, tool, models: all.map(modelOf) }, undefined, "\t")}\n`,
};

function modelOf({ model, gate }: Verified): object {
	const { name, file, about, scenarios, notBegun, refused } = model;
	const properties = scenarios.flatMap((scenario) => scenario.properties);
	return {
		name,
		file,
		about,
		reliesOn: commonTo(scenarios),
		properties: Object.fromEntries(properties.map(({ id, title, class: kind }) => [id, { title, class: kind }])),
		scenarios: scenarios.map(scenarioOf),
		notBegun: notBegun.length,
		refused: refused.length,
		...(gate ? { gate: { differences: gate.differences.length, mutants: gate.mutants?.caught.length ?? null } } : {}),
	};
}

function scenarioOf(scenario: ScenarioResult): object {
	const { name, axes, sizes, status, stopped, states, depth, reductions, cuts, statements, properties } = scenario;
	return {
		name,
		axes,
		sizes,
		status,
		...(stopped ? { stopped } : {}),
		states,
		depth,
		reductions,
		neverTaken: statements.filter(({ taken }) => taken === 0).length,
		cuts,
		verdicts: Object.fromEntries(
			properties.map(({ id, verdict, counterexample, witness }) => {
				const found = counterexample ?? witness;
				return [id, { verdict, ...(found ? { steps: found.length } : {}) }];
			}),
		),
	};
}
