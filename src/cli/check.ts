import {
	counterexamples,
	gateReport,
	jsonReport,
	type ModelResult,
	type Tool,
	textReport,
	type Which,
	WIDTH,
} from "../report/index.ts";
import { Sources } from "../trace/index.ts";
import { EXIT, worst } from "./exit.ts";
import { type Gated, gate, specFor } from "./gate.ts";
import { Interrupt } from "./interrupt.ts";
import { limitsOf } from "./limits.ts";
import type { Options } from "./options.ts";
import { Output } from "./output.ts";
import { planOf } from "./plan.ts";
import { ProgressLine } from "./progress.ts";
import { requireProperties, run } from "./run.ts";
import { makeFolder, saveCounterexamples } from "./save.ts";
import { typecheck } from "./typecheck.ts";

/** Verifies what the command line names, and reports. Returns the exit code. */
export async function check(options: Options, tool: Tool): Promise<number> {
	const interrupt = new Interrupt();
	const sources = new Sources();
	const limits = limitsOf(options);
	const output = new Output(options);
	if (options.saveTraces !== undefined) makeFolder(options.saveTraces);
	const warn = (message: string) => void process.stderr.write(`${message}\n`);
	const plans = await planOf(options, sources, warn);
	requireProperties(plans, options.property);
	const types = options.typecheck ? typecheck(plans.map(({ path }) => path)) : undefined;
	const specs = options.gate ? await Promise.all(plans.map(({ path }) => specFor(path, options.spec, sources))) : [];

	const progress = new ProgressLine(
		process.stderr,
		plans.reduce((sum, { chosen }) => sum + chosen.length, 0),
	);
	const results: ModelResult[] = [];
	const gated: Gated[] = [];
	for (const [i, plan] of plans.entries()) {
		const result = await run(plan, options.property, limits, sources, {
			tick: (scenario, state) => progress.update(scenario, state),
			done: () => progress.next(),
			interrupted: () => interrupt.pressed,
		});
		progress.clear();
		results.push(result);
		const spec = specs[i];
		if (spec) gated.push(gate(result, spec, options.property));
		if (options.saveTraces !== undefined)
			for (const file of saveCounterexamples(options.saveTraces, result, surprising(gated[i]))) warn(`saved ${file}`);
		if (options.format === "text") output.write((i > 0 ? "\n" : "") + text(result, gated[i], output));
	}
	interrupt.ignore();
	if (options.format === "json") {
		const reports = results.map((result, i) => jsonReport(tool, result, gated[i]?.differences));
		output.write(`${JSON.stringify(reports.length === 1 ? reports[0] : reports, undefined, "\t")}\n`);
	}
	output.end();
	const errors = await types;
	if (errors) process.stderr.write(errors);
	return worst([
		...(errors ? [EXIT.usage] : []),
		...(options.gate ? gated.map(({ code }) => code) : results.flatMap(codes)),
	]);
}

function text(result: ModelResult, gated: Gated | undefined, { paint }: Output): string {
	if (!gated) return textReport(result, paint);
	const failed = result.scenarios.some(({ failure }) => failure);
	if (failed) return textReport(result, paint);
	const found = counterexamples(result, paint, surprising(gated));
	return gateReport(result, gated.spec, gated.differences, WIDTH, paint) + found;
}

/** Under --gate: the violations that are differences from the spec. */
const surprising = (gated: Gated | undefined): Which | undefined =>
	gated &&
	((scenario, property) => gated.differences.some((d) => d.scenario === scenario.name && d.property === property.id));

const codes = ({ scenarios, notBegun }: ModelResult): number[] => [
	...(notBegun.length > 0 ? [EXIT.incomplete] : []),
	...scenarios.map(({ status }) => OF_STATUS[status]),
];

const OF_STATUS = { holds: EXIT.holds, violated: EXIT.violated, incomplete: EXIT.incomplete, error: EXIT.model };
