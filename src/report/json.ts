import type { Trace } from "../trace/index.ts";
import type { Difference } from "./gate.ts";
import type { Failure, ModelResult, PropertyResult, ScenarioResult } from "./result.ts";

/** Raised with every change that a reader could stumble over; docs/json.md describes it. */
export const SCHEMA = "preempt-report/1";

export interface Tool {
	readonly name: string;
	readonly version: string;
}

/** The report for programs, of one model. */
export function jsonReport(tool: Tool, model: ModelResult, differences?: readonly Difference[]): object {
	return {
		schema: SCHEMA,
		tool,
		model: { name: model.name, file: model.file, about: model.about },
		reliesOn: { memoryModel: "SC", comparison: "exact", reductions: [], determinism: "sampled" },
		scenarios: model.scenarios.map(scenario),
		notBegun: model.notBegun,
		refused: model.refused,
		...(differences ? { gate: { differences } } : {}),
	};
}

function scenario(result: ScenarioResult): object {
	const { name, axes, sizes, status, stopped, states, transitions, depth, seconds, bits, cuts } = result;
	return {
		name,
		axes,
		sizes,
		status,
		...(stopped ? { stopped } : {}),
		states,
		transitions,
		depth,
		seconds,
		bits,
		cuts,
		...(result.failure ? { error: failure(result.failure) } : {}),
		neverTaken: result.statements
			.filter(({ taken }) => taken === 0)
			.map(({ routine, label, source }) => ({ routine, label, ...line(source) })),
		properties: result.properties.map(property),
	};
}

function property({ id, title, class: kind, verdict, counterexample }: PropertyResult): object {
	const found = counterexample?.trace();
	return {
		id,
		title,
		class: kind,
		verdict,
		...(found
			? {
					steps: found.steps.length,
					contextSwitches: found.contextSwitches,
					kernelSwitches: found.kernelSwitches ?? null,
					explanation: found.explanation,
					trace: trace(found),
				}
			: {}),
	};
}

function failure({ message, source, trace: found }: Failure): object {
	return { message, ...line(source), ...(found ? { trace: trace(found) } : {}) };
}

function trace({ steps }: Trace): object[] {
	return steps.map(({ process, cpu, context, depth, stack, label, outcome, values, source, changes }) => ({
		process,
		cpu: cpu ?? null,
		context,
		depth,
		routine: stack.at(-1)?.routine ?? "",
		label,
		...(outcome === undefined ? {} : { outcome }),
		values: Object.fromEntries(values.map(({ name, value }) => [name, value])),
		...line(source),
		changes: changes.map(({ path, from, to }) => ({ path, from, to })),
	}));
}

const line = (source: { readonly file: string; readonly line: number } | undefined) => ({
	file: source?.file ?? null,
	line: source?.line ?? null,
});
