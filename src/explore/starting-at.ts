import { hashWords, type Machine } from "../machine/index.ts";

/** The same machine, but a search of it begins in packed state `start`. */
export function startingAt(machine: Machine, start: Int32Array): Machine {
	const { words, bits, steps, properties, taken, fanout, out, found, exercised, entered } = machine;
	return {
		words,
		bits,
		steps,
		properties,
		taken,
		fanout,
		out,
		found,
		exercised,
		entered,
		initial() {
			out.words.set(start, out.count * words);
			out.hashes[out.count] = hashWords(start, 0, words);
			out.edges[out.count++] = -1;
		},
		load: (states, p) => machine.load(states, p),
		expand: () => machine.expand(),
		violated: () => machine.violated(),
		violatedAtEnd: () => machine.violatedAtEnd(),
		holds: (index, condition) => machine.holds(index, condition),
		take: (edge) => machine.take(edge),
		store: (states, p) => machine.store(states, p),
		describe: () => machine.describe(),
		place: (process) => machine.place(process),
		running: () => machine.running(),
		explain: (index) => machine.explain(index),
	};
}
