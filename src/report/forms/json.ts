import type { CriticalWindow, Explanation, Trace } from "../../trace/index.ts";
import { type Comparison, telling } from "../comparison.ts";
import { gapsIn } from "../gaps.ts";
import { commonTo, labelOf, probabilityOf } from "../label.ts";
import {
	type Counterexample,
	type Failure,
	type PropertyResult,
	type ScenarioResult,
	shortest,
	shownAs,
	type Which,
} from "../result.ts";
import type { Form, Tool, Verified } from "./form.ts";

/** Raised with every change that a reader could stumble over; docs/json.md describes it. */
const SCHEMA = "preempt-report/1";

/** The report for programs: an object for each model, in an array where there are several. */
export const json: Form = {
	whole: (all, { tool }) => {
		const reports = all.map((verified) => jsonReport(tool, verified));
		return `${JSON.stringify(reports.length === 1 ? reports[0] : reports, undefined, "\t")}\n`;
	},
};

function jsonReport(tool: Tool, { model, gate }: Verified): object {
	const reductions = [...new Set(model.scenarios.flatMap((scenario) => scenario.reductions))];
	const which = telling(gate);
	const shown = new Set(shortest(model, which).map(({ counterexample }) => counterexample));
	return {
		schema: SCHEMA,
		tool,
		model: { name: model.name, file: model.file, about: model.about },
		reliesOn: { ...commonTo(model.scenarios), reductions },
		scenarios: model.scenarios.map((result) => scenario(result, which, shown)),
		notBegun: model.notBegun,
		refused: model.refused,
		uncalled: model.uncalled?.map(({ routine, source }) => ({ routine, ...line(source) })) ?? null,
		...(gate ? { gate: compared(gate) } : {}),
	};
}

function scenario(result: ScenarioResult, which: Which, shown: ReadonlySet<Counterexample>): object {
	const { name, axes, sizes, status, stopped, states, transitions, depth, seconds, bits, cuts, reductions, unreduced } =
		result;
	const { expanded, depth: complete, omitted } = result.coverage;
	return {
		name,
		axes,
		sizes,
		status,
		...(stopped ? { stopped } : {}),
		...(stopped && !result.simulation ? { coverage: { expanded, depth: complete } } : {}),
		...(result.comparison === "exact" ? {} : { omission: { expected: omitted, probability: probabilityOf(omitted) } }),
		...(result.simulation ? { simulation: result.simulation } : {}),
		states,
		transitions,
		depth,
		seconds,
		bits,
		reductions,
		unreduced,
		cuts,
		...(result.failure ? { error: failure(result.failure) } : {}),
		neverTaken: labelOf(result).unreached.map(({ routine, label, source }) => ({ routine, label, ...line(source) })),
		neverCame: gapsIn([result]).missed.map(({ routine, missed, source }) => ({ routine, missed, ...line(source) })),
		properties: result.properties.map((each) => property(each, which(result, each), shown)),
	};
}

/** `best` asks for the best counterexample, `shown` has those that are explained in full: each takes its time. */
function property(result: PropertyResult, best: boolean, shown: ReadonlySet<Counterexample>): object {
	const { id, title, class: kind, verdict, per, unknown, run } = result;
	const counterexample = result.counterexample ?? result.witness;
	const as = counterexample && shownAs(counterexample, best);
	return {
		id,
		title,
		class: kind,
		verdict,
		...(per ? { per } : {}),
		...(unknown ? { unknown } : {}),
		...(as
			? {
					steps: as.trace.steps.length,
					contextSwitches: as.trace.contextSwitches,
					kernelSwitches: as.trace.kernelSwitches ?? null,
					fewest: as.fewest ?? null,
					explanation: as.trace.explanation,
					...(shown.has(counterexample) ? { explained: inFull(counterexample.explanation()) } : {}),
					trace: trace(as.trace),
				}
			: {}),
		...(run ? { run: dearest(run.trace()) } : {}),
	};
}

function dearest(run: Trace): object {
	const { steps, contextSwitches, kernelSwitches, explanation } = run;
	return {
		steps: steps.length,
		contextSwitches,
		kernelSwitches: kernelSwitches ?? null,
		explanation,
		trace: trace(run),
	};
}

function inFull({ critical, involved, standing }: Explanation): object {
	const window = ({ steps: [after, before], by, ...rest }: CriticalWindow) => ({
		...rest,
		steps: [after, before ?? null],
		by: by ?? null,
	});
	const { tried, undecided, wrong, windows, together } = critical;
	return {
		critical: { tried, undecided, wrong, windows: windows.map(window), together: together.map(window) },
		involved,
		standing,
	};
}

function compared({ differences, mutants, neverViolated, coverage: reached }: Comparison): object {
	return {
		differences,
		...(mutants
			? {
					mutants: { caught: mutants.caught.length, unseen: mutants.unseen },
					neverViolated: neverViolated ?? null,
				}
			: {}),
		...(reached ? { coverage: coverage(reached) } : {}),
	};
}

/** Null where it could not be compared. */
function coverage({ differences }: NonNullable<Comparison["coverage"]>): object[] | null {
	return (
		differences?.map(({ routine, label, source, because }) => ({
			routine,
			label,
			...line(source),
			...(because === undefined ? {} : { because }),
		})) ?? null
	);
}

function failure({ message, source, trace: found, before }: Failure): object {
	return { message, ...line(source), ...(found ? { trace: trace(found) } : {}), before };
}

function trace({ steps }: Trace): object[] {
	return steps.map(
		({ process, cpu, context, depth, stack, label, outcome, values, source, changes, preempts, from }) => ({
			process,
			cpu: cpu ?? null,
			context,
			depth,
			routine: stack.at(-1)?.routine ?? "",
			label,
			...(preempts ? { preempts } : {}),
			...(from === undefined ? {} : { from }),
			...(outcome === undefined ? {} : { outcome }),
			values: Object.fromEntries(values.map(({ name, value }) => [name, value])),
			...line(source),
			changes: changes.map(({ path, from, to }) => ({ path, from, to })),
		}),
	);
}

const line = (source: { readonly file: string; readonly line: number } | undefined) => ({
	file: source?.file ?? null,
	line: source?.line ?? null,
});
