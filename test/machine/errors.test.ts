// Model errors say what is wrong and name the author's file; both interpreters raise the same ones.
import { expect, test } from "vitest";
import {
	bool,
	breakIf,
	call,
	choose,
	giveBack,
	type Id,
	type In,
	ids,
	ifdef,
	list,
	loop,
	maybe,
	must,
	perId,
	type Routine,
	range,
	record,
	type Stmt,
	setOf,
	step,
	system,
	waitUntil,
	when,
} from "../../src/lang/index.ts";
import { agree } from "../support/agree.ts";
import { failureOf } from "../support/failure.ts";

const Item = ids("item", 2);
const world = () =>
	system({
		state: {
			n: range(1, 3),
			flag: bool,
			on: maybe(Item),
			l: list(Item, 1),
			m: setOf(Item),
			cell: perId(Item, record({ id: Item, l: list(Item, 2), n: range(0, 1) }), { fixed: () => ["id", "l"] }),
		},
		events: { ping: [] },
	});
type Here = In<ReturnType<typeof world>, { x: number; o: Id<"item"> | null }>;

const here = import.meta.url.slice("file://".length);
const frame = { args: { o: maybe(Item) }, locals: { x: range(0, 3) } };

/** A system whose one process takes a harmless step, then these. */
function running(...body: Stmt<Here>[]) {
	const sys = world();
	sys.process("p", sys.routine("p", frame, [step("first", () => {}), ...body]), { args: { o: null } });
	return sys;
}

/** Both interpreters meet the error, and the packed one names this file. */
function expectError(build: () => ReturnType<typeof world>, message: string, during: string | undefined) {
	const failure = failureOf(build);
	expect(failure).toMatchObject({ message, at: { file: here }, during });
	expect(failure.at?.line).toBeGreaterThan(0);
	expect(agree(build()).errors).toContain(message);
}

const outOfType = 7 as Id<"item">;
test.each<[string, (c: Here) => void]>([
	[
		"out-of-range write: n is a number from 1 to 3, not 4",
		({ s }) => {
			s.n += 3;
		},
	],
	[
		"out-of-range write: n is a number from 1 to 3, not 0.5",
		({ s }) => {
			s.n /= 2;
		},
	],
	[
		"out-of-range write: on is an id of item (0 to 1) or null, not 7",
		({ s }) => {
			s.on = outOfType;
		},
	],
	["out-of-range write: l element is an id of item (0 to 1), not 7", ({ s }) => s.l.push(outOfType)],
	["out-of-range write: m member is an id of item (0 to 1), not 7", ({ s }) => s.m.add(outOfType)],
	["out-of-range write: n is a number from 1 to 3, not NaN", ({ s }) => Object.assign(s, { n: Number.NaN })],
	["N is written, and was not declared", ({ s }) => Object.assign(s, { N: 1 })],
	["y is written, and was not declared", ({ f }) => Object.assign(f, { y: 1 })],
	["absent value written to n, which is a number from 1 to 3", ({ s }) => Object.assign(s, { n: undefined })],
	["list overflow: l holds at most 1", ({ s }) => [0, 1].forEach((i) => void s.l.push(Item.id(i)))],
	[
		"absent value read: p: x was never set",
		({ s, f }) => {
			s.n = f.x;
		},
	],
	["absent value read: head of l", ({ s }) => void s.l.shift()],
	[
		"absent value read: element 0 of l",
		({ s }) => {
			s.on = s.l.at(0);
		},
	],
	["absent value read: element 1 of l", ({ s }) => s.l.remove(Item.id(1))],
	["absent owner read", ({ s }) => void must(s.on, "owner")],
	[
		"cell[item0].id is declared fixed and cannot change",
		({ s }) => {
			s.cell[Item.id(0)].id = Item.id(1);
		},
	],
	["cell[item1].l is declared fixed and cannot change", ({ s }) => s.cell[Item.id(1)].l.push(Item.id(0))],
	[
		"there is no item 2: the set has 2",
		({ s }) => {
			s.on = Item.id(2);
		},
	],
])("%s", (message, effect) => {
	expectError(() => running(step("wrong", effect)), message, "wrong");
});

test("an error in a guard names the step it guards", () => {
	const guarded = waitUntil<Here, string>("guarded", ({ f }) => f.x > 0);
	expectError(() => running(guarded), "absent value read: p: x was never set", "guarded");
});

test("an error in a labelled condition names it", () => {
	const condition = when<Here, string, never>("is it?", ({ f }) => f.x > 0, []);
	expectError(() => running(condition), "absent value read: p: x was never set", "is it?");
});

test("an error in a condition without label, or in an argument, names the step before it", () => {
	const message = "absent value read: p: x was never set";
	expectError(() => running(when<Here, never>(({ f }) => f.x > 0, [])), message, "first");
	const callee = world().routine("callee", { args: { n: range(0, 1) } }, [step("in callee", () => {})]);
	expectError(() => running(call(callee, ({ f }) => ({ n: f.x }))), message, "first");
	const wide = "out-of-range write: callee: n is a number from 0 to 1, not 2";
	expectError(() => running(call(callee, () => ({ n: 2 }))), wide, "first");
});

test("an error in a returned value", () => {
	const callee = world().routine("callee", { returns: range(0, 9) }, [giveBack(() => 9)]);
	const message = "out-of-range write: p: x is a number from 0 to 3, not 9";
	expectError(() => running(call(callee, undefined, "x")), message, "first");
});

test("an error in what a process starts with is the process's", () => {
	const build = () => {
		const sys = world();
		sys.process("p", sys.routine("p", frame, [step("first", () => {})]), { args: { o: outOfType } });
		return sys;
	};
	expectError(build, "out-of-range write: p: o is an id of item (0 to 1) or null, not 7", undefined);
});

test("an error in a gate names a step of the process", () => {
	const build = () => {
		const sys = running();
		const gate = { when: ({ s }: { s: Here["s"] }) => s.l.at(0) === 0 };
		sys.process("q", sys.routine("q", {}, [step("of q", () => {})]), { gate });
		return sys;
	};
	expectError(build, "absent value read: element 0 of l", "of q");
});

const about = { title: "", statement: "" };
const ping: Stmt<Here> = step("ping", ({ emit }) => emit.ping());
test("an error in an event's handler names the step that emits it", () => {
	const build = () => running(ping).property("P", { ...about, on: { ping: ({ s }) => s.l.at(0) === 0 } });
	expectError(build, "absent value read: element 0 of l", "ping");
});

test("an error in an invariant, an antecedent or a terminal condition names the property", () => {
	const message = "absent value read: element 0 of l";
	const wrong = ({ s }: { s: Here["s"] }) => s.l.at(0) === 0;
	expectError(() => running().property("I", { ...about, invariant: wrong }), message, "I");
	expectError(() => running().property("A", { ...about, invariant: () => true, antecedent: wrong }), message, "A");
	expectError(() => running().property("T", { ...about, terminal: wrong }), message, "T");
});

const write = ({ s }: { s: Here["s"] }) => {
	s.flag = !s.flag;
	return false;
};
test.each<[string, string, () => ReturnType<typeof world>]>([
	['the guard of "guarded"', "guarded", () => running(waitUntil("guarded", write))],
	['the condition "is it?"', "is it?", () => running(when<Here, string, never>("is it?", write, []))],
	['the condition "enough?"', "enough?", () => running(loop([breakIf<Here, string>("enough?", write)]))],
	["property P", "P", () => running().property("P", { ...about, invariant: (c) => !write(c) })],
	["property P", "ping", () => running(ping).property("P", { ...about, on: { ping: write } })],
])("%s must not write", (who, during, build) => {
	expectError(build, `${who} changes the state`, during);
});

test("a condition without label must not change the lists of its frame", () => {
	const build = () => {
		const sys = world();
		const declaration = { locals: { l: list(Item, 1) } };
		sys.process(
			"p",
			sys.routine("p", declaration, [step("first", () => {}), when(({ f }) => f.l.push(Item.id(0)) === undefined, [])]),
		);
		return sys;
	};
	expectError(build, "a condition without a label changes the state", "first");
});

test("a step that never ends", () => {
	const message = "a step that never ends: p goes round a loop without reaching a step";
	expectError(() => running(loop([])), message, "first");
	expectError(() => running(loop([breakIf<Here>(({ f }) => f.o !== null)])), message, "first");
	const atOnce = () => {
		const sys = world();
		sys.process("p", sys.routine("p", {}, [loop([])]));
		return sys;
	};
	expectError(atOnce, message, undefined);
});

test("a branch of a choice that begins with no step", () => {
	const message = "each branch of choose() must begin with a step, for the choice is made together with it";
	const build = () => running(choose<Here, never>([loop([])]));
	expect(failureOf(build)).toMatchObject({ message, at: { file: here } });
});

test("recursion without a declared depth", () => {
	const sys = world();
	const again: Routine<Record<never, never>, undefined, In<typeof sys>, string> = sys.routine("again", {}, [
		step("once", () => {}),
		call(() => again),
	]);
	sys.process("p", again);
	const message = "again calls itself: declare how deep with { depth }";
	expect(failureOf(() => sys)).toMatchObject({ message, at: { file: here } });
});

test("what stands between steps reads the frame alone", () => {
	const message =
		"s is used between steps: a condition without label, an argument and a returned value read f alone; a condition with a label is a step of its own";
	const onState = ((c: Here) => c.s.flag) as unknown as (c: unknown) => boolean;
	expectError(() => running(when<Here, never>(onState, [])), message, "first");
	expectError(() => running(loop([breakIf<Here>(onState)])), message, "first");
	const callee = world().routine("callee", { args: { b: bool } }, [giveBack(onState)]);
	expectError(() => running(call(callee, (c) => ({ b: onState(c) }))), message, "first");
	expectError(() => running(call(callee, () => ({ b: true }))), message, "first");
});

test("an effect that gives what was meant to be done", () => {
	const nested = step<Here, string>("wrong", () => step("inner", () => {}));
	const statement = 'the effect of "wrong" gives a statement, which belongs beside it';
	expectError(() => running(nested), statement, "wrong");
	const uncalled = step<Here, string>("wrong", () => () => {});
	expectError(() => running(uncalled), 'the effect of "wrong" gives a function, which nobody calls', "wrong");
});

test("an answer that is neither true nor false", () => {
	const undeclared = (() => undefined) as unknown as () => boolean;
	const gives = "gives undefined, and neither true nor false";
	expectError(() => running(waitUntil("guarded", undeclared)), `the guard of "guarded" ${gives}`, "guarded");
	expectError(
		() => running(when<Here, string, never>("is it?", undeclared, [])),
		`the condition "is it?" ${gives}`,
		"is it?",
	);
	expectError(
		() => running(when<Here, never>((() => 1) as unknown as () => boolean, [])),
		"a condition without a label gives 1, and neither true nor false",
		"first",
	);
	expectError(() => running().property("I", { ...about, invariant: undeclared }), `property I ${gives}`, "I");
});

test("a property asks for places that do not exist", () => {
	const asking = (ask: (at: (...all: unknown[]) => boolean, p: object) => boolean) => () => {
		const sys = world();
		const kept = ifdef<Here, string, string>(true, [step("kept", () => {})], [step("left out", () => {})]);
		const body = [
			step<Here, string>("first", () => {}),
			kept,
			when<Here, string, string>("is it?", () => true, [kept]),
		];
		const p = sys.routine("p", frame, body as Stmt<Here>[]);
		sys.process("p", p, { args: { o: null } });
		return sys.property("P", { ...about, invariant: ({ at }) => !ask(at as never, p) });
	};
	const there = 'which is no statement of p: there are "first", "kept", "left out", "is it?"';
	expectError(
		asking((at, p) => at(p, ["fisrt"], () => true)),
		`at() asks for "fisrt", ${there}`,
		"P",
	);
	expectError(
		asking((at, p) => at(p, ["kept", "lost"], () => true)),
		`at() asks for "lost", ${there}`,
		"P",
	);
	expectError(
		asking((at, p) => at(p, "first", () => true)),
		'at() of p is given first: give it a list of labels, or "anywhere"',
		"P",
	);
	expectError(
		asking((at) => at(undefined, "anywhere", () => true)),
		"at() is asked about undefined, and not about a routine",
		"P",
	);
	expectError(
		asking((at, p) => at(p, "anywhere", () => {})),
		"what at() calls for a frame of p gives undefined, and neither true nor false",
		"P",
	);
	const copy = () => world().routine("p", frame, [step("first", () => {})]);
	expectError(
		asking((at) => at(copy(), "anywhere", () => true)),
		"at() is asked about a p that nobody runs: another of that name is run",
		"P",
	);
	const unused = world().routine("unused", {}, [step("never", () => {})]);
	expect(agree(asking((at) => at(unused, ["never"], () => true))())).toMatchObject({ errors: [], violated: [] });
	const right = asking((at, p) => at(p, ["left out", "is it?", "kept"], () => true));
	expect(agree(right())).toMatchObject({ errors: [], violated: ["P"] });
});

test("a field that is read and was not declared", () => {
	const read = (c: object, ...path: readonly (string | number)[]) =>
		path.reduce((at: object, name) => Reflect.get(at, name) as object, c);
	const says = (name: string) => `${name} is read, and was not declared`;
	expectError(() => running(waitUntil("guarded", (c) => !read(c, "s", "lokced"))), says("lokced"), "guarded");
	expectError(() => running(step("wrong", (c) => void read(c, "s", "cell", 1, "m"))), says("cell[item1].m"), "wrong");
	expectError(() => running(step("wrong", (c) => void read(c, "f", "y"))), says("p: y"), "wrong");
	const condition = when<Here, never>((c) => !read(c, "f", "y"), []);
	expectError(() => running(condition), says("p: y"), "first");
	const invariant = (c: object) => !read(c, "g", "n");
	expectError(() => running().property("P", { ...about, ghost: { m: bool }, invariant }), says("P.n"), "P");
	const without = "cell.m is read, and was not declared: cell is indexed by an id first";
	expectError(() => running(waitUntil("guarded", (c) => !read(c, "s", "cell", "m"))), without, "guarded");
	expectError(() => running().property("P", { ...about, invariant: (c) => !read(c, "s", "cell", "m") }), without, "P");
	expect(agree(running(step("shown", ({ s }) => void `${JSON.stringify(s.cell)} ${"n" in s}`))).errors).toEqual([]);
});
