import {
	assert,
	assume,
	bool,
	fault,
	type Id,
	type In,
	ids,
	list,
	maybe,
	oneOf,
	perId,
	range,
	record,
	setOf,
	system,
} from "../../src/lang/index.ts";

/** What random programs are about: a small shared state, and one frame for all routines. */
export const Item = ids("item", 2);
export const small = range(0, 2);
const cell = record({ n: small, last: maybe(Item), l: list(Item, 2), m: setOf(Item) });
export const frame = {
	args: { n: small, o: maybe(Item) },
	locals: { x: small, which: oneOf("one", "two"), l: list(Item, 2), m: setOf(Item), r: cell, b: bool },
};

export const world = () =>
	system({
		state: { a: small, flag: bool, l: list(Item, 3), cell: perId(Item, cell), spare: cell },
		events: { ping: [small], pong: [Item] },
		me: (s) => s.cell[Item.id(0)],
		running: (s) => [s.a, s.flag ? 1 : null],
	});

export type World = ReturnType<typeof world>;
export type Frame = { n: number; o: Id<"item"> | null; x: number; which: "one" | "two"; b: boolean } & Pick<
	In<World>["s"]["spare"],
	"l" | "m"
> & { r: In<World>["s"]["spare"] };
export type Here = In<World, Frame>;

const [p, q] = [Item.id(0), Item.id(1)];

export const guards: readonly [string, (c: Here) => boolean][] = [
	["flag", ({ s }) => s.flag],
	["!flag", ({ s }) => !s.flag],
	["a == 0", ({ s }) => s.a === 0],
	["a > 0", ({ s }) => s.a > 0],
	["l is empty", ({ s }) => s.l.length === 0],
	["l has q", ({ s }) => s.l.includes(q)],
	["my set has p", ({ me }) => me.m.has(p)],
	["my last is none", ({ me }) => me.last === null],
	["cell n differ", ({ s }) => s.cell[p].n !== s.cell[q].n],
	["x is a", ({ s, f }) => f.x === s.a],
	["my list is shorter", ({ me, f }) => me.l.length < f.l.length + 1],
];

export const conditions: readonly ((c: { readonly f: Readonly<Frame> }) => boolean)[] = [
	({ f }) => f.n === 0,
	({ f }) => f.n === 1,
	({ f }) => f.o === null,
	({ f }) => f.l.length > 0,
	({ f }) => f.m.has(q),
	({ f }) => f.r.n > 0,
	({ f }) => f.x === 1,
];

export const effects: readonly [string, (c: Here) => void][] = [
	["nothing", () => {}],
	[
		"a = 1",
		({ s }) => {
			s.a = 1;
		},
	],
	[
		"a++ modulo 3",
		({ s }) => {
			s.a = (s.a + 1) % 3;
		},
	],
	[
		"a++",
		({ s }) => {
			s.a++;
		},
	],
	[
		"flag = !flag",
		({ s }) => {
			s.flag = !s.flag;
		},
	],
	[
		"a = n",
		({ s, f }) => {
			s.a = f.n;
		},
	],
	[
		"n = a",
		({ s, f }) => {
			f.n = s.a;
		},
	],
	[
		"x = a",
		({ s, f }) => {
			f.x = s.a;
		},
	],
	[
		"x = 1",
		({ f }) => {
			f.x = 1;
		},
	],
	[
		"a = x",
		({ s, f }) => {
			s.a = f.x;
		},
	],
	[
		"which = two",
		({ f }) => {
			f.which = "two";
		},
	],
	[
		"o = last",
		({ f, me }) => {
			f.o = me.last;
		},
	],
	[
		"last = q",
		({ me }) => {
			me.last = q;
		},
	],
	[
		"last = none",
		({ s }) => {
			s.cell[q].last = null;
		},
	],
	["push q", ({ s }) => s.l.push(q)],
	["push p where there is room", ({ s }) => (s.l.length < 2 ? s.l.push(p) : undefined)],
	["shift", ({ s }) => (s.l.length > 0 ? void s.l.shift() : undefined)],
	["remove q", ({ s }) => (s.l.includes(q) ? s.l.remove(q) : undefined)],
	["clear", ({ s }) => s.l.clear()],
	[
		"my list = mine",
		({ me, f }) => {
			f.l = me.l;
		},
	],
	[
		"my set = the spare's",
		({ s, me }) => {
			me.m = s.spare.m;
		},
	],
	[
		"spare = mine",
		({ s, me }) => {
			s.spare = me;
		},
	],
	[
		"r = spare; change the spare",
		({ s, f }) => {
			f.r = s.spare;
			s.spare.n = 2;
			s.spare.m.add(q);
			s.spare.l.clear();
		},
	],
	[
		"spare = r",
		({ s, f }) => {
			s.spare = f.r;
		},
	],
	[
		"spare list = l",
		({ s }) => {
			s.spare.l = s.l;
		},
	],
	[
		"all cells = themselves, then p",
		({ s }) => {
			const { cell } = s;
			s.cell = cell;
			s.cell[p].l = s.cell[q].l;
		},
	],
	["my list += p", ({ me }) => (me.l.length < 2 ? me.l.push(p) : me.l.clear())],
	[
		"m of mine += p",
		({ me, f }) => {
			me.m.add(p);
			f.m.add(q);
			f.m.delete(p);
		},
	],
	[
		"b; ping a",
		({ s, f, emit }) => {
			f.b = true;
			emit.ping(s.a);
		},
	],
	[
		"flag; pong q",
		({ s, emit }) => {
			s.flag = true;
			emit.pong(q);
			s.flag = s.a === 0;
		},
	],
	[
		"assume flag",
		({ s, emit }) => {
			emit.ping(1);
			assume(s.flag);
		},
	],
	[
		"assert",
		({ s, emit }) => {
			emit.ping(s.a);
			assert(s.a < 2, "a is 2");
		},
	],
	["fault", ({ s }) => (s.flag && s.a === 1 ? fault("P10", "flag at 1") : undefined)],
];
