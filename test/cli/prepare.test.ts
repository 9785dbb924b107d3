// What is made while there is somebody to wait for: the counterexamples that are the best so far.
import { expect, test } from "vitest";
import { prepare, surestFirst } from "../../src/cli/run/prepare.ts";
import { Queue } from "../../src/cli/run/queue.ts";
import { type ScenarioResult, shortest } from "../../src/report/index.ts";

const made: string[] = [];
const told: string[] = [];
const scenario = (name: string, lengths: Readonly<Record<string, number>>, fails = false) =>
	({
		name,
		properties: Object.entries(lengths).map(([id, rank]) => {
			const make = (what: string) => () => {
				made.push(`${what} ${id} ${name}`);
				if (fails) throw new Error("told when it is asked for");
			};
			const fewest = () => undefined;
			return { id, counterexample: { rank, trace: make("trace"), fewest, explanation: make("explanation") } };
		}),
	}) as unknown as ScenarioResult;

async function madeOf(scenarios: readonly ScenarioResult[], times: number): Promise<string[]> {
	made.length = told.length = 0;
	let left = times;
	await prepare(
		shortest({ scenarios }),
		() => left-- > 0,
		(shown) => void told.push(shown.property.id),
	);
	return [...made];
}

test("the shortest of each property, one after the other", async () => {
	const scenarios = [scenario("a", { P: 3, Q: 2 }), scenario("b", { P: 2, Q: 2 })];
	const all = ["trace P b", "explanation P b", "trace Q a", "explanation Q a"];
	expect(await madeOf(scenarios, 9)).toEqual(all);
	expect(told).toEqual(["P", "Q"]);
	expect(await madeOf(scenarios, 4)).toEqual(all.slice(0, 3));
	expect(told).toEqual(["P"]);
	expect(await madeOf(scenarios, 0)).toEqual([]);
	expect(await madeOf([], 9)).toEqual([]);
});

test("that one fails is told when it is asked for", async () => {
	expect(await madeOf([scenario("a", { P: 1 }, true), scenario("b", { Q: 1 })], 9)).toHaveLength(3);
	expect(told).toEqual(["Q"]);
});

test("first what no scenario that is still being explored can displace by coming first", () => {
	const empty = scenario("not violated", {});
	const scenarios = [empty, scenario("a", { P: 2, Q: 1 }), empty, scenario("b", { P: 1, R: 1 })];
	const order = (open: readonly number[]) =>
		surestFirst(shortest({ scenarios }), (shown) => scenarios.indexOf(shown.scenario), open).map(
			({ property }) => property.id,
		);
	expect(order([])).toEqual(["P", "Q", "R"]);
	expect(order([4])).toEqual(["P", "Q", "R"]);
	expect(order([2])).toEqual(["Q", "P", "R"]);
	expect(order([2, 0])).toEqual(["P", "Q", "R"]);
});

test("what threads are at work on", () => {
	const queue = Queue.of(4, 3);
	expect(queue.open).toEqual([]);
	for (const thread of [1, 0, 2, 1]) queue.take(thread);
	expect(queue.open).toEqual([1, 3, 2]);
	queue.done(1);
	expect(queue.open).toEqual([1, 2]);
});
