import type { Slot } from "./layout.ts";

/** Where each slot of the working vector lies in a stored state: word, shift, bits. */
export interface Packing {
	/** 32-bit words of a stored state. */
	readonly words: number;
	readonly bits: number;
	readonly fields: readonly {
		readonly slot: Slot;
		readonly word: number;
		readonly shift: number;
		readonly bits: number;
	}[];
}

/** First-fit decreasing: no field straddles a word, so that packing is shifts and ors. */
export function planPacking(slots: readonly Slot[]): Packing {
	const used: number[] = [];
	const bitsOf = (slot: Slot) => 32 - Math.clz32(slot.size - 1);
	const fields = slots
		.filter((slot) => !slot.fixed)
		.sort((a, b) => bitsOf(b) - bitsOf(a) || a.offset - b.offset)
		.map((slot) => {
			const bits = bitsOf(slot);
			let word = used.findIndex((n) => n + bits <= 32);
			if (word < 0) word = used.push(0) - 1;
			const shift = used[word] as number;
			used[word] = shift + bits;
			return { slot, word, shift, bits };
		});
	return { words: Math.max(1, used.length), bits: fields.reduce((sum, f) => sum + f.bits, 0), fields };
}

const cell = (slot: Slot): string => `${slot.vector}[${slot.offset}]`;

/** Source of an expression for word `word` of the packed working vector `W`. */
export function packWord(packing: Packing, word: number): string {
	const terms = packing.fields
		.filter((f) => f.word === word)
		.map((f) => (f.shift === 0 ? cell(f.slot) : `${cell(f.slot)} << ${f.shift}`));
	return terms.length === 0 ? "0" : terms.join(" | ");
}

/**
 * Source of statements that unpack the state at word index `p` of array `A` into `W` and `P` and their copies `B` and
 * `Q`, 32 bits at a time: to read bytes just written as a whole word would stall. Slots that are not stored keep
 * what `vector` and `counters` hold.
 */
export function unpackSource(packing: Packing, vector: Uint8Array | Uint16Array, counters: Uint16Array): string {
	const loads = Array.from({ length: packing.words }, (_, i) => `const w${i} = A[p + ${i}];`);
	const stores = [
		...wordsOf(packing, "W", vector).map((word, i) => `W32[${i}] = B32[${i}] = ${word};`),
		...wordsOf(packing, "P", counters).map((word, i) => `P32[${i}] = Q32[${i}] = ${word};`),
	];
	return [...loads, ...stores].join("\n");
}

/** An expression for each 32-bit word of one of the two vectors. */
function wordsOf(packing: Packing, name: Slot["vector"], vector: Uint8Array | Uint16Array): string[] {
	const size = vector.BYTES_PER_ELEMENT;
	const stored = packing.fields.filter((f) => f.slot.vector === name);
	const constant = vector.slice();
	for (const { slot } of stored) constant[slot.offset] = 0;
	const base = new Int32Array(constant.buffer);
	return Array.from(base, (code, i) => {
		const terms = stored
			.filter((f) => (f.slot.offset * size) >> 2 === i)
			.map((f) => moved(`w${f.word}`, f.shift, ((f.slot.offset * size) & 3) * 8, f.bits));
		return [...(code !== 0 || terms.length === 0 ? [`${code}`] : []), ...terms].join(" | ");
	});
}

/** The `bits` bits of `word` from bit `from` on, brought to bit `to`. */
function moved(word: string, from: number, to: number, bits: number): string {
	const shifted = from === to ? word : from > to ? `${word} >>> ${from - to}` : `${word} << ${to - from}`;
	return `(${shifted}) & ${(2 ** bits - 1) << to}`;
}
