/**
 * Hash of a state of `words` words. Each word is mixed by itself, so that the multiplications overlap, and the sum
 * is finished as in murmur3, so that every bit of the state reaches every bit of the hash.
 */
export function hashWords(states: Int32Array, p: number, words: number): number {
	let h = SEED;
	for (let i = 0; i < words; i++) {
		const w = states[p + i] as number;
		h = (h + Math.imul(w ^ (w >>> 15), factor(i))) | 0;
	}
	h = Math.imul(h ^ (h >>> 16), 0x7feb352d);
	h = Math.imul(h ^ (h >>> 15), 0x846ca68b);
	return h ^ (h >>> 16);
}

const SEED = 0x9e3779b9 | 0;

/** Odd, and far from a multiple of any other. */
const factor = (i: number): number => Math.imul(0x85ebca6b + (i << 1), 0xc2b2ae35 ^ (i << 17)) | 1;

/** Source of an expression for the same, of the words named `names`. */
export function hashSource(names: readonly string[]): string {
	return `let h = ${SEED};
		${names.map((w, i) => `h = h + Math.imul(${w} ^ ${w} >>> 15, ${factor(i)}) | 0;`).join(" ")}
		h = Math.imul(h ^ h >>> 16, 0x7feb352d); h = Math.imul(h ^ h >>> 15, 0x846ca68b); h ^= h >>> 16;`;
}
