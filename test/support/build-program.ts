import {
	again,
	type BuiltSystem,
	block,
	breakIf,
	call,
	callOneOf,
	choose,
	forget,
	giveBack,
	type In,
	leave,
	loop,
	type Routine,
	type Stmt,
	step,
	waitUntil,
	when,
} from "../../src/lang/index.ts";
import type { Body, Program, Source } from "./programs.ts";
import {
	conditions,
	effects,
	type Frame,
	frame,
	guards,
	type Here,
	Item,
	small,
	type World,
	world,
} from "./vocabulary.ts";

type Called = Routine<{ n: number; o: Frame["o"] }, number, In<World>, string>;

const pick = <T>(from: readonly T[], n: number): T => from[n % from.length] as T;

/** The system that a random program stands for. */
export function buildProgram({ routines, processes }: Program): BuiltSystem {
	const sys = world();
	const declaration = { ...frame, returns: small, depth: 2 };
	const made: Called[] = [];
	// From the last, for the earlier call the later.
	for (const [i, body] of [...routines.entries()].reverse())
		made[i] = sys.routine(`r${i}`, declaration, statements(body, made, i === routines.length - 1 ? i : i + 1));
	processes.forEach(({ routine, gate, enters, placed, exits, background }, p) => {
		sys.process(`p${p}`, made[routine] as Called, {
			args: { n: p, o: p === 0 ? null : Item.id(p - 1) },
			me: (s) => s.cell[Item.id(p % 2)],
			background,
			place: ({ s, me }) => ({ lane: s.a, context: me.last === null ? "task" : "irq", depth: me.n }),
			...(exits && {
				exit: {
					label: "exit",
					when: ({ s, me }) => s.flag || me.n === 0,
					enter: ({ s, me, emit }) => {
						me.n = (me.n + 1) % 3;
						emit.ping(s.a);
					},
				},
			}),
			...(placed && {
				placements: [0, 1].map((lane) => ({
					lane,
					when: ({ s, me }) => me.n === lane || !s.flag,
					enter: ({ s, me }) => {
						if (me.n === lane) return;
						me.n = lane;
						s.flag = !s.flag;
					},
					isThere: ({ me }) => me.n === lane,
					label: `to ${lane}`,
				})),
			}),
			...(gate && {
				gate: {
					when: ({ s, me }) => s.a < 2 || me.n > 0,
					enter: ({ me }) => {
						me.n = (me.n + 1) % 3;
					},
					...(enters && {
						enters: {
							isInside: ({ me }) => me.n !== 2,
							label: "enters",
							...(enters.binds && { binds: ({ s }) => s.a > 0 }),
							only: enters.only,
							...(enters.waits && { waiting: (statement) => `waits: ${statement}` }),
						},
					}),
				},
			}),
		});
	});
	const about = { title: "", statement: "" };
	sys.property("calm", {
		...about,
		invariant: ({ s }) => !(s.a === 2 && s.flag),
		antecedent: ({ s }) => s.l.length > 0,
		explain: ({ s }) => [`l is ${s.l.toArray().join()}`],
	});
	sys.property("busy", { ...about, sometimes: ({ s }) => s.a === 2 && s.l.length > 0 });
	sys.property("empty", {
		...about,
		terminal: ({ s, at }) => s.l.length === 0 || at(made[0] as Called, "anywhere", () => true),
	});
	sys.property("pings", {
		...about,
		ghost: { last: small, times: small },
		on: {
			ping: ({ g, me }, a) => {
				g.times = Math.min(2, g.times + 1);
				const before = g.last;
				g.last = a;
				return a >= before || me.n === 0;
			},
			pong: ({ s }, item) => (s.flag ? s.cell[item].n < 2 : undefined),
		},
		invariant: ({ g }) => g.times < 2 || g.last > 0,
	});
	return sys;
}

function statements(body: Body, routines: Called[], callable: number): Stmt<Here>[] {
	return body.map((source) => statement(source, routines, callable));
}

function statement(source: Source, routines: Called[], callable: number): Stmt<Here> {
	const inner = (body: Body) => statements(body, routines, callable);
	const args =
		(n: number) =>
		({ f }: { readonly f: Readonly<Frame> }) => ({ n: n % 4 === 3 ? f.n : n % 3, o: f.o });
	const nth = (n: number) => () => pick(routines.slice(callable), n);
	switch (source.kind) {
		case "step":
			return step(...pick(effects, source.effect));
		case "wait": {
			const [label, guard] = pick(guards, source.guard);
			return waitUntil(label, guard, pick(effects, source.effect)[1]);
		}
		case "when": {
			const [yes, no] = [inner(source.yes), inner(source.no)];
			if (source.local) return when(pick(conditions, source.test), yes, no);
			return when(...pick(guards, source.test), yes, no);
		}
		case "breakIf":
			return source.local ? breakIf(pick(conditions, source.test)) : breakIf(...pick(guards, source.test));
		case "loop":
			return loop(inner(source.body));
		case "block":
			return block(...inner(source.body));
		case "choose":
			return choose(...source.branches.map(inner));
		case "call":
			return call(nth(source.routine), args(source.arg), source.into ? "x" : undefined);
		case "dispatch": {
			const last = routines.at(-1);
			if (!last) return call(nth(0), args(source.arg));
			return callOneOf(({ f }) => (f.n === 0 ? "one" : f.which), { one: last, two: last }, args(source.arg));
		}
		case "return":
			return giveBack(({ f }) => (source.value % 4 === 3 ? f.x : source.value % 3));
		case "forget":
			return forget(pick(["x", "l", "r", "o"] as const, source.name));
		case "leave":
			return leave();
		case "again":
			return again();
	}
}
