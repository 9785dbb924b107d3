// Gates, events, at() and faults: both interpreters agree, and on a number of states that can be counted by hand.
import { expect, test } from "vitest";
import {
	assert,
	assume,
	bool,
	call,
	choose,
	fault,
	type In,
	ids,
	loop,
	maybe,
	perId,
	range,
	record,
	type Stmt,
	step,
	system,
	waitUntil,
	when,
} from "../../src/lang/index.ts";
import { agree } from "../support/agree.ts";

const counter = () => system({ state: { n: range(0, 30), flag: bool } });

const Cpu = ids("cpu", 2);

test("gates hold every step back and act before it", () => {
	const sys = system({
		state: { cpu: perId(Cpu, record({ busy: bool, turns: range(0, 4) })), open: bool },
		me: (s) => s.cpu[Cpu.id(0)],
	});
	const work = sys.routine("work", {}, [
		step("one", ({ me }) => {
			me.busy = false;
		}),
		waitUntil("two", ({ me }) => me.turns === 1),
		when("busy", ({ me }) => me.busy, [step("three", () => {})]),
	]);
	for (const c of Cpu.all)
		sys.process(`w${c}`, work, {
			me: (s) => s.cpu[c],
			gate: {
				when: ({ s, me }) => s.open && me.turns < 4,
				enter: ({ me }) => {
					me.busy = true;
					me.turns++;
				},
			},
			place: ({ me }) => ({ lane: c, context: me.busy ? "busy" : "idle", depth: 0 }),
		});
	sys.process(
		"opener",
		sys.routine("opener", {}, [
			loop([
				step("toggle", ({ s }) => {
					s.open = !s.open;
				}),
			]),
		]),
		{ background: true },
	);
	sys.property("turns", {
		title: "",
		statement: "",
		terminal: ({ s }) => Cpu.all.every((c) => s.cpu[c].turns === 4),
		explain: ({ s }) => [`turns are ${Cpu.all.map((c) => s.cpu[c].turns).join()}`],
	});
	expect(agree(sys)).toMatchObject({ errors: [], complete: true, violated: ["turns"] });
});

test("who may run and whose statements all wait enters by a step of its own, if the gate says so", () => {
	const waiting = (how: "outside" | "inside" | "already" | "bound") => {
		const sys = system({ state: { inside: range(0, 2), a: bool, b: bool } });
		const choice: Stmt<In<typeof sys>> = choose(
			[waitUntil<In<typeof sys>, string>("a", ({ s }) => s.a)],
			[waitUntil<In<typeof sys>, string>("b", ({ s }) => s.b)],
		);
		const enter = ({ s }: { s: { inside: number } }) => {
			s.inside++;
		};
		const when = ({ s }: { s: { inside: number } }) => s.inside < 2;
		const enters = {
			isInside: () => how === "already",
			label: "<enters>",
			...(how === "bound"
				? { binds: ({ s }: { s: { b: boolean } }) => s.b }
				: { waiting: (statement: string) => `<waits: ${statement}>` }),
		};
		sys.process("waiter", sys.routine("waiter", {}, [choice, step("goes on", () => {})]), {
			gate: { when, enter, ...(how !== "outside" && { enters }) },
		});
		sys.process("other", sys.routine("other", {}, [step("b = true", ({ s }) => (s.b = true))]));
		const at = (name: string, inside: number, b: boolean) =>
			sys.property(name, { title: "", statement: "", sometimes: ({ s }) => s.inside === inside && s.b === b });
		at("waits inside", 1, false);
		at("enters twice to wait", 2, false);
		at("goes on after it has waited", 2, true);
		return sys;
	};
	expect(agree(waiting("outside"))).toMatchObject({
		complete: true,
		states: 4,
		violated: ["goes on after it has waited"],
	});
	expect(agree(waiting("already"))).toMatchObject({
		complete: true,
		states: 4,
		violated: ["goes on after it has waited"],
	});
	expect(agree(waiting("inside")).violated).toEqual([
		"enters twice to wait",
		"goes on after it has waited",
		"waits inside",
	]);
	// Where that matters, also before what could be taken: none, one or two times.
	expect(agree(waiting("bound"))).toMatchObject({
		complete: true,
		states: 7,
		violated: ["goes on after it has waited"],
	});
});

test("events reach properties, with their ghosts, before and after the state changes", () => {
	const sys = system({
		state: { owner: maybe(Cpu) },
		events: { locked: [Cpu], unlocked: [] },
		running: (s) => [s.owner],
	});
	const lock = (c: number) =>
		sys.routine("lock", {}, [
			step("lock()", ({ s, emit }) => {
				emit.locked(Cpu.id(c));
				s.owner = Cpu.id(c);
			}),
			step("unlock()", ({ s, emit }) => {
				s.owner = null;
				emit.unlocked();
			}),
		]);
	for (const c of Cpu.all) sys.process(`p${c}`, lock(c));
	sys.property("free", {
		title: "",
		statement: "",
		on: { locked: ({ s }) => s.owner === null, unlocked: () => undefined },
	});
	sys.property("order", {
		title: "",
		statement: "",
		ghost: { last: maybe(Cpu), times: range(0, 2) },
		on: {
			locked: ({ g }, cpu) => {
				g.times++;
				const ok = g.last === null || g.last <= cpu;
				g.last = cpu;
				return ok;
			},
		},
		terminal: ({ g }) => g.times === 2,
	});
	sys.property("never", { title: "", statement: "", on: { unlocked: () => undefined } });
	expect(agree(sys)).toMatchObject({ violated: ["free", "order"], errors: [] });
});

test("a labelled condition may emit events, whose handlers keep count", () => {
	const sys = system({ state: { n: range(0, 2) }, events: { asked: [range(0, 2)] } });
	const ask: Stmt<In<typeof sys>> = when(
		"n?",
		({ s, emit }) => {
			emit.asked(s.n);
			return s.n > 0;
		},
		[],
	);
	sys.process(
		"p",
		sys.routine("p", { locals: { x: bool } }, [
			ask,
			step("n = 1", ({ s }) => {
				s.n = 1;
			}),
			ask,
		]),
	);
	sys.property("once", {
		title: "",
		statement: "",
		ghost: { times: range(0, 3), last: maybe(Cpu) },
		on: {
			asked: ({ g }) => {
				g.times++;
				return g.times < 2;
			},
		},
	});
	expect(agree(sys)).toMatchObject({ states: 4, violated: ["once"], errors: [] });
});

test("at() finds the frames of a routine, and none of a process that has ended", () => {
	const sys = counter();
	const inner = sys.routine("inner", { args: { x: range(0, 3) }, locals: { y: bool } }, [
		step("critical", ({ s }) => {
			s.flag = true;
		}),
		step("leave", () => {}),
	]);
	const outer = sys.routine("outer", { args: { x: range(0, 3) } }, [
		call(inner, ({ f }) => ({ x: f.x })),
		step("leave", () => {}),
	]);
	for (const p of [1, 2]) sys.process(`p${p}`, outer, { args: { x: p } });
	sys.property("one inside", {
		title: "",
		statement: "",
		invariant: ({ at }) => {
			let inside = 0;
			at(inner, ["leave"], (f, process) => {
				inside += f.x === process + 1 ? 1 : 0;
				return false;
			});
			return inside <= 1;
		},
	});
	sys.property("never at its own label", {
		title: "",
		statement: "",
		invariant: ({ at }) => !at(outer, ["leave"], (f) => f.x === 1),
	});
	sys.property("frames are alive", {
		title: "",
		statement: "",
		invariant: ({ at }) => !at(outer, "anywhere", (f) => f.x === 0) && !at(inner, "anywhere", (f) => f.y !== undefined),
		terminal: ({ at }) => !at(outer, "anywhere", () => true),
	});
	expect(agree(sys)).toMatchObject({ states: 16, violated: ["never at its own label", "one inside"], errors: [] });
});

test("faults, failed assertions and assumptions cut the path they are on", () => {
	const sys = system({ state: { n: range(0, 3) }, events: { ping: [] } });
	sys.property("quiet", { title: "", statement: "", on: { ping: () => false } });
	sys.property("P10", { title: "", statement: "", raised: true });
	sys.process(
		"p",
		sys.routine("p", {}, [
			choose(
				[
					step("n = 1", ({ s }) => {
						s.n = 1;
					}),
				],
				[
					step("ping, then fault", ({ emit }) => {
						emit.ping();
						fault("P10", "library error");
					}),
				],
				[
					step("ping, then impossible", ({ emit }) => {
						emit.ping();
						assume(false);
					}),
				],
				[
					step("assert", ({ s }) => {
						assert(s.n === 1, "n is not 1");
					}),
				],
			),
			step("end", ({ s }) => {
				s.n = 2;
			}),
		]),
	);
	expect(agree(sys)).toMatchObject({ states: 3, transitions: 2, violated: ["P10", "assert", "quiet"] });
});
