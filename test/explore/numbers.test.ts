// Sets of numbers, and of pairs, against plain sets; also where work on them is ended at any moment.
import { expect, test } from "vitest";
import { Timeout, within } from "../../src/explore/confine.ts";
import { Halves } from "../../src/explore/store/halves.ts";
import { Numbers } from "../../src/explore/store/numbers.ts";
import { Pairs } from "../../src/explore/store/pairs.ts";
import { Tree } from "../../src/explore/store/tree.ts";

const LIMIT = 2 ** 42;

/** Whole numbers below `limit` that look random and are the same in every run. */
function* numbers(seed: number, limit: number): Generator<number, never> {
	for (let x = seed; ; ) {
		x = (Math.imul(x, 1664525) + 1013904223) | 0;
		const high = Math.imul(x ^ (x >>> 15), 0x2c1b3c6d) >>> 0;
		x = (Math.imul(x, 1664525) + 1013904223) | 0;
		const low = Math.imul(x ^ (x >>> 15), 0x2c1b3c6d) >>> 0;
		yield Math.floor((high / 2 ** 32 + low / 2 ** 64) * limit);
	}
}

function take(count: number, from: Iterator<number, never>): number[] {
	return Array.from({ length: count }, () => from.next().value);
}

/** Does `work` while there is `more`, although it is ended again and again. Returns how often. */
function endedAgainAndAgain(more: () => boolean, work: () => void): number {
	for (let times = 0; ; times++)
		try {
			within(1, () => {
				while (more()) work();
			});
			return times;
		} catch (error) {
			if (!(error instanceof Timeout)) throw error;
		}
}

test("a set of numbers knows which it has, from the first to the last growth", () => {
	const set = new Numbers(LIMIT, 1_000_000);
	const some = take(400_000, numbers(1, LIMIT));
	const known = new Set<number>();
	let wrong = 0;
	for (const [i, number] of some.entries()) {
		if (set.add(number) === known.has(number)) wrong++;
		known.add(number);
		const old = some[i >> 1] as number;
		if (set.add(old)) wrong++;
	}
	expect([wrong, set.count]).toEqual([0, known.size]);
	expect(some.some((number) => set.add(number))).toBe(false);
	expect(set.bytes / set.count).toBeLessThan(4 * 4 * (4 / 3) * 1.1);
});

test("more numbers than a line holds are kept, also when the set grows", () => {
	const set = new Numbers(LIMIT, 100_000);
	const crowd = Array.from({ length: 200 }, (_, i) => LIMIT - 1 - i);
	expect(crowd.every((number) => set.add(number))).toBe(true);
	expect(crowd.some((number) => set.add(number))).toBe(false);
	for (const number of take(50_000, numbers(2, LIMIT))) set.add(number);
	expect(crowd.some((number) => set.add(number))).toBe(false);
});

test("numbers at the ends of the lines are told apart", () => {
	const set = new Numbers(2 ** 53, 100);
	const edges = [0, 1, 2 ** 32 - 2, 2 ** 32 - 1, 2 ** 32, 2 ** 33 - 3, 2 ** 33 - 2, 2 ** 53 - 2, 2 ** 53 - 1];
	expect(edges.map((number) => set.add(number))).toEqual(edges.map(() => true));
	expect(edges.map((number) => set.add(number))).toEqual(edges.map(() => false));
});

test("an addition that is ended anywhere loses nothing, also in the middle of a growth", () => {
	const some = take(300_000, numbers(3, LIMIT));
	const set = new Numbers(LIMIT, 1_000_000);
	let done = 0;
	const times = endedAgainAndAgain(
		() => done < some.length,
		() => {
			set.add(some[done] as number);
			done++;
		},
	);
	expect(times).toBeGreaterThan(3);
	expect(some.some((number) => set.add(number))).toBe(false);
	expect(set.count).toBe(new Set(some).size);
});

test("pairs are numbered in the order in which they come, and ended work loses none", () => {
	const pairs = new Pairs();
	const values = numbers(4, 600);
	const some = Array.from({ length: 300_000 }, () => [values.next().value - 300, values.next().value] as const);
	const known = new Map<string, number>();
	for (const pair of some) if (!known.has(pair.join())) known.set(pair.join(), known.size);
	const numbered: number[] = [];
	endedAgainAndAgain(
		() => numbered.length < some.length,
		() => {
			const [x, y] = some[numbered.length] as readonly [number, number];
			numbered.push(pairs.number(x, y));
		},
	);
	expect(numbered.every((number, i) => number === known.get(some[i]?.join() ?? ""))).toBe(true);
	expect(pairs.count).toBe(known.size);
	expect([pairs.first(0), pairs.second(0)]).toEqual(some[0]);
});

test.each([1, 2, 3, 5, 8])("vectors of %i words have one number each", (words) => {
	const tree = new Tree(0, words);
	const values = numbers(words, Math.ceil(20_000 ** (1 / words)));
	const numberOf = new Map<string, number>();
	const stateOf = new Map<number, string>();
	let wrong = 0;
	for (let i = 0; i < 30_000; i++) {
		const state = take(words, values);
		const name = state.join();
		const number = tree.number(Int32Array.from([7, ...state]), 1);
		if ((numberOf.get(name) ?? number) !== number || (stateOf.get(number) ?? name) !== name) wrong++;
		numberOf.set(name, number);
		stateOf.set(number, name);
	}
	expect([wrong, tree.count]).toEqual([0, numberOf.size]);
});

test("a set names each of its numbers once, also those that lines have no room for", () => {
	const set = new Numbers(LIMIT, 100_000);
	const all = [...Array.from({ length: 200 }, (_, i) => LIMIT - 1 - i), ...take(30_000, numbers(7, LIMIT))];
	for (const number of all) set.add(number);
	const named: number[] = [];
	set.each((number) => named.push(number));
	expect(named.toSorted((a, b) => a - b)).toEqual([...new Set(all)].toSorted((a, b) => a - b));
});

test("bits go where the numbers are", () => {
	expect([1e6, 3e4, 1e3, 10, 1].map((lefts) => Halves.of(lefts, 1e6).left)).toEqual([26, 22, 22, 22, 22]);
	expect(Halves.of(1e6, 1e4).left).toBe(30);
	const full = new Halves(22);
	expect([full.isFull(2 ** 22 - 1, 2 ** 30 - 1), full.isFull(2 ** 22, 0), full.isFull(0, 2 ** 30)]).toEqual([
		false,
		true,
		true,
	]);
});

test.each([22, 26, 30])(
	"no two pairs, of %i and the other bits, come to the same number, and near ones not to near ones",
	(left) => {
		const pairs = new Halves(left);
		const other = new Halves(25);
		const all = new Set<number>();
		const halves: number[] = [];
		let wrong = 0;
		for (let a = 0; a < 512; a++)
			for (let b = 0; b < 512; b++) {
				const number = pairs.together(2 ** left - 1 - a, b);
				const [x, y] = [2 ** 22 - 1 - a, 2 ** 22 - 1 - b];
				if (pairs.moved(pairs.together(x, y), other) !== other.together(x, y)) wrong++;
				halves.push(Math.floor((number / 2 ** 52) * 16));
				all.add(number);
			}
		expect([wrong, all.size]).toEqual([0, 512 * 512]);
		expect([...all].every((number) => number >= 0 && number < 2 ** 52)).toBe(true);
		for (let part = 0; part < 16; part++)
			expect(halves.filter((half) => half === part).length / halves.length).toBeCloseTo(1 / 16, 2);
	},
);
