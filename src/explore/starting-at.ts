import { hashWords, type Machine } from "../machine/index.ts";
import { derived } from "./derived.ts";

/** The same machine, but a search of it begins in packed state `start`. */
export function startingAt(machine: Machine, start: Int32Array): Machine {
	const { words, out } = machine;
	return derived(machine, {
		initial() {
			out.words.set(start, out.count * words);
			out.hashes[out.count] = hashWords(start, 0, words);
			out.edges[out.count++] = -1;
		},
	});
}
