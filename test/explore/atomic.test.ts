import fc from "fast-check";
import { expect, test } from "vitest";
import { atomic, type Kept } from "../../src/explore/atomic.ts";
import { necessary } from "../../src/explore/necessary.ts";
import { Visited } from "../../src/explore/visited.ts";
import { type BuiltSystem, bool, fault, range, step, system, waitUntil } from "../../src/lang/index.ts";
import { compile, type Machine } from "../../src/machine/index.ts";
import { buildProgram } from "../support/build-program.ts";
import { program } from "../support/programs.ts";

/** All states of `machine`, and the numbers of those that no step leads on from; undefined where there are too many. */
function explore(machine: Machine, most = 300): { states: Set<string>; dead: Set<string>; stored: number } | undefined {
	const { out, words } = machine;
	const visited = new Visited(words);
	const key = (i: number) => visited.states.slice(i * words, (i + 1) * words).join();
	const states = new Set<string>();
	const dead = new Set<string>();
	out.count = 0;
	machine.initial();
	visited.add(out.words, 0, out.hashes[0] as number);
	for (let i = 0; i < visited.count; i++) {
		if (visited.count > most) return undefined;
		out.count = 0;
		machine.load(visited.states, i * words);
		if (machine.expand() === 0) dead.add(key(i));
		states.add(key(i));
		for (let n = 0; n < out.count; n++) visited.add(out.words, n * words, out.hashes[n] as number);
	}
	return { states, dead, stored: visited.count };
}

test("what is left when a point is atomic are states and ends of the same system, on random systems", () => {
	const seen = { fewer: 0, same: 0 };
	fc.assert(
		fc.property(program, fc.nat(99), fc.constantFrom<Kept>("everybody", "lane"), (source, choice, kept) => {
			let all: ReturnType<typeof explore>;
			let some: ReturnType<typeof explore>;
			try {
				const machine = compile(buildProgram(source));
				const candidates = machine.steps.filter(({ process }) => !source.processes[process]?.background);
				const point = candidates[choice % Math.max(1, candidates.length)]?.at;
				all = explore(machine);
				some = explore(
					atomic(
						machine,
						Uint8Array.from(machine.steps, ({ at }) => Number(at === point)),
						kept,
					),
				);
			} catch {
				// A model error.
				return;
			}
			if (!all || !some) return;
			// Equal states have equal hashes.
			expect(some.stored).toBe(some.states.size);
			for (const state of some.states) expect(all.states.has(state)).toBe(true);
			for (const state of some.dead) expect(all.dead.has(state)).toBe(true);
			if (some.states.size < all.states.size) seen.fewer++;
			else seen.same++;
		}),
		{ seed: 7, numRuns: 300 },
	);
	expect(seen.fewer).toBeGreaterThan(20);
	expect(seen.same).toBeGreaterThan(20);
});

/** Two processes on given lanes that each read a counter and write it back. */
function counting(lanes: readonly [number, number]) {
	const sys = system({ state: { n: range(0, 2) } });
	const add = sys.routine("add", { locals: { old: range(0, 2) } }, [
		step("old = n", ({ s, f }) => {
			f.old = s.n;
		}),
		step("n = old + 1", ({ s, f }) => {
			s.n = f.old + 1;
		}),
	]);
	for (const [i, lane] of lanes.entries())
		sys.process(`p${i}`, add, { place: () => ({ lane, context: "task", depth: 0 }) });
	sys.property("both", { title: "", statement: "", terminal: ({ s }) => s.n === 2 });
	return compile(sys as unknown as BuiltSystem);
}

const before = (machine: Machine, label: string) =>
	Uint8Array.from(machine.steps, (step) => Number(step.label === label));

test("a point is necessary where nobody else can do harm but there", () => {
	const machine = counting([0, 0]);
	const budget = { states: 1000 };
	expect(necessary(machine, "both", before(machine, "n = old + 1"), "everybody", budget)).toBe(true);
	expect(necessary(machine, "both", before(machine, "n = old + 1"), "lane", budget)).toBe(true);
	expect(necessary(machine, "both", before(machine, "old = n"), "everybody", budget)).toBe(false);
	expect(budget.states).toBeLessThan(1000);
});

test("keeping off one lane does not keep off another", () => {
	const machine = counting([0, 1]);
	const budget = { states: 1000 };
	expect(necessary(machine, "both", before(machine, "n = old + 1"), "everybody", budget)).toBe(true);
	expect(necessary(machine, "both", before(machine, "n = old + 1"), "lane", budget)).toBe(false);
});

test("where the states do not suffice, nothing is said", () => {
	const machine = counting([0, 0]);
	const budget = { states: 3 };
	expect(necessary(machine, "both", before(machine, "n = old + 1"), "everybody", budget)).toBe("too many states");
	expect(necessary(machine, "both", before(machine, "n = old + 1"), "everybody", { states: 0 })).toBe(
		"too many states",
	);
});

/** A process that stands between two steps, where it may be moved to lane 1; `other` may step in there. */
function between(second: () => void, other: (s: { moved: boolean }) => void = () => {}) {
	const lane = range(0, 1);
	const sys = system({ state: { lane, halfway: bool, moved: bool, late: bool } });
	const go = sys.routine("go", {}, [
		step("first", ({ s }) => {
			s.halfway = true;
		}),
		step("second", ({ s }) => {
			s.moved = s.lane === 1;
			s.halfway = false;
			second();
		}),
	]);
	sys.process("goes", go, {
		place: ({ s }) => ({ lane: s.lane, context: "task", depth: 0 }),
		placements: [0, 1].map((to) => ({
			lane: to,
			when: ({ s }) => s.halfway || s.lane === to,
			enter: ({ s }) => {
				s.lane = to;
			},
			isThere: ({ s }) => s.lane === to,
			label: `to lane ${to}`,
		})),
	});
	const steps = sys.routine("other", {}, [
		waitUntil(
			"steps in",
			({ s }) => s.halfway,
			({ s }) => {
				s.late = true;
				other(s);
			},
		),
	]);
	sys.process("other", steps, { place: () => ({ lane: 0, context: "task", depth: 0 }) });
	sys.property("stays", { title: "", statement: "", invariant: ({ s }) => !s.moved });
	sys.property("alone", { title: "", statement: "", invariant: ({ s }) => !s.late });
	return compile(sys as unknown as BuiltSystem);
}
const isNecessary = (machine: Machine, property: string) =>
	necessary(machine, property, before(machine, "second"), "everybody", { states: 1000 });

test("a process at an atomic point is not moved", () => {
	expect(
		isNecessary(
			between(() => {}),
			"stays",
		),
	).toBe(true);
});

test("nobody else raises an error at an atomic point", () => {
	const machine = between(
		() => {},
		() => fault("boom", "it steps in"),
	);
	expect(isNecessary(machine, "boom")).toBe(true);
});

test("a step that raises an error is one that a process can take: others do not step in before it", () => {
	expect(
		isNecessary(
			between(() => fault("boom", "always")),
			"alone",
		),
	).toBe(true);
});
