// Stores that keep states only until they are expanded, against the one that keeps them whole.
import { expect, test } from "vitest";
import bioTask from "../../bench/models/bio-task-twin.ts";
import peterson from "../../bench/models/peterson.ts";
import { Timeout, within } from "../../src/explore/confine.ts";
import { type Keep, type Limits, Search } from "../../src/explore/search.ts";
import type { StateStore } from "../../src/explore/state-store.ts";
import { BitStates, largestArray } from "../../src/explore/store/bitstate.ts";
import { Chunk } from "../../src/explore/store/chunk.ts";
import { CompressedStates } from "../../src/explore/store/compressed.ts";
import { HashedStates } from "../../src/explore/store/hash-compact.ts";
import { PassingStore } from "../../src/explore/store/passing-store.ts";
import type { Seen } from "../../src/explore/store/seen.ts";
import { Store } from "../../src/explore/store/store.ts";
import type { BuiltSystem } from "../../src/lang/index.ts";
import { compile, hashWords } from "../../src/machine/index.ts";

const unlimited: Limits = { states: 1_000_000, time: 60, memory: 2 ** 28, depth: Number.POSITIVE_INFINITY };
const LOSSLESS: readonly Keep[] = ["whole", "compressed"];
const PASSING: readonly Keep[] = ["compressed", "hashed", "bits"];

function explore(system: object, limits: Partial<Limits>): Search {
	const search = new Search(compile(system as BuiltSystem), { ...unlimited, ...limits });
	while (search.slice(1_000));
	return search;
}

const twin = () => bioTask.build({ cpus: 3, tasks: 2, bios: 1, fix: 0, workfn: 0 });
const summary = ({ store, transitions, depth, findings }: Search) => ({
	states: store.count,
	transitions,
	depth,
	findings: [...findings],
});

test.each(PASSING)("%s: the same states, transitions, depth and findings", (keep) => {
	for (const system of [twin, () => peterson.build({ procs: 4, split: 1 })])
		expect(summary(explore(system(), { keep }))).toEqual(summary(explore(system(), {})));
});

test.each(LOSSLESS)("%s: a complete search is exhaustive", (keep) => {
	const search = explore(twin(), { keep });
	expect([search.stopped, search.store.omitted]).toEqual([undefined, undefined]);
});

test.each(["hashed", "bits"] as const)("%s: a complete search is not called exhaustive", (keep) => {
	const search = explore(twin(), { keep });
	expect(search.stopped).toBe("lossy");
	expect(search.store.omitted).toBeGreaterThan(0);
	expect(search.store.omitted).toBeLessThan(0.01);
});

test.each(PASSING)("%s: the way to a finding leads there", (keep) => {
	const search = explore(bioTask.build({ cpus: 2, tasks: 2, bios: 1, fix: 0, workfn: 0 }), { keep });
	const finding = search.findings.get("stranded");
	const { steps } = search.path(finding as never);
	expect(steps).toHaveLength(19);
	const { machine } = search;
	machine.initial();
	for (const step of steps) expect(machine.take(step)).toBe(true);
	expect(machine.violatedAtEnd()).toEqual([machine.properties.findIndex(({ id }) => id === "stranded")]);
});

test.each(PASSING)("%s: every state has the parent and the way that it has where states stay", (keep) => {
	const system = () => peterson.build({ procs: 3, split: 1 });
	const whole = explore(system(), {});
	const passing = explore(system(), { keep });
	for (let state = 0; state < whole.store.count; state += 7) {
		expect(passing.store.parent(state)).toBe(whole.store.parent(state));
		const at = { state, edge: undefined, property: "mutex", length: 0, message: undefined };
		expect(passing.path(at)).toEqual(whole.path(at));
	}
});

test.each(PASSING)("%s: limits are kept", (keep) => {
	expect(explore(twin(), { keep, states: 1000 })).toMatchObject({ stopped: "states", store: { count: 1000 } });
	const small = explore(twin(), { keep, memory: 2 ** 17 });
	expect(small.stopped).toBe("memory");
	expect(small.store.bytes).toBeLessThan(2 ** 21);
	expect(small.store.count).toBeLessThan(61_866);
});

/** States of two words that look random, and the same in every run, as the chunk that leads to them. */
function chunkOf(from: number, count: number, store: StateStore): Chunk {
	const chunk = new Chunk(2, 0);
	const words = Int32Array.from({ length: 2 * count }, (_, i) => Math.imul(2 * from + i + 1, 0x9e3779b1));
	const hashes = Int32Array.from({ length: count }, (_, i) => hashWords(words, 2 * i, 2));
	store.forget();
	const batch = { words, hashes, edges: new Int32Array(count), count };
	store.sift(batch, { first: store.count - 1, ends: Int32Array.of(count) }, chunk);
	return chunk;
}

const storeOf = (seen: Seen) => new PassingStore(2, { states: 1_000_000, memory: 2 ** 30 }, seen, 1000);

test.each<[string, () => StateStore]>([
	["whole", () => new Store(2, 1_000_000)],
	["compressed", () => storeOf(new CompressedStates(2, 1_000_000, 50_000))],
	["hashed", () => storeOf(new HashedStates(2, 1_000_000))],
	["bits", () => storeOf(new BitStates(2, 2 ** 24))],
])("%s: an addition that is ended anywhere and done again loses nothing, also while a table grows", (_, make) => {
	const store = make();
	let times = 0;
	/** Adds until that has come to its end once. */
	const add = (chunk: Chunk) => {
		for (let patience = 1; ; patience++)
			try {
				// It is done over and over, for it is quickly done.
				within(patience, () => {
					for (let i = 0; i < 5; i++) store.add(chunk);
				});
				return;
			} catch (error) {
				if (!(error instanceof Timeout)) throw error;
				times++;
			}
	};
	for (let from = 0; from < 120_000; from += 1000) {
		add(chunkOf(from, 1000, store));
		expect(store.count).toBe(from + 1000);
	}
	for (let from = 0; from < 120_000; from += 1000) store.add(chunkOf(from, 1000, store));
	expect(store.count).toBe(120_000);
	expect(times).toBeGreaterThan(3);
});

test("compressed: where one half of the states has many more numbers than the other, each is met once all the same", () => {
	const seen = new CompressedStates(2, 1_000_000, 5_000);
	const add = (from: number) => {
		const rows = Int32Array.from({ length: 2_000 }, (_, k) => (k % 2 === 0 ? (k >> 1) % 3 : from + (k >> 1)));
		seen.look(rows, 2, 1_000);
		return rows.subarray(0, 1_000).filter((_, i) => seen.add(i)).length;
	};
	const all = Array.from({ length: 20 }, (_, i) => 1_000 * i);
	expect(all.map(add)).toEqual(all.map(() => 1_000));
	expect(all.map(add)).toEqual(all.map(() => 0));
});

test("one that has no numbers left holds no more", () => {
	const seen: Seen = { bytes: 0, omitted: undefined, full: true, look: () => {}, add: () => true };
	expect(storeOf(seen).add(chunkOf(0, 10, storeOf(seen)))).toBe(false);
	expect(storeOf({ ...seen, full: false }).add(chunkOf(0, 10, storeOf(seen)))).toBe(true);
});

test.each([1, 2, 3, 5, 8, 9, 33])("which of %i successors a state was is known, of the last one too", (fanout) => {
	const store = new PassingStore(2, { states: 1_000, memory: 2 ** 30 }, new HashedStates(2, 1_000), fanout);
	store.add(chunkOf(0, fanout, store));
	const ordinals = Array.from({ length: fanout }, (_, i) => i);
	expect(ordinals.map((i) => store.ordinal(i))).toEqual(ordinals);
});

test("hashes of 52 bits: each new state may have that of any before it", () => {
	const seen = new HashedStates(2, 10_000);
	storeOf(seen).add(chunkOf(0, 1000, storeOf(seen)));
	expect(seen.omitted * 2 ** 52).toBeCloseTo((1000 * 999) / 2, 3);
});

test("bits: a power of two of bytes, of which every word has an index of 31 bits", () => {
	expect([2 ** 40, 2 ** 34, 2 ** 33, 2 ** 33 - 1, 100, 1].map((bytes) => largestArray(bytes))).toEqual(
		[33, 33, 33, 32, 6, 2].map((bits) => 2 ** bits),
	);
});

test("bits: as many states are left out as it says", () => {
	const seen = new BitStates(2, 2 ** 16);
	const store = storeOf(seen);
	const all = 60_000;
	for (let from = 0; from < all; from += 1000) store.add(chunkOf(from, 1000, store));
	const omitted = all - store.count;
	expect(omitted).toBeGreaterThan(100);
	expect(Math.abs(omitted - seen.omitted) / omitted).toBeLessThan(0.2);
});
