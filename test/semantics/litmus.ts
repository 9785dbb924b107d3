import { describe, expect, test } from "vitest";
import { Search } from "../../src/explore/search.ts";
import {
	addTask,
	type Kernel,
	type KernelState,
	type LinuxSystem,
	type Options,
	type Rule,
	type TaskOptions,
} from "../../src/kernel/index.ts";
import {
	type BuiltSystem,
	block,
	bool,
	type EventTypes,
	type Id,
	type In,
	type Sight,
	type Stmt,
} from "../../src/lang/index.ts";
import { compile, StepError } from "../../src/machine/index.ts";
import { apartAlike } from "../support/apart-alike.ts";
import { bisimilar } from "../support/bisimilar.ts";

/** A kind of state that executions may come to; `end`: only one in which nothing is left to do counts. */
export type Outcome<S> = ((v: Sight<S>) => boolean) | { readonly end: (v: Sight<S>) => boolean };
type Outcomes<S> = Readonly<Record<string, Outcome<S>>>;

/** What all executions of a small system are to show. */
export interface Experiment {
	readonly system: BuiltSystem;
	/** Each is reached by some execution. */
	readonly allows: readonly string[];
	/** None is reached by any. */
	readonly forbids: readonly string[];
	/** Ids of the errors that the library raises: all of them, and no others. */
	readonly reports: readonly string[];
	/** An outcome tells steps apart that are taken together: whether a task that has nothing left to do has ended, or has been given its CPU. */
	readonly tellsApart: boolean;
}

export function observe<S extends KernelState, T extends EventTypes>(
	sys: LinuxSystem<S, T>,
	{
		allows = {},
		forbids = {},
		reports = [],
		tellsApart = false,
	}: {
		readonly allows?: Outcomes<S>;
		readonly forbids?: Outcomes<S>;
		readonly reports?: readonly string[];
		readonly tellsApart?: boolean;
	},
): Experiment {
	for (const [name, outcome] of Object.entries({ ...allows, ...forbids }))
		sys.property(name, {
			title: name,
			statement: `Never: ${name}.`,
			...(typeof outcome === "function" ? { invariant: (v) => !outcome(v) } : { terminal: (v) => !outcome.end(v) }),
		});
	return { system: sys, allows: Object.keys(allows), forbids: Object.keys(forbids), reports, tellsApart };
}

/** Options of the kernel under test: nothing, or the mutant. */
export type Variant = Pick<Options, "mutant">;
type Build = (variant: Variant) => Experiment;

/** Of larger systems, the quotient is not decided. */
const LARGE = 2_500;

/**
 * A litmus test of `rule`, said in one line: small systems that show what it allows, cannot reach what it forbids, and
 * can no longer be told to do so when the library breaks the rule on purpose. Each of `systems` must notice. In each,
 * states that the library's quotient makes one go on alike.
 */
export function litmus(rule: Rule, says: string, systems: Readonly<Record<string, Build>>): void {
	describe(`${rule}: ${says}`, () => {
		for (const [name, build] of Object.entries(systems)) {
			test(name, () => {
				expect(failures(build({}))).toEqual([]);
			});
			if (build({}).system.quotient)
				test(`${name}: what is kept of a state goes on as it does`, () => {
					expect(bisimilar(() => build({}).system, LARGE)).not.toBe("unlike");
				});
			if (!build({}).tellsApart)
				test(`${name}: to be given a CPU, to move and to end together with a step makes no difference`, () => {
					expect(apartAlike(() => build({}).system, LARGE)).not.toBe("unlike");
				});
			test(`${name}: the mutant is noticed`, () => {
				expect(failures(build({ mutant: rule }))).not.toEqual([]);
			});
		}
	});
}

const limits = { states: 50_000, time: 30, memory: 2 ** 26, depth: Number.POSITIVE_INFINITY };

/** Explores everything; says in which points the executions are not as expected. */
export function failures({ system, allows, forbids, reports }: Experiment): string[] {
	const search = new Search(compile(system), limits);
	const errors: string[] = [];
	try {
		while (search.slice(1_000));
	} catch (error) {
		if (!(error instanceof StepError)) throw error;
		errors.push(`model error: ${error.message}`);
	}
	if (search.stopped) throw new Error(`not all executions were seen: ${search.stopped}`);
	const { findings } = search;
	const raised = [...findings.values()].filter(({ property }) => ![...allows, ...forbids].includes(property));
	return [
		...errors,
		...allows.filter((name) => !findings.has(name)).map((name) => `not reached: ${name}`),
		...forbids.flatMap((name) =>
			findings.has(name) ? [`reached in ${findings.get(name)?.length} steps: ${name}`] : [],
		),
		...reports.filter((id) => !findings.has(id)).map((id) => `not reported: ${id}`),
		...raised.filter(({ property }) => !reports.includes(property)).map((f) => `reported: ${f.property} ${f.message}`),
	];
}

/** A task; its local `flags` is there for local_irq_save(). */
export function spawn<S extends KernelState, T extends EventTypes>(
	k: Kernel,
	sys: LinuxSystem<S, T>,
	name: string,
	body: readonly Stmt<In<LinuxSystem<S, T>, { flags: boolean }>, string>[],
	options: TaskOptions<object> = {},
): Id<"context"> {
	const routine = sys.routine(name, { locals: { flags: bool } }, [
		block(...(body as readonly unknown[] as readonly Stmt<unknown>[])),
	]);
	return addTask(k, sys, name, routine, options);
}
