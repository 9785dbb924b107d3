// What is found out about counterexamples of small systems, known by hand.
import { expect, test } from "vitest";
import {
	type BuiltSystem,
	bool,
	breakIf,
	call,
	fault,
	giveBack,
	type In,
	ids,
	list,
	loop,
	perId,
	range,
	record,
	type Stmt,
	step,
	system,
	waitUntil,
} from "../../src/lang/index.ts";
import { compile } from "../../src/machine/index.ts";
import { bestOf, type Explanation, explained, rebuild, Sources } from "../../src/trace/index.ts";

function explain(built: object, property: string, raised?: string): Explanation {
	const sys = built as BuiltSystem;
	const subject = { system: sys, machine: compile(sys), only: undefined };
	const path = bestOf(subject, property, "steps") as number[];
	const ending =
		raised === undefined ? ({ kind: "false", property } as const) : ({ kind: "raised", message: raised } as const);
	return explained(subject, property, path, rebuild(subject, path, ending, new Sources()));
}

const about = { title: "", statement: "" };

/** Two processes that each read a counter, in a routine of its own, and write it back. */
function counting(lanes: readonly (number | undefined)[]) {
	const sys = system({ state: { n: range(0, 2), other: range(0, 2) } });
	const read = sys.routine("read", { returns: range(0, 2), locals: { got: range(0, 2) } }, [
		step("got = n", ({ s, f }) => {
			f.got = s.n;
		}),
	]);
	const add = sys.routine("add", { locals: { old: range(0, 2) } }, [
		step("other++", ({ s }) => {
			s.other++;
		}),
		step("old = n", ({ s, f }) => {
			f.old = s.n;
		}),
		call(read),
		step("n = old + 1", ({ s, f }) => {
			s.n = f.old + 1;
		}),
	]);
	for (const [i, lane] of lanes.entries())
		sys.process(`p${i}`, add, { place: () => ({ lane, context: "task", depth: 0 }) });
	return sys.property("both", {
		...about,
		terminal: ({ s }) => s.n === 2,
		explain: ({ s }) => [`n is ${s.n}`],
	});
}

test("the critical window is where a process is held up, and by whom", () => {
	const window = explain(simple([0, 0]), "both").critical;
	expect(window).toMatchObject({ tried: 1, undecided: 0, together: [] });
	expect(window.windows).toEqual([
		{ process: "p0", routine: "add", steps: [1, 4], between: ["old = n", "n = old + 1"], by: "own CPU" },
	]);
	expect(explain(simple([0, 1]), "both").critical.windows).toMatchObject([{ by: "any CPU" }]);
	expect(explain(simple([undefined, undefined]), "both").critical.windows).toMatchObject([{ by: "anybody" }]);
});

test("where no point is necessary by itself, the fewest statements that go together are", () => {
	// Held up before it reads what it does not use, or after: the one will do without the other.
	const { critical } = explain(counting([0, 0]), "both");
	expect(critical).toMatchObject({ tried: 1, undecided: 0, together: [] });
	expect(critical.windows).toEqual([
		{ process: "p0", routine: "add", steps: [2, 8], between: ["old = n", "n = old + 1"], by: "own CPU" },
	]);
	expect(explain(counting([0, 1]), "both").critical.windows).toMatchObject([{ by: "any CPU" }]);
});

test("they may stand in two routines, and are then of the one that calls the other", () => {
	const sys = system({ state: { n: range(0, 2) } });
	const read = sys.routine("read", { returns: range(0, 2), locals: { got: range(0, 2) } }, [
		step("got = n", ({ s, f }) => {
			f.got = s.n;
		}),
		step("barrier()", () => {}),
		giveBack(({ f }) => f.got),
	]);
	const add = sys.routine("add", { locals: { old: range(0, 2) } }, [
		step("begin()", () => {}),
		call(read, undefined, "old"),
		step("n = old + 1", ({ s, f }) => {
			s.n = f.old + 1;
		}),
		step("end()", () => {}),
	]);
	for (const i of [0, 1]) sys.process(`p${i}`, add, { place: () => ({ lane: 0, context: "task", depth: 0 }) });
	sys.property("both", { ...about, terminal: ({ s }) => s.n === 2 });
	expect(explain(sys, "both").critical.windows).toMatchObject([
		{ process: "p0", routine: "add", between: ["got = n", "n = old + 1"] },
	]);
});

function simple(lanes: readonly (number | undefined)[]) {
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
	return sys.property("both", { ...about, terminal: ({ s }) => s.n === 2 });
}

test("points of which each can be done without, but not all", () => {
	const sys = system({ state: { inside: bool, hits: range(0, 3) } });
	const pair = (i: number): Stmt<In<typeof sys>>[] => [
		step(`enter ${i}`, ({ s }) => {
			s.inside = true;
		}),
		step(`leave ${i}`, ({ s }) => {
			s.inside = false;
		}),
	];
	sys.process("walker", sys.routine("walker", {}, [...pair(1), ...pair(2), ...pair(3)]));
	sys.process(
		"hitter",
		sys.routine("hitter", {}, [
			loop([
				waitUntil(
					"hit",
					({ s }) => s.inside,
					({ s }) => {
						s.hits++;
						s.inside = false;
					},
				),
			]),
		]),
	);
	sys.property("once", { ...about, invariant: ({ s }) => s.hits < 2 });
	const { critical } = explain(sys, "once");
	expect(critical).toMatchObject({ tried: 2, undecided: 0, windows: [] });
	expect(critical.together.map(({ steps }) => steps)).toEqual([
		[1, 3],
		[4, undefined],
	]);
});

test("where the states do not suffice to decide, a window is not called critical", () => {
	// Without harm there are more states than are looked at.
	const wide = system({
		state: { n: range(0, 2), ended: range(0, 2), x: range(0, 99), y: range(0, 99), z: range(0, 99) },
	});
	for (const field of ["x", "y", "z"] as const) {
		const add = waitUntil<In<typeof wide>, string>(
			`${field}++`,
			({ s }) => s[field] < 99,
			({ s }) => {
				s[field]++;
			},
		);
		wide.process(field, wide.routine(field, {}, [loop([add])]));
	}
	const twice = wide.routine("add", { locals: { old: range(0, 2) } }, [
		step("old = n", ({ s, f }) => {
			f.old = s.n;
		}),
		step("n = old + 1", ({ s, f }) => {
			s.n = f.old + 1;
			s.ended++;
		}),
	]);
	for (const i of [0, 1]) wide.process(`p${i}`, twice, { place: () => ({ lane: 0, context: "task", depth: 0 }) });
	wide.property("both", { ...about, invariant: ({ s }) => s.ended < 2 || s.n === 2 });
	const { critical } = explain(wide, "both");
	expect(critical).toMatchObject({ tried: 1, undecided: 1, wrong: 0, windows: [], together: [] });
});

test("points that a counterexample can do without altogether are none that it needs together", () => {
	const sys = system({ state: { inside: bool, hits: range(0, 3), slow: range(0, 9) } });
	const pair = (i: number): Stmt<In<typeof sys>>[] => [
		step(`enter ${i}`, ({ s }) => {
			s.inside = true;
		}),
		step(`leave ${i}`, ({ s }) => {
			s.inside = false;
		}),
	];
	sys.process("walker", sys.routine("walker", {}, [...pair(1), ...pair(2)]));
	const hit = waitUntil<In<typeof sys>, string>(
		"hit",
		({ s }) => s.inside,
		({ s }) => {
			s.hits++;
			s.inside = false;
		},
	);
	sys.process("hitter", sys.routine("hitter", {}, [loop([hit])]));
	const slowly = waitUntil<In<typeof sys>, string>(
		"slow++",
		({ s }) => s.slow < 9,
		({ s }) => {
			s.slow++;
		},
	);
	sys.process("slow", sys.routine("slow", {}, [loop([slowly])]));
	sys.property("once", { ...about, invariant: ({ s }) => s.hits < 2 && s.slow < 9 });
	const { critical } = explain(sys, "once");
	expect(critical).toMatchObject({ tried: 2, undecided: 0, windows: [], together: [] });
});

test("nobody steps in: there is no window", () => {
	const sys = system({ state: { n: range(0, 3) } });
	sys.process(
		"p",
		sys.routine("p", {}, [
			loop([
				breakIf("n == 3", ({ s }) => s.n === 3),
				step("n++", ({ s }) => {
					s.n++;
				}),
			]),
		]),
	);
	sys.property("low", { ...about, invariant: ({ s }) => s.n < 2 });
	expect(explain(sys, "low").critical).toEqual({ tried: 0, undecided: 0, wrong: 0, windows: [], together: [] });
});

test("involved is what could make the property true, or changes why it is false", () => {
	const Cell = ids("cell", 2);
	const sys = system({
		state: { cells: perId(Cell, record({ full: bool, seen: bool })), n: range(0, 3), idle: range(0, 3) },
	});
	sys.process(
		"p",
		sys.routine("p", {}, [
			step("n = 1, idle = 1", ({ s }) => {
				s.n = 1;
				s.idle = 1;
			}),
			step("fill both", ({ s }) => {
				for (const c of Cell.all) s.cells[c].full = true;
			}),
		]),
	);
	sys.property("empty", {
		...about,
		invariant: ({ s }) => !Cell.all.some((c) => s.cells[c].full),
		explain: ({ s }) => Cell.all.filter((c) => s.cells[c].full).map((c) => `${Cell.nameOf(c)} is full, n is ${s.n}`),
	});
	expect(explain(sys, "empty").involved).toEqual([
		{ object: "cells.cell0", fields: ["full"], steps: [2] },
		{ object: "cells.cell1", fields: ["full"], steps: [2] },
		{ object: "n", fields: [], steps: [1] },
	]);
});

test("of what is involved, the steps are those that changed it, and not what stands beside it", () => {
	const sys = system({
		state: {
			cell: record({ full: bool, armed: bool, n: range(0, 3) }),
			list: record({ of: list(range(0, 3), 2), n: range(0, 3) }),
		},
	});
	sys.process(
		"p",
		sys.routine("p", {}, [
			step("n++", ({ s }) => {
				s.cell.n++;
				s.list.n++;
			}),
			step("fill", ({ s }) => {
				s.cell.full = true;
			}),
			step("push", ({ s }) => s.list.of.push(1)),
			step("n++", ({ s }) => {
				s.cell.n++;
				s.list.n++;
			}),
		]),
	);
	// That it was not armed is why, too, but no step of these did that.
	sys.property("armed", { ...about, terminal: ({ s }) => !s.cell.full || s.cell.armed || s.list.of.length === 0 });
	expect(explain(sys, "armed").involved).toEqual([
		{ object: "cell", fields: ["full"], steps: [2] },
		{ object: "list", fields: ["of"], steps: [3] },
	]);
});

test("of an event or an error, what the last step depends on is involved", () => {
	const sys = system({ state: { armed: bool, other: bool }, events: { fired: [] } });
	sys.process(
		"p",
		sys.routine("p", {}, [
			step("other = true", ({ s }) => {
				s.other = true;
			}),
			step("armed = true", ({ s }) => {
				s.armed = true;
			}),
			step("fire", ({ s, emit }) => {
				emit.fired();
				if (s.armed) fault("P15", "armed");
			}),
		]),
	);
	sys.property("unarmed", { ...about, on: { fired: ({ s }) => !s.armed } });
	const armed = [{ object: "armed", fields: [], steps: [2] }];
	expect(explain(sys, "P15", "armed").involved).toEqual(armed);
});

test("who is left when nothing happens any more, and why they do not go on", () => {
	const sys = system({ state: { done: bool, go: bool, on: bool } });
	const wait = sys.routine("wait", {}, [waitUntil("wait_event(go)", ({ s }) => s.go)]);
	sys.process("waiter", wait);
	const gated = sys.routine("gated", {}, [step("act", () => {})]);
	sys.process("gated", gated, { gate: { when: ({ s }) => s.on } });
	const place = ({ s }: { s: { on: boolean } }) => ({ lane: 0, context: "task", depth: 0, sleeps: !s.on });
	sys.process("sleeper", gated, { gate: { when: ({ s }) => s.on }, place });
	sys.process("device", sys.routine("device", {}, [waitUntil("<interrupt>", ({ s }) => s.go)]));
	const waiting = (statement: string) => `<spins: ${statement}>`;
	const enters = { isInside: () => false, label: "<switch>", waiting };
	sys.process("spinner", wait, { gate: { when: ({ s }) => s.on, enters } });
	sys.process("ender", sys.routine("ender", {}, [step("end", () => {})]));
	sys.process("noise", sys.routine("noise", {}, [loop([step("tick", () => {})])]), { background: true });
	sys.property("done", { ...about, terminal: ({ s }) => s.done });
	sys.property("calm", { ...about, invariant: ({ s, at }) => s.done || at(wait, "anywhere", () => true) });
	expect(explain(sys, "done").standing).toEqual([
		{ process: "waiter", ended: false, routine: "wait", next: ["wait_event(go)"], waits: true, sleeps: false },
		{ process: "gated", ended: false, routine: "gated", next: ["act"], waits: false, sleeps: false },
		{ process: "sleeper", ended: false, routine: "gated", next: ["act"], waits: false, sleeps: true },
		{ process: "spinner", ended: false, routine: "wait", next: ["wait_event(go)"], waits: true, sleeps: false },
		{ process: "ender", ended: true, routine: "ender", next: [], waits: false, sleeps: false },
	]);
});
