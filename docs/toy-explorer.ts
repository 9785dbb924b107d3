// The algorithm of this checker in a hundred lines: plain objects, one queue, no cleverness. docs/engine.md says what
// the real one does in place of each part; test/docs/toy-explorer.test.ts holds the two to the same numbers.

/** One atomic step of a process that stands at `from`; afterwards it stands at `to`. */
export interface Step<S> {
	readonly label: string;
	readonly from: number;
	readonly to: number;
	/** Where the step is possible; default: everywhere. */
	readonly guard?: (s: S) => boolean;
	/** What it does to the shared state. */
	readonly effect?: (s: S) => void;
}

/** Processes start at position 0. */
export interface System<S> {
	readonly initial: S;
	readonly processes: readonly (readonly Step<S>[])[];
	/** Must be true in every state. */
	readonly invariants: Readonly<Record<string, (s: S) => boolean>>;
	/** Must be true where no step is possible. */
	readonly terminal: Readonly<Record<string, (s: S) => boolean>>;
}

/** Everything that can differ from one moment to the next: the shared state, and where each process stands. */
interface State<S> {
	shared: S;
	at: number[];
}

export interface Violation {
	readonly property: string;
	/** The steps of a shortest way to it. */
	readonly trace: readonly string[];
}

export interface Result {
	readonly states: number;
	readonly transitions: number;
	/** The longest of all shortest ways to a state. */
	readonly depth: number;
	readonly violations: readonly Violation[];
}

export function explore<S>(system: System<S>): Result {
	const first: State<S> = { shared: system.initial, at: system.processes.map(() => 0) };
	// The store. Two states are the same if they are written the same. The states themselves are kept in the order in
	// which they were found: that array is the queue, too, for what is behind `next` has been expanded.
	const known = new Set([keyOf(first)]);
	const found = [{ state: first, parent: -1, label: "", depth: 0 }];
	const violations: Violation[] = [];
	let transitions = 0;

	for (let next = 0; next < found.length; next++) {
		const { state, depth } = found[next] as (typeof found)[number];
		check(system.invariants, state, next);
		let enabled = 0;
		for (const [label, successor] of successors(system, state)) {
			enabled++;
			transitions++;
			const key = keyOf(successor);
			if (known.has(key)) continue;
			known.add(key);
			found.push({ state: successor, parent: next, label, depth: depth + 1 });
		}
		if (enabled === 0) check(system.terminal, state, next);
	}
	return { states: found.length, transitions, depth: found.at(-1)?.depth ?? 0, violations };

	/** States are expanded in the order of their distance, so the first violation of a property is a shortest one. */
	function check(properties: System<S>["invariants"], { shared }: State<S>, index: number): void {
		for (const [property, holds] of Object.entries(properties))
			if (!holds(shared) && !violations.some((violation) => violation.property === property))
				violations.push({ property, trace: trace(index) });
	}

	/** The way to a state, back over the states from which each was first found. */
	function trace(index: number): string[] {
		const { parent, label } = found[index] as (typeof found)[number];
		return parent < 0 ? [] : [...trace(parent), label];
	}
}

/** Every state that one step leads to: any process may be the next to move, and that is all interleaving is. */
function* successors<S>(system: System<S>, state: State<S>): Generator<[string, State<S>]> {
	for (const [p, steps] of system.processes.entries())
		for (const { label, from, to, guard, effect } of steps) {
			if (state.at[p] !== from || (guard && !guard(state.shared))) continue;
			const successor = structuredClone(state);
			effect?.(successor.shared);
			successor.at[p] = to;
			yield [`${p}: ${label}`, successor];
		}
}

const keyOf = (state: unknown): string => JSON.stringify(state);
