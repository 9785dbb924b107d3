import { fileURLToPath } from "node:url";
import { describe, test } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { REDUCTIONS } from "../explore/reductions.ts";
import { type Expectations, type Model, type Names, requireKnown, type Scenario } from "../lang/index.ts";
import { FORMS, type ModelResult, plain, type ScenarioResult, WIDTH } from "../report/index.ts";
import { Sources } from "../trace/index.ts";
import { gate, unlessAllHolds } from "./gate/gate.ts";
import { limitsOf } from "./plan/limits.ts";
import { nameOf, scenariosOf } from "./plan/scenarios.ts";
import { FIGURES_AT_MOST } from "./plan/settings.ts";
import { verify } from "./verify/verify.ts";

/** Which scenarios are tested, and how far; each as the option of the command `check` of that name. */
export interface DescribeOptions {
	readonly all?: boolean;
	/** Scenarios by name. */
	readonly scenario?: readonly string[];
	/** `axis=value,value`, each. */
	readonly set?: readonly string[];
	readonly maxStates?: number;
	readonly maxMemory?: string;
	readonly maxTime?: number;
	readonly maxDepth?: number;
	readonly audit?: boolean;
	/** Milliseconds for each scenario; default 60,000. */
	readonly timeout?: number;
}

const OPTIONS: Names<DescribeOptions> = {
	all: true,
	scenario: true,
	set: true,
	maxStates: true,
	maxMemory: true,
	maxTime: true,
	maxDepth: true,
	audit: true,
	timeout: true,
};

/**
 * Adds one test for each scenario of a model. It fails where a verdict is not the one that `expectations` demands, or,
 * without them, where a property does not hold; the message is the counterexample.
 */
export function describeModel(model: Model, expectations?: Expectations, options: DescribeOptions = {}): void {
	requireKnown("describeModel()", options, OPTIONS);
	const { all = false, scenario = [], set = [], timeout = 60_000 } = options;
	const { chosen, refused } = scenariosOf(model, { all, scenario, set });
	describe(model.name, () => {
		for (const each of chosen)
			test(nameOf(model, each), { timeout }, async ({ signal }) => {
				const message = await complaint(model, each, expectations, options, signal);
				if (message !== undefined) throw new Unexpected(message);
			});
		// What the model itself says makes no sense is shown with its reason: left out, nobody would know.
		for (const { name, reason } of refused) test.skip(`${name}: ${reason}`);
	});
}

/** A verdict that is not as it should be. The stack of the test says nothing, the trace in the message does. */
class Unexpected extends Error {
	override readonly name = "Unexpected";
	override readonly stack = "";
}

/** The report of a scenario whose verdicts are not as they should be. */
async function complaint(
	model: Model,
	scenario: Scenario,
	expectations: Expectations | undefined,
	options: DescribeOptions,
	signal: AbortSignal,
): Promise<string | undefined> {
	const sources = new Sources(process.cwd(), isModelCode);
	const task = {
		model,
		scenario,
		sources,
		only: undefined,
		limits: limitsOf(options),
		workers: 1,
		reductions: new Set(REDUCTIONS),
		minimise: "steps",
		figures: FIGURES_AT_MOST,
		shows: false,
		audit: options.audit,
	} as const;
	const watcher = { tick: () => {}, done: () => {}, interrupted: () => signal.aborted };
	const result = resultOf(model, await verify(task, watcher), sources);
	const gated = expectations ? gate(result, { path: "its spec", expect: expectations }, []) : unlessAllHolds(result);
	if (gated.code === 0) return undefined;
	return FORMS.text.each({ model: result, gate: gated }, { tool: manifest, paint: plain, width: WIDTH, sources });
}

function resultOf({ name, about, origin }: Model, scenario: ScenarioResult, sources: Sources): ModelResult {
	const file = sources.line(origin.author)?.file ?? name;
	return { name, about, file, scenarios: [scenario], notBegun: [], refused: [], uncalled: undefined };
}

/** The folder of this file, built or not, and those beside it. */
const own = ["../dist/", "../src/", "../specs/", "../../specs/"].map((path) =>
	fileURLToPath(new URL(path, import.meta.url)),
);
const isModelCode = (file: string): boolean => !own.some((folder) => file.startsWith(folder));
