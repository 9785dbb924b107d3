// Searches shared by threads, as `check --workers` shares them, against the same searches in one thread.
import { resolve } from "node:path";
import { setTimeout } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { bundle } from "../../src/cli/load/bundle.ts";
import { instantiate, modelsOf } from "../../src/cli/load/instantiate.ts";
import { Crew } from "../../src/cli/verify/crew.ts";
import { REDUCTIONS } from "../../src/explore/reductions.ts";
import { type Limits, Search } from "../../src/explore/search.ts";
import type { Tally } from "../../src/explore/threads/tally.ts";
import type { Scenario } from "../../src/lang/index.ts";
import { compile } from "../../src/machine/index.ts";
import { folder, root } from "../support/check.ts";
import { outcome, unlimited } from "../support/together.ts";

interface Settings {
	readonly limits?: Partial<Limits>;
	readonly patience?: number;
	/** Called between slices. */
	readonly meanwhile?: (search: Search) => void;
}

/** Explores a scenario of the model in a file by so many threads, all of which take part from the beginning. */
async function explore(file: string, scenario: Scenario, workers: number, settings: Settings = {}) {
	const bundled = await bundle(resolve(root, file));
	const [model] = modelsOf(await instantiate(bundled));
	const system = () => model?.build(scenario) as NonNullable<ReturnType<NonNullable<typeof model>["build"]>>;
	const { limits, patience = 10, meanwhile } = settings;
	const compilation = { symmetry: true };
	const search = new Search(compile(system(), compilation), { ...unlimited, ...limits }, { patience });
	const reductions = new Set(REDUCTIONS);
	const orders = { workers, bundle: bundled, index: 0, scenario, reductions, compilation };
	const crew = new Crew(search, orders, pathToFileURL(`${root}dist/worker.js`));
	onTestFinished(() => crew.end());
	while (crew.expected) await setTimeout(5);
	const tallies: Tally[] = [];
	const invite = search.invite.bind(search);
	search.invite = (bus) => {
		const invitation = invite(bus);
		tallies.push(invitation.tally);
		return invitation;
	};
	try {
		for (crew.admit(); search.slice(20); crew.admit()) {
			meanwhile?.(search);
			await setTimeout(0);
		}
	} catch (error) {
		if (search.failing?.error !== error) throw error;
	}
	// All took part, in what was long enough.
	expect(tallies).toHaveLength(workers - 1);
	if (search.transitions > 500_000) for (const { transitions } of tallies) expect(transitions[0]).toBeGreaterThan(0);
	return outcome(search);
}

const lock = { procs: 5, split: 0 };

test.each<[string, string, Scenario, Partial<Limits>]>([
	["peterson", "bench/models/peterson.ts", lock, {}],
	["peterson up to a limit of states", "bench/models/peterson.ts", lock, { states: 400_000 }],
	["peterson up to a depth", "bench/models/peterson.ts", lock, { depth: 30 }],
	["the twin of bio-task", "bench/models/bio-task-twin.ts", { cpus: 2, tasks: 3, bios: 1, fix: 0, workfn: 0 }, {}],
	["bio-task", "models/bio-task.ts", { design: "v4", caller: "direct", preempt: "rt", cpus: 2, bios: 2 }, {}],
])("%s comes to the same with one, two and three threads", async (_, file, scenario, limits) => {
	const alone = await explore(file, scenario, 1, { limits });
	for (const workers of [2, 3, 2]) expect(await explore(file, scenario, workers, { limits })).toEqual(alone);
});

/** Counts in three variables; `body` is run by each step, in a model of its own file. */
const counter = (body: string): string => `import { loop, model, range, system, waitUntil } from "preempt";
export default model("counter", { about: "", build() {
	const sys = system({ state: { x: range(0, 59), y: range(0, 59), z: range(0, 59) } });
	for (const axis of ["x", "y", "z"] as const)
		sys.process(axis, sys.routine(axis, {}, [
			loop([waitUntil(axis + "++", ({ s }) => s[axis] < 59, ({ s }) => { ${body}; s[axis]++; })]),
		]));
	return sys;
} });
`;

test("of several errors, met by whichever thread, the first is reported, with its place", async () => {
	const files = folder({ "counter.ts": counter("if (s.x + s.y + s.z === 70 && s.x > 20 + s.y) s.x = 60") });
	const alone = await explore(`${files}/counter.ts`, {}, 1);
	expect(alone.failing?.message).toBe("StepError: out-of-range write: x is a number from 0 to 59, not 60");
	for (let i = 0; i < 4; i++) expect(await explore(`${files}/counter.ts`, {}, 3)).toEqual(alone);
});

test("a step that never ends is found in whichever thread it is", async () => {
	const files = folder({ "counter.ts": counter("if (s.x + s.y === 50 && s.z === 9) for (;;);") });
	const { failing } = await explore(`${files}/counter.ts`, {}, 2, { patience: 0.3 });
	expect(failing?.message).toBe("StepError: a step that never ends");
});

test("an interrupt ends all threads, and what is known by then is whole", async () => {
	const files = folder({ "counter.ts": counter("") });
	const { stopped, count, expanded } = await explore(`${files}/counter.ts`, {}, 3, {
		meanwhile: (search) => search.store.count > 20_000 && search.stop("interrupt"),
	});
	expect(stopped).toBe("interrupt");
	expect(count).toBeGreaterThan(expanded);
	expect(count).toBeLessThan(60 ** 3);
});
