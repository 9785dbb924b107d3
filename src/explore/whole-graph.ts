import type { Machine } from "../machine/index.ts";
import { Timeout, within, withoutChance } from "./confine.ts";
import { Endings } from "./endings.ts";
import { ENOUGH, endlessIn } from "./endless.ts";
import { Visited } from "./visited.ts";

/** A step from one state to another. */
interface Transition {
	readonly from: number;
	readonly to: number;
	/** Id of the step. */
	readonly step: number;
}

/** Everything that can happen in a machine. States are numbered from 0, the initial one. */
export interface WholeGraph {
	/** Packed states, one after the other. */
	readonly states: Int32Array;
	readonly count: number;
	readonly transitions: readonly Transition[];
	/** By state: ids of the properties that are false in it. */
	readonly violated: readonly (readonly string[])[];
	/** By state: ids of the `sometimes` properties that it meets. */
	readonly met: readonly (readonly string[])[];
	/** Violations by steps. */
	readonly violating: readonly {
		readonly from: number;
		readonly step: number;
		readonly property: string;
		readonly cut: boolean;
	}[];
	/** Numbers of the states in which nothing but background steps is possible any more. */
	readonly ends: ReadonlySet<number>;
}

/** Milliseconds of work between looks at the time. */
const SLICE = 100;

/** All states and transitions; undefined where there are more than `most` states. What never ends is a model error. */
export function wholeGraph(machine: Machine, most: number): WholeGraph | undefined {
	for (let enough = ENOUGH; ; enough *= 4) {
		const walk = new Walk(machine);
		try {
			while (!walk.done) {
				if (walk.visited.count > most) return undefined;
				withoutChance(() => within(SLICE + enough, () => walk.slice(SLICE)));
			}
			return walk.graph();
		} catch (thrown) {
			if (!(thrown instanceof Timeout)) throw thrown;
			const error = endlessIn(machine, walk.visited.states, walk.state * machine.words);
			if (error) throw error;
			// It was only slow. What was ended in the middle may be anyhow: once more from the beginning.
		}
	}
}

/** Goes through all states in the order in which they are found. */
class Walk {
	readonly visited: Visited;
	/** The one that is gone through next. */
	state = 0;
	readonly #endings: Endings;
	readonly #transitions: Transition[] = [];
	readonly #violated: string[][] = [];
	readonly #met: string[][] = [];
	readonly #violating: WholeGraph["violating"][number][] = [];
	readonly #ends = new Set<number>();

	constructor(readonly machine: Machine) {
		const { out, words } = machine;
		this.visited = new Visited(words);
		this.#endings = new Endings(machine);
		out.count = 0;
		machine.initial();
		machine.emit();
		this.visited.add(out.words, 0, out.hashes[0] as number);
	}

	get done(): boolean {
		return this.state === this.visited.count;
	}

	slice(milliseconds: number): void {
		for (const until = performance.now() + milliseconds; !this.done && performance.now() < until; this.state++)
			this.#expand();
	}

	graph(): WholeGraph {
		return {
			states: this.visited.states,
			count: this.visited.count,
			transitions: this.#transitions,
			violated: this.#violated,
			met: this.#met,
			violating: this.#violating,
			ends: this.#ends,
		};
	}

	#expand(): void {
		const { machine, visited, state: from } = this;
		const { out, words, properties } = machine;
		const named = (indices: readonly number[]) => indices.map((i) => properties[i]?.id ?? "");
		const load = () => machine.load(visited.states, from * words);
		load();
		const here = machine.violated().filter((i) => !properties[i]?.sometimes);
		const met = properties.flatMap(({ sometimes }, i) => (sometimes && machine.holds(i, "sometimes") ? [i] : []));
		this.#met.push(named(met));
		out.count = 0;
		const live = machine.expand();
		for (const { property, edge, successor } of machine.found)
			this.#violating.push({ from, step: edge, property, cut: successor === undefined });
		const { count } = out;
		for (let i = 0; i < count; i++) {
			const to = visited.add(out.words, i * words, out.hashes[i] as number);
			this.#transitions.push({ from, to, step: out.edges[i] as number });
		}
		if (live === 0 && this.#endings.isEnd(visited.states, from * words)) {
			this.#ends.add(from);
			load();
			here.push(...machine.violatedAtEnd());
		}
		this.#violated.push(named(here));
	}
}
