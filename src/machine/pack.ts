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

/** Source of statements that unpack the state at word index `p` of array `A` into `W`. */
export function unpackSource(packing: Packing): string {
	let source = "";
	for (let word = 0; word < packing.words; word++) {
		const fields = packing.fields.filter((f) => f.word === word);
		source += `${word === 0 ? "let w" : "w"} = A[p + ${word}];\n`;
		for (const f of fields)
			source += `${cell(f.slot)} = ${f.shift === 0 ? "w" : `w >>> ${f.shift}`} & ${2 ** f.bits - 1};\n`;
	}
	return source;
}
