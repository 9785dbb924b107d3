import { type ModelResult, surprising, type Tool } from "../../report/index.ts";
import { Sources } from "../../trace/index.ts";
import { EXIT, worst } from "../exit.ts";
import { gateWhole } from "../gate/gate.ts";
import { requireMutants } from "../gate/mutants.ts";
import { type Spec, specFor } from "../gate/spec.ts";
import { typecheck } from "../load/typecheck.ts";
import { Reports } from "../output/reports.ts";
import { prepareFolder, saveCounterexamples } from "../output/save.ts";
import type { Options } from "../plan/options.ts";
import { type Plan, planOf } from "../plan/plan.ts";
import { requireProperties } from "../plan/properties.ts";
import { settingsOf } from "../plan/settings.ts";
import { Watched } from "../run/watched.ts";

/** Verifies what the command line names, and reports. Returns the exit code. */
export async function check(options: Options, tool: Tool, sources = new Sources()): Promise<number> {
	const settings = settingsOf(options);
	const reports = new Reports(options, tool, sources);
	if (options.saveTraces !== undefined) prepareFolder(options.saveTraces);
	const warn = (message: string) => void process.stderr.write(`${message}\n`);
	// What a spec demands, it demands of all.
	const plans = await planOf({ ...options, all: options.all || options.gate }, sources, warn);
	requireProperties(plans, options.property);
	const types = options.typecheck ? typecheck(plans.map(({ path }) => path)) : undefined;
	const specs = options.gate ? await specsFor(plans, options.spec, sources) : [];

	// Until here Ctrl-C ends it at once, even where the code of a file goes round for ever.
	const watched = new Watched(plans);
	const codes: number[] = [];
	for (const [i, plan] of plans.entries()) {
		const model = await watched.run(plan, settings, sources);
		const spec = specs[i];
		const gated = spec && gateWhole(plan.model, model, spec, options.property);
		if (options.saveTraces !== undefined)
			for (const file of saveCounterexamples(options.saveTraces, model, gated && surprising(gated)))
				warn(`saved ${file}`);
		codes.push(...(gated ? [gated.code] : codesOf(model)));
		reports.add({ model, gate: gated }, watched.progress);
	}
	await watched.end();
	reports.end(watched.progress);
	const errors = await types;
	if (errors) process.stderr.write(errors);
	return worst(errors ? [EXIT.usage, ...codes] : codes);
}

/** The spec of each model, which every one of them must have. */
async function specsFor(plans: readonly Plan[], given: string | undefined, sources: Sources): Promise<Spec[]> {
	const specs = await Promise.all(plans.map(({ path }) => specFor(path, given, sources)));
	for (const [i, { path, mutants }] of specs.entries())
		if (mutants) requireMutants((plans[i] as Plan).model, mutants, path);
	return specs;
}

const codesOf = ({ scenarios, notBegun }: ModelResult): number[] => [
	...(notBegun.length > 0 ? [EXIT.incomplete] : []),
	...scenarios.map(({ status }) => OF_STATUS[status]),
];

const OF_STATUS = { holds: EXIT.holds, violated: EXIT.violated, incomplete: EXIT.incomplete, error: EXIT.model };
