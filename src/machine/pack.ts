import type { Vector } from "./bank.ts";
import type { Slot } from "./layout.ts";

/** A state as it is worked on: a vector of values and one of program counters. */
export type Vectors = Readonly<Record<Slot["vector"], Vector>>;

/** Where a slot lies: in its vector, by 32-bit words, and in a stored state. */
interface Field {
	readonly slot: Slot;
	readonly bits: number;
	/** Word of its vector, and lowest bit there. */
	readonly from: number;
	readonly at: number;
	/** Word of the stored state, and lowest bit there. */
	word: number;
	shift: number;
}

export interface Packing {
	/** 32-bit words of a stored state. */
	readonly words: number;
	readonly bits: number;
	readonly fields: readonly Field[];
	readonly moves: readonly Move[];
}

/**
 * Finds room for all slots that are stored, in as few words as fields put in one by one would take. As many as
 * possible of the slots that share a word of their vector are put in as they stand in it, one bit distance apart, so
 * that one shift moves them all: a vector has a byte for what takes two bits, so four such words fit into one.
 */
export function planPacking(slots: readonly Slot[], vectors: Vectors): Packing {
	const fields = slots.filter((slot) => !slot.fixed).map((slot) => field(slot, vectors));
	const bits = fields.reduce((sum, f) => sum + f.bits, 0);
	const groups = groupBy(fields, (f) => `${f.slot.vector}${f.from}`)
		.filter((group) => group.length > 1)
		.sort((a, b) => evenness(b) - evenness(a));
	let words = Math.max(1, Math.ceil(bits / 32));
	while (!place(fields, [], words)) words++;
	for (let together = groups.length; !place(fields, groups.slice(0, together), words); together--);
	return { words, bits, fields, moves: movesOf(fields) };
}

function field(slot: Slot, vectors: Vectors): Field {
	const bit = slot.offset * vectors[slot.vector].BYTES_PER_ELEMENT * 8;
	return { slot, bits: 32 - Math.clz32(slot.size - 1), from: bit >>> 5, at: bit & 31, word: -1, shift: 0 };
}

/** How much of the room that a group takes it fills. */
const evenness = (group: readonly Field[]): number =>
	group.reduce((sum, f) => sum + f.bits, 0) / Math.max(...group.map((f) => f.bits));

const mask = (f: Field, at: number): number => (2 ** f.bits - 1) << at;

/** Gives all fields a place in `words` words, the groups first and each as it stands; false if there is no room. */
function place(fields: readonly Field[], groups: readonly (readonly Field[])[], words: number): boolean {
	const taken = new Int32Array(words);
	for (const f of fields) f.word = -1;
	for (const group of groups) {
		const room = 32 - Math.max(...group.map((f) => f.at + f.bits));
		placeAt(taken, group, room, (f) => f.at);
	}
	const rest = fields.filter((f) => f.word < 0).sort((a, b) => b.bits - a.bits);
	return rest.every((f) => placeAt(taken, [f], 32 - f.bits, () => 0));
}

/** Puts these fields where `at` says in the first word, at the least shift from there up to `most`, that is free for all. */
function placeAt(taken: Int32Array, fields: readonly Field[], most: number, at: (f: Field) => number): boolean {
	const all = maskOf(fields, at);
	for (let word = 0; word < taken.length; word++)
		for (let shift = 0; shift <= most; shift++) {
			if (((taken[word] as number) & (all << shift)) !== 0) continue;
			taken[word] = (taken[word] as number) | (all << shift);
			for (const f of fields) {
				f.word = word;
				f.shift = at(f) + shift;
			}
			return true;
		}
	return false;
}

/** The fields that one shift moves between the same two words. */
interface Move {
	readonly vector: Slot["vector"];
	readonly from: number;
	readonly word: number;
	/** To the left when packed. */
	readonly by: number;
	readonly fields: readonly Field[];
}

function movesOf(fields: readonly Field[]): Move[] {
	return groupBy(fields, (f) => `${f.slot.vector}${f.from},${f.word},${f.shift - f.at}`).map((together) => {
		const { slot, from, word, shift, at } = together[0] as Field;
		return { vector: slot.vector, from, word, by: shift - at, fields: together };
	});
}

/** Source of an expression for word `word` of the packed vectors. */
export function packWord(packing: Packing, word: number): string {
	const terms = packing.moves
		.filter((move) => move.word === word)
		.map(({ vector, from, by, fields }) => {
			const { slot, shift } = fields[0] as Field;
			// One alone is read from its own cell: a word that was just written by halves would have to be waited for.
			if (fields.length === 1) return shifted(`${vector}[${slot.offset}]`, shift);
			return shifted(`(${vector}32[${from}] & ${maskOf(fields, (f) => f.at)})`, by);
		});
	return terms.length === 0 ? "0" : terms.join(" | ");
}

/**
 * Source of statements that unpack the state at word index `p` of array `A` into `W` and `P` and their copies `B` and
 * `Q`. Slots that are not stored keep what `vectors` hold.
 */
export function unpackSource(packing: Packing, vectors: Vectors): string {
	const { moves } = packing;
	const loads = Array.from({ length: packing.words }, (_, i) => `const w${i} = A[p + ${i}];`);
	const stores = (["W", "P"] as const).flatMap((name) => {
		const constants = unstored(packing, name, vectors[name]);
		return storedWords(packing, name).map((i) => {
			const constant = constants[i];
			const terms = moves
				.filter(({ vector, from }) => vector === name && from === i)
				.map(({ word, by, fields }) => `${shifted(`w${word}`, -by)} & ${maskOf(fields, (f) => f.at)}`);
			if (constant !== 0) terms.push(`${constant}`);
			return `${name}32[${i}] = ${name === "W" ? "B" : "Q"}32[${i}] = ${terms.join(" | ")};`;
		});
	});
	return [...loads, ...stores].join("\n");
}

/** Numbers of the vector's 32-bit words that have something stored: no step changes the others. */
export const storedWords = ({ fields }: Packing, name: Slot["vector"]): number[] =>
	[...new Set(fields.filter(({ slot }) => slot.vector === name).map(({ from }) => from))].sort((a, b) => a - b);

/** The vector's 32-bit words with all zeros where something is stored. */
function unstored({ fields }: Packing, name: Slot["vector"], vector: Vector): Int32Array {
	const constant = vector.slice();
	for (const { slot } of fields) if (slot.vector === name) constant[slot.offset] = 0;
	return new Int32Array(constant.buffer);
}

const maskOf = (fields: readonly Field[], at: (f: Field) => number): number =>
	fields.reduce((sum, f) => sum | mask(f, at(f)), 0);

const shifted = (word: string, by: number): string =>
	by === 0 ? word : by > 0 ? `(${word} << ${by})` : `(${word} >>> ${-by})`;

function groupBy<T>(items: readonly T[], key: (item: T) => string): T[][] {
	const groups = new Map<string, T[]>();
	for (const item of items) {
		const group = groups.get(key(item));
		if (group) group.push(item);
		else groups.set(key(item), [item]);
	}
	return [...groups.values()];
}
