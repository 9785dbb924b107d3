// Quotients that systems declare: states count as one by them, traces show states as they were, and one that is none is
// refused with a reason.
import { expect, test } from "vitest";
import { bool, choose, type In, loop, range, type Stmt, step, system, waitUntil, when } from "../../src/lang/index.ts";
import { compile } from "../../src/machine/index.ts";
import { bisimilar } from "../support/bisimilar.ts";
import { explore, verdicts } from "../support/reduced.ts";

interface State {
	count: number;
	/** Nobody looks at it. */
	last: number;
	done: boolean;
}

/** Two processes count to four together; `last` says who was last. */
function counting(forget: (s: State) => void, observes: (s: State) => boolean = () => false) {
	const sys = system({
		state: { count: range(0, 4), last: range(0, 2), done: bool },
	}).disregards("who was last", forget);
	for (const me of [1, 2])
		sys.process(
			`p${me}`,
			sys.routine(`p${me}`, {}, [
				loop([
					waitUntil(
						`count++ by ${me}`,
						({ s }) => s.count < 4,
						({ s }) => {
							s.count++;
							s.last = me;
						},
					),
				]),
			]),
		);
	sys.process(
		"end",
		sys.routine("end", {}, [
			waitUntil("all counted", ({ s }) => s.count === 4),
			step("done", ({ s }) => {
				s.done = true;
			}),
		]),
	);
	sys.property("not done", { title: "", statement: "", invariant: ({ s }) => !s.done });
	sys.property("observer", { title: "", statement: "", invariant: ({ s }) => !observes(s) });
	return sys;
}
const forgetLast = (s: State) => {
	s.last = 0;
};

test("states that differ in what is forgotten count as one, with the same verdicts and lengths", () => {
	const build = () => counting(forgetLast);
	const [off, on] = [explore(build), explore(build, { quotient: true })];
	expect(verdicts(on)).toEqual(verdicts(off));
	expect([off.store.count, on.store.count]).toEqual([13, 7]);
	expect(on.machine.quotient).toEqual({ over: ["who was last"], refused: undefined });
	expect(bisimilar(build, 100)).toEqual({ states: 19, kinds: 7 });
});

test("a way through states that count as one is one through states as they were", () => {
	const search = explore(() => counting(forgetLast), { quotient: true });
	const finding = search.findings.get("not done");
	const path = search.path(finding as never);
	const machine = compile(counting(forgetLast) as never);
	machine.initial();
	for (const id of path.steps ?? path) expect(machine.take(id as number)).toBe(true);
	expect(machine.describe().state).toMatchObject({ done: true, count: 4 });
	expect(machine.describe().state.last).not.toBe(0);
});

test.each([
	[
		"a guard looks at what is forgotten",
		() =>
			counting((s) => {
				s.count = 0;
			}),
		/tells/,
	],
	["an invariant looks at what is forgotten", () => counting(forgetLast, ({ last }) => last === 2), /a property/],
])("%s: it is refused, and the verdicts are those without it", (_, build, reason) => {
	const [off, on] = [explore(build), explore(build, { quotient: true })];
	expect(on.machine.quotient?.refused).toMatch(reason);
	expect(verdicts(on)).toEqual(verdicts(off));
	expect(on.store.count).toBe(off.store.count);
	expect(bisimilar(build, 1_000)).toBe("unlike");
});

test("where the check looks ahead of the search, nothing is put to the test", () => {
	const build = () =>
		counting(forgetLast).property("late", {
			title: "",
			statement: "",
			antecedent: ({ s }) => s.count > 0,
			invariant: () => true,
		});
	const { exercised } = explore(build, { quotient: true }, 1).machine;
	expect([...exercised]).toEqual([...explore(build, {}, 1).machine.exercised]);
	expect(exercised[2]).toBe(0);
});

test("what the check hears of, and what the search hears of, are not mixed up", () => {
	const build = () => {
		const sys = system({ state: { count: range(0, 4), last: range(0, 2), done: bool }, events: { counted: [] } });
		sys.disregards("who was last", forgetLast);
		for (const me of [1, 2]) {
			const count = waitUntil<In<typeof sys>, string>(
				`count++ by ${me}`,
				({ s }) => s.count < 4,
				({ s, emit }) => {
					s.count++;
					s.last = me;
					emit.counted();
				},
			);
			sys.process(`p${me}`, sys.routine(`p${me}`, {}, [loop([count])]));
		}
		return sys.property("not one", { title: "", statement: "", on: { counted: ({ s }) => s.count !== 1 } });
	};
	const [off, on] = [explore(build), explore(build, { quotient: true })];
	expect(on.machine.quotient?.refused).toBeUndefined();
	expect(verdicts(on)).toEqual(verdicts(off));
	expect(on.findings.get("not one")).toMatchObject({ length: 1 });
});

test("what is disregarded in several ways is forgotten in all of them", () => {
	const twice = () => {
		const bit = range(0, 1);
		const sys = system({ state: { a: bit, b: bit } });
		sys.disregards("a", (s) => {
			s.a = 0;
		});
		sys.disregards("b", (s) => {
			s.b = 0;
		});
		for (const field of ["a", "b"] as const)
			sys.process(
				field,
				sys.routine(field, {}, [
					loop([
						step("turns", ({ s }) => {
							s[field] = 1 - s[field];
						}),
					]),
				]),
			);
		return sys;
	};
	expect(twice().quotient?.about).toEqual(["a", "b"]);
	expect(explore(twice).store.count).toBe(4);
	expect(explore(twice, { quotient: true }).store.count).toBe(1);
});

test("a terminal condition looks at what is forgotten, while something in the background goes on: it is refused", () => {
	const build = () => {
		const sys = counting(forgetLast);
		const tick = sys.routine("tick", {}, [loop([step("tick", () => {})])]);
		sys.process("tick", tick, { background: true });
		return sys.property("end", { title: "", statement: "", terminal: ({ s }) => s.last === 0 });
	};
	const [off, on] = [explore(build), explore(build, { quotient: true })];
	expect(on.machine.quotient?.refused).toMatch(/a property/);
	expect(verdicts(on)).toEqual(verdicts(off));
});

interface Flow extends State {
	a: number;
	b: number;
	open: boolean;
	bad: number;
}
type Here = { s: Flow; emit: { told: () => void } };
type Doing = Stmt<Here, string>;
const doing = (label: string, effect: (s: Flow) => void): Doing => step(label, ({ s }) => effect(s));
const idle = [1, 2, 3, 4].map((n) => doing(`idle ${n}`, () => {}));

/** Sets `last`, which `forget` forgets, to 1 or to 2, and then does what `body` says. `bad` is to stay below 2. */
function following(body: readonly Doing[], forget: (s: Flow) => void) {
	const few = range(0, 2);
	const state = { count: range(0, 60), last: few, done: bool, a: few, b: few, open: bool, bad: few };
	const sys = system({ state, events: { told: [] } }).disregards("last", forget as never);
	const set = (n: number) =>
		doing(`last = ${n}`, (s) => {
			s.last = n;
		});
	const all: Doing[] = [choose([set(1)], [set(2)]), ...body];
	sys.process("p", sys.routine("p", {}, all as never));
	sys.property("bad", { title: "", statement: "", invariant: ({ s }) => s.bad < 2 });
	const told = ({ s }: { s: { last: number } }) => s.last < 2;
	return sys.property("told", { title: "", statement: "", on: { told } });
}
const forgetAll = (s: Flow) => {
	s.last = 0;
	s.a = 0;
	s.b = 0;
};
const untilOpen = (s: Flow) => {
	if (!s.open) s.last = 0;
};

test.each<[string, readonly Doing[], (s: Flow) => void]>([
	["what a property hears of", [step<Here, string>("told", ({ emit }) => emit.told())], forgetLast],
	[
		"what is kept, much later of note",
		[
			doing("a = last", (s) => {
				s.a = s.last;
			}),
			...idle,
			doing("bad = a", (s) => {
				s.bad = s.a;
			}),
		],
		forgetLast,
	],
	[
		"where a process goes on, much later of note",
		[
			when(
				"last == 2",
				({ s }) => s.last === 2,
				[
					...idle,
					doing("bad = 2", (s) => {
						s.bad = 2;
					}),
				],
				idle,
			),
		],
		forgetLast,
	],
	[
		"what is kept once it is no longer forgotten",
		[
			doing("open", (s) => {
				s.open = true;
			}),
			doing("bad = last", (s) => {
				s.bad = s.last;
			}),
		],
		untilOpen,
	],
	[
		"what is kept, by way of more that is forgotten",
		[
			doing("a = last", (s) => {
				s.a = s.last;
			}),
			doing("b = a", (s) => {
				s.b = s.a;
			}),
			doing("bad = b", (s) => {
				s.bad = s.b;
			}),
		],
		forgetAll,
	],
])("what is forgotten decides %s: it is refused", (_, body, forget) => {
	const build = () => following(body, forget);
	const [off, on] = [explore(build), explore(build, { quotient: true })];
	expect(on.machine.quotient?.refused).toMatch(/tells states apart/);
	expect(verdicts(on)).toEqual(verdicts(off));
	expect(verdicts(off).violated).toHaveLength(1);
});

test("what is forgotten matters only late, where a place of the code is new: it is refused", () => {
	const build = () => {
		const sys = system({ state: { count: range(0, 60), last: range(0, 2), done: bool } }).disregards(
			"last",
			forgetLast,
		);
		for (const me of [1, 2]) {
			const count = waitUntil<{ s: State }, string>(
				`count++ by ${me}`,
				({ s }) => s.count < 60,
				({ s }) => {
					s.count++;
					s.last = me;
				},
			);
			sys.process(`p${me}`, sys.routine(`p${me}`, {}, [loop([count])]));
		}
		sys.process(
			"end",
			sys.routine("end", {}, [
				waitUntil("50 counted", ({ s }) => s.count >= 50),
				waitUntil("not 2 was last", ({ s }) => s.last !== 2),
			]),
		);
		return sys;
	};
	const [off, on] = [explore(build), explore(build, { quotient: true })];
	expect(on.machine.quotient?.refused).toBe('"not 2 was last" tells states apart');
	expect(on.store.count).toBe(off.store.count);
});
