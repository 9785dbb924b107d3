// A state is an end when nothing but background steps is ever enabled from it on.
import { expect, test } from "vitest";
import { Search } from "../../src/explore/search.ts";
import {
	assume,
	type BuiltSystem,
	bool,
	choose,
	type In,
	ids,
	loop,
	perId,
	range,
	record,
	step,
	system,
	waitUntil,
} from "../../src/lang/index.ts";
import { compile } from "../../src/machine/index.ts";
import { explore as reduced } from "../support/reduced.ts";

/** A process that works `work` times and then, when woken, once more; `end` is checked where it ends. */
function working(work: number) {
	const init = (s: { left: number }) => {
		s.left = work;
	};
	const sys = system({ state: { left: range(0, 9), awake: bool, tick: range(0, 3) }, init });
	sys.process(
		"worker",
		sys.routine("worker", {}, [
			loop([
				waitUntil(
					"work",
					({ s }) => s.left > 0,
					({ s }) => {
						s.left--;
					},
				),
			]),
		]),
	);
	return sys.property("end", { title: "", statement: "", terminal: ({ s }) => s.left > 0 });
}

const limits = { states: 100_000, time: 60, memory: 2 ** 26, depth: Number.POSITIVE_INFINITY };

function explore(sys: object): Search {
	const search = new Search(compile(sys as BuiltSystem), limits);
	while (search.slice(1_000));
	return search;
}

test("without background steps, where nothing is enabled", () => {
	expect(explore(working(3)).findings.get("end")).toMatchObject({ length: 3, edge: undefined });
});

test("a cycle of background states is an end", () => {
	const sys = working(2);
	const ticker = sys.routine("tick", {}, [
		loop([
			step("tick", ({ s }) => {
				s.tick = (s.tick + 1) % 4;
			}),
		]),
	]);
	sys.process("ticker", ticker, { background: true });
	const search = explore(sys);
	expect(search.store.count).toBe(12);
	// In the first of the four states, not only after going round.
	expect(search.findings.get("end")).toMatchObject({ length: 2 });
});

test("background steps that lead to a step that is none make no end", () => {
	const sys = working(2);
	const ticker = sys.routine("tick", {}, [
		loop([
			waitUntil(
				"tick",
				({ s }) => s.tick < 3,
				({ s }) => {
					s.tick++;
				},
			),
		]),
	]);
	sys.process("ticker", ticker, { background: true });
	const late = sys.routine("late", {}, [
		loop([
			waitUntil(
				"more",
				({ s }) => s.tick === 3 && s.left === 0 && !s.awake,
				({ s }) => {
					s.awake = true;
					s.left = 9;
				},
			),
		]),
	]);
	sys.process("late", late);
	const search = explore(sys);
	// Two to work, three ticks, one to be woken, nine to work again.
	expect(search.findings.get("end")).toMatchObject({ length: 15 });
});

test("the same where that step is many background steps away, by one way of several", () => {
	const sys = system({ state: { a: range(0, 20), b: range(0, 20), done: bool } });
	for (const field of ["a", "b"] as const)
		sys.process(
			field,
			sys.routine(field, {}, [
				loop([
					waitUntil(
						`${field}++`,
						({ s }) => s[field] < 20,
						({ s }) => {
							s[field]++;
						},
					),
				]),
			]),
			{ background: true },
		);
	sys.process(
		"last",
		sys.routine("last", {}, [
			waitUntil(
				"finish",
				({ s }) => s.a === 20 && s.b === 0,
				({ s }) => {
					s.done = true;
				},
			),
		]),
	);
	sys.property("end", { title: "", statement: "", terminal: ({ s }) => s.b === 0 });
	const search = explore(sys);
	// As soon as b moves, "finish" is out of reach.
	expect(search.findings.get("end")).toMatchObject({ length: 1 });
	expect(search.store.count).toBe(21 * 21 + 21);
	const all = explore(sys.property("done", { title: "", statement: "", terminal: ({ s }) => s.done || s.b > 0 }));
	expect(all.findings.has("done")).toBe(false);
});

test("what is followed to find an end is not counted as explored", () => {
	const sys = working(1);
	const ticker = sys.routine("tick", {}, [
		loop([
			step("tick", ({ s }) => {
				s.tick = (s.tick + 1) % 4;
			}),
		]),
	]);
	sys.process("ticker", ticker, { background: true });
	const search = explore(sys);
	expect(search.transitions).toBe(12);
	expect(search.machine.taken.reduce((sum, n) => sum + n)).toBe(12);
});

test("background steps that lead to an error of the model make no end", () => {
	const sys = working(1);
	const ticker = sys.routine("tick", {}, [
		loop([
			step("tick", ({ s }) => {
				s.tick++;
			}),
		]),
	]);
	sys.process("ticker", ticker, { background: true });
	const search = new Search(compile(sys as unknown as BuiltSystem), limits);
	expect(() => {
		while (search.slice(1_000));
	}).toThrow("out-of-range write: tick");
	expect(search.findings.has("end")).toBe(false);
});

test("ids that turn out not to be interchangeable where an end is looked for are found out", () => {
	const Item = ids("item", 2);
	const sys = system({
		state: { turns: range(0, 4), chosen: perId(Item, record({ yes: bool })), flag: bool },
		init: (s) => {
			s.chosen[Item.id(0)].yes = true;
		},
	});
	const turn = step<In<typeof sys>, string>("turn", ({ s }) => {
		s.turns++;
		// Not before the fourth place, which a search that looks for an end comes to at once.
		if (s.turns === 4 && s.chosen[Item.id(0)].yes) s.flag = true;
	});
	sys.process("turner", sys.routine("turner", {}, [turn, turn, turn, turn]), { background: true });
	sys.property("end", { title: "", statement: "", terminal: () => true });
	const { group } = reduced(() => sys, { symmetry: true }).machine;
	expect(group.refused).toEqual([{ over: "item0 and item1", reason: "steps tell them apart" }]);
});

test("the same where a background step is impossible only because of what it assumes", () => {
	const sys = working(1);
	const ticker = sys.routine("tick", {}, [
		loop([
			choose(
				[step<In<typeof sys>, string>("never", () => assume(false))],
				[
					step("tick", ({ s }) => {
						s.tick = (s.tick + 1) % 4;
					}),
				],
			),
		]),
	]);
	sys.process("ticker", ticker, { background: true });
	expect(explore(sys).findings.get("end")).toMatchObject({ length: 1 });
});
