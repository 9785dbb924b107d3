// The most that any run costs: by hand, against a computation that knows no components, and with symmetry on and off.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dearestOf, dearestWay } from "../../src/explore/dearest.ts";
import { pathAlong } from "../../src/explore/path.ts";
import { type PricedGraph, Pricing } from "../../src/explore/priced-graph.ts";
import { Search } from "../../src/explore/search.ts";
import {
	type BuiltSystem,
	choose,
	fault,
	type Id,
	type In,
	ids,
	loop,
	perId,
	range,
	record,
	type Stmt,
	step,
	system,
	waitUntil,
} from "../../src/lang/index.ts";
import { compile, NotInterchangeable } from "../../src/machine/index.ts";

const budget = { states: 100_000, memory: 2 ** 28, time: 60 };

function explored(built: BuiltSystem, limits = budget, symmetry = false): Pricing {
	const machine = compile(built, { symmetry });
	// What is made sure of in the search is not made sure of again.
	const search = new Search(machine, { ...budget, depth: Number.POSITIVE_INFINITY });
	while (search.slice(1000));
	const pricing = new Pricing(machine, limits);
	while (pricing.slice(1000));
	return pricing;
}

/** For each cost, what the dearest way from the initial state on costs. */
const dearest = (graph: PricedGraph): number[] => dearestOf(graph).map((of) => of[0] as number);

const most = (built: BuiltSystem): number[] => dearest(explored(built).graph);

type Edge = readonly [from: number, to: number, price: number];
const { POSITIVE_INFINITY: unbounded } = Number;

/** A process that walks along edges from node 0. */
function walk(edges: readonly Edge[], price = (paid: number) => paid) {
	const sys = system({ state: { at: range(0, 9) }, events: { paid: [range(0, 9)] } });
	const branches = edges.map(([from, to, paid], i): [Stmt<In<typeof sys>, string>] => [
		waitUntil(
			`edge ${i}`,
			({ s }) => s.at === from,
			({ s, emit }) => {
				if (paid > 0) emit.paid(paid);
				s.at = to;
			},
		),
	]);
	sys.process("walker", sys.routine("walk", {}, [loop([choose(...branches)])]));
	return sys.cost("cost", { title: "what is paid", statement: "", on: { paid: (_, paid) => price(paid) } });
}

describe("by hand", () => {
	test.each<[string, Edge[], number]>([
		[
			"a line",
			[
				[0, 1, 1],
				[1, 2, 0],
				[2, 3, 2],
			],
			3,
		],
		[
			"of two ways the dearer one, though it is shorter",
			[
				[0, 1, 1],
				[1, 2, 1],
				[2, 3, 1],
				[0, 3, 5],
			],
			5,
		],
		[
			"a dear step that leads nowhere",
			[
				[0, 1, 1],
				[1, 2, 1],
				[0, 3, 9],
			],
			9,
		],
		[
			"what is never reached is never paid",
			[
				[0, 1, 1],
				[2, 3, 9],
				[3, 2, 9],
			],
			1,
		],
		[
			"a cycle that is free does not matter",
			[
				[0, 1, 2],
				[1, 2, 0],
				[2, 1, 0],
				[2, 3, 4],
			],
			6,
		],
		[
			"a cycle that costs is unbounded",
			[
				[0, 1, 2],
				[1, 2, 0],
				[2, 1, 1],
				[2, 3, 4],
			],
			unbounded,
		],
		[
			"so is a step to where it came from",
			[
				[0, 1, 2],
				[1, 1, 1],
			],
			unbounded,
		],
		[
			"but not one that is free",
			[
				[0, 1, 2],
				[1, 1, 0],
			],
			2,
		],
		[
			"two cycles that share a state, one of which costs",
			[
				[0, 1, 0],
				[1, 0, 0],
				[1, 2, 0],
				[2, 1, 3],
			],
			unbounded,
		],
		[
			"a step back into a cycle that was left over a dear step",
			[
				[0, 1, 0],
				[1, 2, 3],
				[2, 0, 0],
			],
			unbounded,
		],
		["nothing at all", [], 0],
	])("%s", (_, edges, figure) => {
		expect(most(walk(edges))).toEqual([figure]);
	});

	test("each cost has its own figure", () => {
		const sys = walk([
			[0, 1, 2],
			[1, 2, 3],
			[0, 2, 4],
		]);
		sys.cost("times", { title: "how often", statement: "", on: { paid: () => 1 } });
		expect(most(sys)).toEqual([5, 2]);
	});

	test("a step that raises an error does not happen, and costs nothing", () => {
		const sys = walk([[0, 1, 1]]);
		sys.process(
			"wrong",
			sys.routine("wrong", {}, [
				step("pays and fails", ({ emit }) => {
					emit.paid(9);
					fault("P15", "no");
				}),
			]),
		);
		expect(most(sys)).toEqual([1]);
	});

	test.each([-1, 0.5, Number.NaN, 256, "dear" as never])("a price of %s is an error of the model", (price) => {
		expect(() => most(walk([[0, 1, 1]], () => price))).toThrow(
			`cost cost: an event costs a whole number from 0 to 255, not ${price}`,
		);
	});
});

/** The most by going over all edges again and again: what still grows after as many rounds as there are nodes, grows for ever. */
function byRounds(edges: readonly Edge[], nodes: number): number {
	const paid = Array.from({ length: nodes }, (_, node) => (node === 0 ? 0 : Number.NEGATIVE_INFINITY));
	for (let round = 0; round < 2 * nodes; round++)
		for (const [from, to, price] of edges)
			if ((paid[from] as number) + price > (paid[to] as number))
				paid[to] = round < nodes ? (paid[from] as number) + price : unbounded;
	return Math.max(...paid);
}

test("on random graphs it is what going round and round comes to", () => {
	const node = fc.nat({ max: 7 });
	const price = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat({ max: 3 }) });
	const seen = new Set<string>();
	fc.assert(
		fc.property(fc.array(fc.tuple(node, node, price), { maxLength: 14 }), (edges) => {
			const figure = byRounds(edges, 8);
			seen.add(figure === unbounded ? "unbounded" : figure > 0 ? "bounded" : "free");
			expect(most(walk(edges))).toEqual([figure]);
		}),
		{ numRuns: 600, seed: 5 },
	);
	expect([...seen].sort()).toEqual(["bounded", "free", "unbounded"]);
});

type Rule = readonly [from: number, to: number, price: number, others: number];

/** Three walkers alike; an edge is there for one where so many others stand at its end, and the price is theirs too. */
function crowd(rules: readonly Rule[], price = (_: number, paid: number) => paid) {
	const Walker = ids("walker", 3);
	const sys = system({
		state: { walker: perId(Walker, record({ at: range(0, 4) })) },
		events: { paid: [Walker, range(0, 9)] },
	});
	type Here = In<typeof sys, { id: Id<"walker"> }>;
	const at = (s: Here["s"], node: number) => Walker.all.filter((w) => s.walker[w].at === node).length;
	const branches = rules.map(([from, to, paid, others], i): [Stmt<Here, string>] => [
		waitUntil(
			`rule ${i}`,
			({ s, f }) => s.walker[f.id].at === from && at(s, to) === others + Number(from === to),
			({ s, f, emit }) => {
				if (paid > 0) emit.paid(f.id, paid);
				s.walker[f.id].at = to;
			},
		),
	]);
	const routine = sys.routine("walk", { args: { id: Walker } }, [loop([choose(...branches)])]);
	for (const id of Walker.all) sys.process(`walker${id}`, routine, { args: { id } });
	return sys.cost("cost", { title: "", statement: "", on: { paid: (_, id, paid) => price(id, paid) } });
}

test("symmetry does not change it, and makes the graph smaller", () => {
	const node = fc.nat({ max: 4 });
	const rule = fc.tuple(node, node, fc.nat({ max: 2 }), fc.nat({ max: 2 }));
	const seen = new Set<string>();
	fc.assert(
		fc.property(fc.array(rule, { maxLength: 10 }), (rules) => {
			const [off, on] = [false, true].map((symmetry) => explored(crowd(rules), budget, symmetry)) as [Pricing, Pricing];
			const [figure] = dearest(off.graph);
			expect(dearest(on.graph)).toEqual([figure]);
			seen.add(figure === unbounded ? "unbounded" : figure === 0 ? "free" : "bounded");
			if (on.progress.states < off.progress.states) seen.add("smaller");
		}),
		{ numRuns: 300, seed: 7 },
	);
	expect([...seen].sort()).toEqual(["bounded", "free", "smaller", "unbounded"]);
});

/** What the steps of a dearest way cost when they are taken one by one; nothing where it is unbounded. */
function paidAlong(built: BuiltSystem, symmetry: boolean): number | undefined {
	const machine = compile(built, { symmetry });
	const pricing = new Pricing(machine, budget);
	while (pricing.slice(1000));
	const { graph } = pricing;
	const [most] = dearestOf(graph) as [Float64Array];
	if (most[0] === unbounded) return undefined;
	const way = dearestWay(graph, graph.prices[0] as Uint16Array, most);
	const chain = [0, ...way.map(({ state }) => state)].map((state) => pricing.state(state));
	const prices = way.map(({ price }) => price);
	const steps = pathAlong(machine, "cost", chain, prices);
	machine.initial();
	return steps.reduce((sum, step) => {
		machine.found.length = 0;
		expect(machine.take(step)).toBe(true);
		return sum + machine.found.length;
	}, 0);
}

test("a dearest way costs as much, step by step, with symmetry or without", () => {
	const node = fc.nat({ max: 4 });
	const rule = fc.tuple(node, node, fc.nat({ max: 2 }), fc.nat({ max: 2 }));
	const seen = new Set<string>();
	fc.assert(
		fc.property(fc.array(rule, { maxLength: 10 }), (rules) => {
			const [figure] = most(crowd(rules));
			for (const symmetry of [false, true]) {
				const paid = paidAlong(crowd(rules), symmetry);
				expect(paid ?? unbounded).toBe(figure);
			}
			seen.add(figure === unbounded ? "unbounded" : figure === 0 ? "free" : "bounded");
		}),
		{ numRuns: 200, seed: 7 },
	);
	expect([...seen].sort()).toEqual(["bounded", "free", "unbounded"]);
});

test("of two steps to one state a dearest way takes the dearer, and it goes round no free cycle", () => {
	const edges: Edge[] = [
		[0, 1, 0],
		[1, 0, 0],
		[1, 2, 1],
		[1, 2, 4],
		[2, 3, 0],
	];
	const { graph } = explored(walk(edges));
	const [of] = dearestOf(graph) as [Float64Array];
	expect(dearestWay(graph, graph.prices[0] as Uint16Array, of).map(({ price }) => price)).toEqual([0, 4]);
	expect(paidAlong(walk(edges), false)).toBe(4);
});

test("a price that depends on who pays is no reason to exchange them", () => {
	const rules: Rule[] = [
		[0, 1, 1, 0],
		[1, 2, 1, 0],
	];
	expect(() =>
		explored(
			crowd(rules, (id, paid) => (id === 0 ? 3 : paid)),
			budget,
			true,
		),
	).toThrow(NotInterchangeable);
});

test.each([
	["states", { ...budget, states: 5 }],
	["memory", { ...budget, memory: 10 }],
	["time", { ...budget, time: 0 }],
])("a limit on %s ends it", (why, limits) => {
	const pricing = explored(
		crowd([
			[0, 1, 1, 0],
			[1, 2, 0, 0],
			[2, 3, 0, 0],
		]),
		limits,
	);
	expect(pricing.stopped).toBe(why);
});
