/** Two hashes of 32 bits of the state at word index `p`, which have nothing to do with each other. */
export function twoHashes(states: Int32Array, p: number, words: number, into: Int32Array): void {
	let a = 0x2545f491;
	let b = 0x6c62272e;
	for (let i = 0; i < words; i++) {
		const w = states[p + i] as number;
		a = Math.imul(a ^ w, 0x9e3779b1);
		a ^= a >>> 15;
		b = Math.imul(b + w, 0x85ebca6b);
		b = (b << 13) | (b >>> 19);
	}
	into[0] = finished(a ^ b);
	into[1] = finished(Math.imul(b, 0x27d4eb2f) + a);
}

/** As in murmur3: every bit reaches every bit. */
function finished(hash: number): number {
	let h = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
	h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
	return h ^ (h >>> 16);
}
