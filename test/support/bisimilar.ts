// Whether a system's quotient is one, found out without the engine's own check: by the coarsest strong bisimulation of
// the whole graph and of all states that the quotient keeps, as partitions are refined (Kanellakis and Smolka, 1983).
import type { BuiltSystem } from "../../src/lang/index.ts";
import { compile, type Machine } from "../../src/machine/index.ts";

interface Graph {
	/** By state: what is to be seen in it, and of its steps. */
	readonly seen: readonly string[];
	/** By state: its steps, each with the state it leads to. */
	readonly steps: readonly (readonly (readonly [step: number, to: number])[])[];
	/** By state: the state that is kept of its kind. */
	readonly kept: readonly number[];
}

/** How many states there are, and of how many kinds; none where one goes on unlike what is kept of it. */
export function bisimilar(build: () => object, most: number): { states: number; kinds: number } | "unlike" | "large" {
	const graph = graphOf(compile(build() as BuiltSystem), compile(build() as BuiltSystem, { quotient: true }), most);
	if (!graph) return "large";
	const { seen, steps, kept } = graph;
	let kinds = numbered(seen);
	for (let count = 0; count < new Set(kinds).size; ) {
		if (kept.some((k, i) => kinds[k] !== kinds[i])) return "unlike";
		count = new Set(kinds).size;
		const before = kinds;
		kinds = numbered(
			steps.map((out, i) => {
				const ways = new Set(out.map(([step, to]) => `${step}>${before[to]}`));
				return `${before[i]};${[...ways].sort().join()}`;
			}),
		);
	}
	return { states: seen.length, kinds: new Set(kept).size };
}

function numbered(texts: readonly string[]): number[] {
	const numbers = new Map<string, number>();
	return texts.map((text) => {
		const number = numbers.get(text) ?? numbers.size;
		numbers.set(text, number);
		return number;
	});
}

function graphOf(machine: Machine, keeping: Machine, most: number): Graph | undefined {
	const { out, words } = machine;
	const numbers = new Map<string, number>();
	const states: Int32Array[] = [];
	const numberOf = (state: Int32Array): number => {
		const key = state.join();
		const known = numbers.get(key);
		if (known !== undefined) return known;
		numbers.set(key, states.length);
		return states.push(state) - 1;
	};
	const made = (i: number) => numberOf(out.words.slice(i * words, (i + 1) * words));
	const [seen, steps, kept]: [string[], [number, number][][], number[]] = [[], [], []];
	machine.initial();
	machine.emit();
	made(0);
	for (let i = 0; i < states.length; i++) {
		if (states.length > most) return undefined;
		const state = states[i] as Int32Array;
		const copy = state.slice();
		keeping.canonicalise(copy, 0);
		kept.push(numberOf(copy));
		machine.load(state, 0);
		const invariants = machine.violated().join();
		out.count = 0;
		const live = machine.expand();
		steps.push(Array.from({ length: out.count }, (_, n) => [out.edges[n] as number, made(n)]));
		const events = machine.found.map(({ property, edge }) => `${property} ${edge}`).sort();
		out.count = 0;
		machine.load(state, 0);
		const ends = live === 0 ? `end ${machine.violatedAtEnd().join()}` : "";
		seen.push([invariants, events.join(), ends].join("|"));
	}
	return { seen, steps, kept };
}
