// Machines that have their working vectors in one bank keep out of each other's.
import { expect, test } from "vitest";
import { type BuiltSystem, ids, list, loop, perId, range, record, system, waitUntil } from "../../src/lang/index.ts";
import { allot, Bank, inWords } from "../../src/machine/bank.ts";
import { compile, type Machine } from "../../src/machine/index.ts";
import type { Slot } from "../../src/machine/layout.ts";

const slots = (count: number, size = 2): Slot[] =>
	Array.from({ length: count }, (_, offset) => ({ offset, vector: "W", size, fixed: false }));

test.each([
	["narrow", 256, Uint8Array],
	["wide", 257, Uint16Array],
])("%s vectors are zero, of whole words, and never overlap, also where a bank is full", (_, size, Width) => {
	const banks = new Set<Bank>();
	for (let i = 1; i <= 200; i++) {
		const { vector, bank } = allot(slots(1_001, size));
		banks.add(bank);
		expect(vector).toBeInstanceOf(Width);
		expect(inWords(vector)).toHaveLength((vector.length * vector.BYTES_PER_ELEMENT) / 4);
		expect(vector.every((value) => value === 0)).toBe(true);
		vector.fill(i);
	}
	expect(banks.size).toBeGreaterThan(1);
	// What is longer than a bank gets one.
	expect(allot(slots(100_000, size)).vector).toHaveLength(100_000);
});

test("a class is made once in a bank, over its cells", () => {
	const cells = Uint8Array.of(1, 2, 3, 4);
	const bank = new Bank(cells);
	const source = () => "return class { get second() { return W[1]; } };";
	const Made = bank.classOf("C", source) as new () => { second: number };
	expect(bank.classOf("C", source)).toBe(Made);
	expect(new Bank(Uint8Array.of(5, 6, 7, 8)).classOf("C", source)).not.toBe(Made);
	cells[1] = 9;
	expect(new Made().second).toBe(9);
});

test("two machines of one shape, taken in turn, each have their own state and their own complaints", () => {
	const Item = ids("item", 2);
	const last = Item.all[1] as (typeof Item.all)[number];
	const build = (most: number) => {
		const sys = system({
			state: { n: range(0, most), queue: list(Item, 2), item: perId(Item, record({ n: range(0, 3) })) },
		});
		const count = sys.routine("count", { locals: { seen: range(0, 3) } }, [
			loop([
				waitUntil(
					"n++",
					({ s }) => s.queue.length < 2,
					({ s, f }) => {
						s.n++;
						f.seen = s.queue.length;
						s.queue.push(last);
						s.item[last].n++;
					},
				),
			]),
		]);
		sys.process("p", count);
		return compile(sys as object as BuiltSystem);
	};
	const machines = [build(9), build(9), build(1)];
	for (const machine of machines) machine.initial();
	const state = () => machines.map((machine) => machine.describe().state);
	const at = (n: number) => ({
		n,
		queue: Array.from({ length: n }, () => "item1"),
		item: { item0: { n: 0 }, item1: { n } },
	});
	expect(state()).toEqual([at(0), at(0), at(0)]);
	expect(machines[1]?.take(0)).toBe(true);
	expect(state()).toEqual([at(0), at(1), at(0)]);
	expect(machines[2]?.take(0)).toBe(true);
	expect(machines[1]?.take(0)).toBe(true);
	expect(state()).toEqual([at(0), at(2), at(1)]);
	expect(machines[1]?.take(0)).toBe(false);
	expect(() => machines[2]?.take(0)).toThrow("out-of-range write: n is a number from 0 to 1, not 2");
	expect(machines[0]?.take(0)).toBe(true);
	expect(state()[0]).toEqual(at(1));
	const seen = machines.map((machine) => machine.describe().processes[0]?.stack[0]?.frame);
	expect(seen).toEqual([{ seen: 0 }, { seen: 1 }, { seen: 0 }]);
	// Packed and unpacked, expanded and restored.
	const [first, second] = machines as [Machine, Machine];
	const packed = new Int32Array(first.words);
	first.store(packed, 0);
	first.out.count = 0;
	expect(first.expand()).toBe(1);
	expect(first.describe().state).toEqual(at(1));
	first.load(first.out.words, 0);
	expect(first.describe().state).toEqual(at(2));
	second.load(packed, 0);
	expect([second, first].map((machine) => machine.describe().state)).toEqual([at(1), at(2)]);
});
