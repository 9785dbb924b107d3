import { type ModelResult, surprising, type Tool } from "../report/index.ts";
import { Sources } from "../trace/index.ts";
import { EXIT, worst } from "./exit.ts";
import { FIGURES_AT_MOST, FIGURES_QUICKLY } from "./figures.ts";
import { gateWhole, specFor } from "./gate.ts";
import { Interrupt } from "./interrupt.ts";
import { limitsOf, workersOf } from "./limits.ts";
import { requireMutants } from "./mutants.ts";
import type { Options } from "./options.ts";
import { type Plan, planOf } from "./plan.ts";
import { ProgressLine } from "./progress.ts";
import { Reports } from "./reports.ts";
import { requireProperties, run } from "./run.ts";
import { prepareFolder, saveCounterexamples } from "./save.ts";
import { walksOf } from "./simulate.ts";
import { typecheck } from "./typecheck.ts";

/** Verifies what the command line names, and reports. Returns the exit code. */
export async function check(options: Options, tool: Tool, sources = new Sources()): Promise<number> {
	const [limits, workers] = [limitsOf(options), workersOf(options)];
	const reports = new Reports(options, tool, sources);
	if (options.saveTraces !== undefined) prepareFolder(options.saveTraces);
	const warn = (message: string) => void process.stderr.write(`${message}\n`);
	// What a spec demands, it demands of all.
	const plans = await planOf({ ...options, all: options.all || options.gate }, sources, warn);
	requireProperties(plans, options.property);
	const types = options.typecheck ? typecheck(plans.map(({ path }) => path)) : undefined;
	const specs = options.gate ? await Promise.all(plans.map(({ path }) => specFor(path, options.spec, sources))) : [];
	for (const [i, { path, mutants }] of specs.entries())
		if (mutants) requireMutants((plans[i] as Plan).model, mutants, path);

	// Until here Ctrl-C ends it at once, even where the code of a file goes round for ever.
	const interrupt = new Interrupt();
	const progress = new ProgressLine(
		process.stderr,
		plans.reduce((sum, { chosen }) => sum + chosen.length, 0),
	);
	const settings = {
		properties: options.property,
		limits,
		workers,
		reductions: options.reductions,
		audit: options.audit,
		minimise: options.minimise,
		figures: options.figures || options.gate || options.property.length > 0 ? FIGURES_AT_MOST : FIGURES_QUICKLY,
		shows: !options.gate,
		simulate: walksOf(options),
		sources,
	};
	const codes: number[] = [];
	for (const [i, plan] of plans.entries()) {
		const model = await run(plan, settings, {
			tick: (scenario, state) => progress.update(scenario, state),
			done: () => progress.next(),
			interrupted: () => interrupt.pressed,
		});
		progress.clear();
		const spec = specs[i];
		const gated = spec && gateWhole(plan.model, model, spec, options.property);
		if (options.saveTraces !== undefined)
			for (const file of saveCounterexamples(options.saveTraces, model, gated && surprising(gated)))
				warn(`saved ${file}`);
		codes.push(...(gated ? [gated.code] : codesOf(model)));
		reports.add({ model, gate: gated });
	}
	await interrupt.ignore();
	reports.end();
	const errors = await types;
	if (errors) process.stderr.write(errors);
	return worst(errors ? [EXIT.usage, ...codes] : codes);
}

const codesOf = ({ scenarios, notBegun }: ModelResult): number[] => [
	...(notBegun.length > 0 ? [EXIT.incomplete] : []),
	...scenarios.map(({ status }) => OF_STATUS[status]),
];

const OF_STATUS = { holds: EXIT.holds, violated: EXIT.violated, incomplete: EXIT.incomplete, error: EXIT.model };
