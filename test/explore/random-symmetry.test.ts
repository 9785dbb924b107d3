// Random systems over interchangeable ids: with and without symmetry, the same verdicts and the same shortest lengths.
import fc from "fast-check";
import { expect, test } from "vitest";
import {
	anyOf,
	bool,
	choose,
	fault,
	type Id,
	ids,
	list,
	loop,
	maybe,
	perId,
	range,
	record,
	type Stmt,
	setOf,
	step,
	system,
	waitUntil,
	when,
} from "../../src/lang/index.ts";
import { explore, verdicts } from "../support/reduced.ts";

type Item = Id<"item">;
interface Cell {
	n: number;
	next: Item | null;
	up: boolean;
}
interface Here {
	readonly s: {
		flag: boolean;
		owner: Item | null;
		queue: { length: number; push(i: Item): void; shift(): Item; includes(i: Item): boolean };
		seen: { add(i: Item): void; has(i: Item): boolean; delete(i: Item): void; readonly size: number };
		readonly cell: { readonly [I in Item]: Cell };
	};
	readonly f: { readonly item: Item; other: Item | null };
}
type Effect = (c: Here) => void;

/** What treats all items alike, and at the end what does not. */
const EFFECTS: readonly Effect[] = [
	({ s, f }) => {
		s.cell[f.item].n = (s.cell[f.item].n + 1) % 3;
	},
	({ s, f }) => {
		s.cell[f.item].up = !s.cell[f.item].up;
	},
	({ s, f }) => {
		f.other = s.owner;
	},
	({ s, f }) => {
		s.owner = f.item;
	},
	({ s, f }) => {
		s.owner = f.other;
	},
	({ s, f }) => {
		s.cell[f.item].next = f.other;
	},
	({ s, f }) => {
		if (s.queue.length < 2) s.queue.push(f.item);
	},
	({ s, f }) => {
		if (s.queue.length > 0) f.other = s.queue.shift();
	},
	({ s, f }) => s.seen.add(f.item),
	({ s, f }) => s.seen.delete(f.item),
	({ s }) => {
		s.flag = !s.flag;
	},
	({ s, f }) => {
		if (f.other !== null) s.cell[f.other].n = 2;
	},
	({ s, f }) => {
		if (s.seen.size === 2 && s.owner === f.item) fault("cut", "both");
	},
	({ s, f }) => {
		if (f.item === 0) s.flag = true;
	},
	({ s }) => {
		s.owner = 1 as Item;
	},
];
const GUARDS: readonly ((c: Here) => boolean)[] = [
	({ s, f }) => s.owner === f.item,
	({ s }) => s.owner === null,
	({ s, f }) => s.cell[f.item].n > 0,
	({ s }) => s.flag,
	({ s }) => !s.flag,
	({ s, f }) => s.queue.includes(f.item),
	({ s, f }) => !s.seen.has(f.item),
	({ s, f }) => f.other !== null && s.cell[f.other].up,
	({ s }) => s.cell[0 as Item].up,
];
type Sees = Pick<Here, "s">;
const INVARIANTS: readonly ((v: Sees, all: readonly Item[]) => boolean)[] = [
	({ s }, all) => !all.some((i) => s.cell[i].up && s.cell[i].n > 0),
	({ s }, all) => all.filter((i) => s.cell[i].n === 2).length < 2,
	({ s }) => !(s.flag && s.queue.length > 0),
	({ s }) => s.owner === null || s.seen.size === 0,
	({ s }, all) => all.filter((i) => s.cell[i].up).length < 2,
	({ s }, all) => !all.some((i) => s.cell[i].next === i),
	({ s }) => s.cell[0 as Item].n < 2,
	({ s }) => s.owner !== 1,
];

interface Body {
	readonly kind: "step" | "wait" | "choose" | "when" | "anyOf";
	readonly effect: number;
	readonly guard: number;
	readonly inner: readonly Body[];
}

const { body } = fc.letrec<{ body: Body[] }>((tie) => ({
	body: fc.array(
		fc.record({
			kind: fc.constantFrom<Body["kind"]>("step", "step", "wait", "choose", "when", "anyOf"),
			// Most treat all alike: else hardly any system would.
			effect: fc.oneof({ weight: 12, arbitrary: fc.nat(12) }, { weight: 1, arbitrary: fc.nat(EFFECTS.length - 1) }),
			guard: fc.oneof({ weight: 12, arbitrary: fc.nat(7) }, { weight: 1, arbitrary: fc.nat(GUARDS.length - 1) }),
			inner: fc.oneof({ depthSize: "small", withCrossShrink: true }, fc.constant([]), tie("body")),
		}),
		{ minLength: 1, maxLength: 3 },
	),
}));

const source = fc.record({
	items: fc.integer({ min: 2, max: 3 }),
	perItem: fc.integer({ min: 1, max: 2 }),
	body,
	loops: fc.boolean(),
	invariants: fc.uniqueArray(
		fc.oneof({ weight: 8, arbitrary: fc.nat(5) }, { weight: 1, arbitrary: fc.nat(INVARIANTS.length - 1) }),
		{ minLength: 1, maxLength: 3 },
	),
	terminal: fc.option(fc.nat(INVARIANTS.length - 1)),
});
type Source = typeof source extends fc.Arbitrary<infer T> ? T : never;

function build({ items, perItem, body, loops, invariants, terminal }: Source) {
	const Item = ids("item", items);
	const sys = system({
		state: {
			flag: bool,
			owner: maybe(Item),
			queue: list(Item, 2),
			seen: setOf(Item),
			cell: perId(Item, record({ n: range(0, 2), next: maybe(Item), up: bool })),
		},
	});
	let steps = 0;
	const statement = ({ kind, effect, guard, inner }: Body): Stmt<Here, string>[] => {
		const act = EFFECTS[effect] as Effect;
		const test = GUARDS[guard] as (c: Here) => boolean;
		const label = `step ${steps++}`;
		switch (kind) {
			case "step":
				return [step<Here, string>(label, act), ...inner.flatMap(statement)];
			case "wait":
				return [waitUntil<Here, string>(label, test, act), ...inner.flatMap(statement)];
			case "choose":
				return [
					choose<Here, string>(
						[step<Here, string>(label, act), ...inner.flatMap(statement)],
						[waitUntil<Here, string>(`${label} or`, test)],
					),
				];
			case "when":
				return [when<Here, string, string>(label, test, inner.flatMap(statement))];
			case "anyOf":
				return [
					anyOf<Here, "item", string, string>(
						Item,
						(item) => [
							step<Here, string>(`${label} ${item}`, ({ f }) => {
								f.other = item;
							}),
							...inner.flatMap(statement),
						],
						[waitUntil<Here, string>(`${label} none`, test)],
					),
				];
		}
	};
	const all = body.flatMap(statement);
	const routine = sys.routine("main", { args: { item: Item }, locals: { other: maybe(Item) } }, [
		...((loops ? [loop(all as never)] : all) as never[]),
	]);
	for (const item of Item.all)
		for (let i = 0; i < perItem; i++) sys.process(`p${item}.${i}`, routine as never, { args: { item } as never });
	for (const i of invariants)
		sys.property(`invariant ${i}`, {
			title: "",
			statement: "",
			invariant: (v) => (INVARIANTS[i] as (v: Sees, all: readonly Item[]) => boolean)(v as never, Item.all),
		});
	if (terminal !== null)
		sys.property("terminal", {
			title: "",
			statement: "",
			terminal: (v) => (INVARIANTS[terminal] as (v: Sees, all: readonly Item[]) => boolean)(v as never, Item.all),
		});
	return sys;
}

test("random systems have the same verdicts with symmetry and without", () => {
	const seen = { reduced: 0, refused: 0, violated: 0, whole: 0, states: 0 };
	fc.assert(
		fc.property(source, (random) => {
			// The largest ones would take the time of a hundred others.
			const off = explore(() => build(random), {}, 1_000);
			fc.pre(off.stopped === undefined);
			const on = explore(() => build(random), { symmetry: true });
			expect(verdicts(on)).toEqual(verdicts(off));
			expect(on.store.count).toBeLessThanOrEqual(off.store.count);
			if (on.machine.group.classes.length > 0) seen.reduced++;
			if (on.machine.group.refused.length > 0) seen.refused++;
			if (off.findings.size > 0) seen.violated++;
			seen.whole += off.store.count;
			seen.states += on.store.count;
		}),
		{ seed: 20_190_412, numRuns: 1_000 },
	);
	// The generator is of use only as long as most of its systems are symmetric, and some are not.
	expect(seen.reduced).toBeGreaterThan(400);
	expect(seen.refused).toBeGreaterThan(100);
	expect(seen.violated).toBeGreaterThan(50);
	expect(seen.whole / seen.states).toBeGreaterThan(1.3);
}, 600_000);
