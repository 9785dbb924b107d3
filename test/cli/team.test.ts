// Scenarios of one run, explored by several threads: the report is that of one thread.
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { Queue } from "../../src/cli/run/queue.ts";
import { type Assignment, Team, type Wanted } from "../../src/cli/run/team.ts";
import { check, folder } from "../support/check.ts";

/** Twelve scenarios that take a while, of which `body` makes something: `n` is the scenario's number. */
const counters = (body: string): string => `import { isMainThread } from "node:worker_threads";
import { loop, model, range, system, waitUntil } from "preempt";
export default model("counters", {
	about: "",
	axes: { n: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11] },
	build({ n }) {
		let end = 30;
		${body}
		const sys = system({ state: { x: range(0, 40), y: range(0, 40), z: range(0, 40) } });
		for (const axis of ["x", "y", "z"] as const)
			sys.process(axis, sys.routine(axis, {}, [
				loop([waitUntil(axis + "++", ({ s }) => s[axis] < end, ({ s }) => { s[axis]++; })]),
			]));
		sys.property("sum", { title: "", statement: "", invariant: ({ s }) => s.x + s.y + s.z !== 8 * Number(n) });
		return sys;
	},
});
`;

async function report(body: string, workers: number, ...more: readonly string[]) {
	const files = folder({ "counters.ts": counters(body) });
	const { code, stdout, stderr } = await check(
		["counters.ts", "--workers", String(workers), "--format", "json", ...more],
		{ cwd: files },
	);
	expect(stderr).toBe("");
	const { scenarios, notBegun } = JSON.parse(stdout);
	for (const scenario of scenarios) delete scenario.seconds;
	return { code, scenarios, notBegun };
}

test("several threads come to the report of one", async () => {
	const alone = await report("", 1);
	expect(alone.scenarios).toHaveLength(12);
	expect(alone.code).toBe(1);
	for (const workers of [2, 3]) expect(await report("", workers)).toEqual(alone);
});

test("they do take part", async () => {
	const { scenarios } = await report("if (!isMainThread) end = 31;", 2);
	const states = scenarios.map((scenario: { states: number }) => scenario.states);
	expect(new Set(states)).toEqual(new Set([31 ** 3, 32 ** 3]));
});

test("what a thread has found it explains, too: here the main thread could not", async () => {
	const files = folder({ "counters.ts": counters("if (isMainThread) n = 99;") });
	const { code, stdout } = await check(["counters.ts", "--workers", "2"], { cwd: files });
	expect(stdout).toMatch(/^sum .*: violated in /m);
	expect(stdout).toContain("Length: ");
	expect(code).toBe(1);
});

test("a thread is told what it is to explain, and waited for until it has, or has ended", async () => {
	const queue = Queue.of(12, 2);
	const file = join(
		folder({
			"telling.mjs": `import { parentPort, workerData } from "node:worker_threads";
				workerData.words.set([2, 2], 2);
				parentPort.once("message", ([{ scenario, property }]) =>
					parentPort.postMessage({ scenario, property, told: "a tale" }));`,
		}),
		"telling.mjs",
	);
	const watcher = { tick: () => {}, done: () => {}, interrupted: () => false };
	const assignment = { words: queue.words, settings: { workers: 2 } } as Assignment;
	const team = new Team(assignment, queue, watcher, pathToFileURL(file));
	try {
		const [first, second] = [0, 1].map((scenario) => ({ scenario, property: "P" })) as [Wanted, Wanted];
		team.want([first, second]);
		await team.telling(first);
		expect(team.told(0, "P")).toBe("a tale");
		await team.telling(second);
		expect(team.told(1, "P")).toBeUndefined();
	} finally {
		team.end();
	}
});

test("what a thread is to explain is waited for no longer than is said", async () => {
	const queue = Queue.of(12, 2);
	const file = join(folder({ "mute.mjs": "setInterval(() => {}, 1000);" }), "mute.mjs");
	const watcher = { tick: () => {}, done: () => {}, interrupted: () => false };
	const assignment = { words: queue.words, settings: { workers: 2 } } as Assignment;
	const team = new Team(assignment, queue, watcher, pathToFileURL(file));
	try {
		await team.telling({ scenario: 0, property: "P" }, 30);
		expect(team.told(0, "P")).toBeUndefined();
	} finally {
		team.end();
	}
}, 10_000);

test("after a scenario that ends in an error none is reported, whoever explored it", async () => {
	const alone = await report("if (n === 7) end = 41;", 1);
	expect(alone.code).toBe(3);
	expect(alone.scenarios).toHaveLength(8);
	for (const workers of [2, 3]) expect(await report("if (n === 7) end = 41;", workers)).toEqual(alone);
});

test("what a thread breaks down at, the main thread does", async () => {
	const alone = await report("", 1);
	expect(await report("if (!isMainThread && n > 3) process.exit(9);", 3)).toEqual(alone);
	expect(await report("if (!isMainThread && n > 3) throw new Error('not here');", 3)).toEqual(alone);
});

test("what a thread has done without a word being heard of it, the main thread does", async () => {
	const queue = Queue.of(4, 2);
	const file = join(
		folder({
			"silent.mjs": `import { workerData } from "node:worker_threads";
				Atomics.add(workerData.words, 0, 2);
				workerData.words.set([2, 2], 2);`,
		}),
		"silent.mjs",
	);
	const watcher = { tick: () => {}, done: () => {}, interrupted: () => false };
	const assignment = { words: queue.words, settings: { workers: 2 } } as Assignment;
	const team = new Team(assignment, queue, watcher, pathToFileURL(file));
	try {
		// Scenarios 0 and 1 are taken by the thread, which ends.
		expect(await team.result(0)).toBeUndefined();
		expect(await team.result(1)).toBeUndefined();
		expect([queue.takenBy(1), queue.take(), queue.take(), queue.take()]).toEqual([[0, 1], 2, 3, undefined]);
	} finally {
		team.end();
	}
});

test("what does not fit a thread's share of the memory is explored with all of it", async () => {
	const limit = ["--max-memory", "1M"];
	const alone = await report("", 1, ...limit);
	expect(alone.scenarios.some((scenario: { status: string }) => scenario.status === "incomplete")).toBe(false);
	expect(await report("", 3, ...limit)).toEqual(alone);
});
