import type { Place, Property } from "../lang/index.ts";
import type { Decision } from "./decisions.ts";
import type { Edge } from "./program.ts";
import type { Group } from "./symmetry/group.ts";

/** The conditions of properties that look at a state. */
export type Condition = "invariant" | "terminal" | "sometimes";

/** What a step is, for whoever shows it. */
export type Step = Edge;

/** A property found false while a state's successors were generated. */
export interface StepViolation {
	readonly property: string;
	readonly edge: number;
	readonly message: string | undefined;
	/** Why, where a handler of an event says so. */
	readonly why: string | undefined;
	/** Index in `out` of the successor that the step made; none when a fault cut the path. */
	readonly successor: number | undefined;
}

/** Successors of the last expanded states, packed: `words` words each, with a hash each. */
export interface Successors {
	readonly words: Int32Array;
	readonly hashes: Int32Array;
	/** The step that made each. */
	readonly edges: Int32Array;
	count: number;
}

/** Everything a search needs of a scenario. All arrays of states hold `words` 32-bit words a state. */
export interface Machine {
	/** 32-bit words of a stored state. */
	readonly words: number;
	/** Bits of a state that carry information. */
	readonly bits: number;
	readonly steps: readonly Step[];
	readonly properties: readonly Property[];
	/** How often each step was taken, by step id. */
	readonly taken: Float64Array;
	/** Guards and conditions, and how each has come out so far: the sum of `CAME_TRUE` and `CAME_FALSE`. */
	readonly decisions: readonly Decision[];
	readonly came: Uint8Array;
	/** The most successors that one state can have. */
	readonly fanout: number;
	readonly out: Successors;

	/** Makes the initial state the current one. */
	initial(): void;
	/** Appends the current state to `out`. */
	emit(): void;
	/** Makes the state at word index `p` of `states` the current one. */
	load(states: Int32Array, p: number): void;
	/** Appends all successors of the current state to `out`. Returns how many were not background steps. */
	expand(): number;
	/** Violations met by the last `expand`, which empties this first. */
	readonly found: StepViolation[];
	/**
	 * Index in `properties` of each invariant that the current state violates, and of each `sometimes` condition that it
	 * meets as the first state since `initial`.
	 */
	violated(): readonly number[];
	/** As `violated`, of terminal conditions. */
	violatedAtEnd(): readonly number[];
	/** Heeds only these properties, by id; default all. To be called before `initial`, for history is kept only of these. */
	focus(on?: ReadonlySet<string>): void;
	/** Whether the current state meets this condition of property `index`, if it has one. */
	holds(index: number, condition: Condition): boolean;
	/** By property index: whether it was ever put to the test; of a cost, whether it ever heard of an event. */
	readonly exercised: Uint8Array;
	/** Takes step `edge` from the current state; false if its guard forbids it. The state is then the next one. */
	take(edge: number): boolean;
	/** The calls that the last `take` made, by where they stand; the `instance` of a step is where its call stands. */
	readonly entered: readonly object[];
	/** By number of a variable of the shared state, as the layout counts them: how many values it can have; 1 if it never changes. */
	readonly variables: readonly number[];
	/**
	 * Gives a variable that has several values the one of number `code` until the next `load`; any, whether or not a step
	 * could.
	 */
	assign(variable: number, code: number): void;
	/**
	 * Whether `found` has costs, too: of each step one entry for each unit that it costs. Not at first. Meanwhile steps are
	 * not run again to see whether they do the same: this is for states that were expanded before.
	 */
	pricing: boolean;
	/** The permutations of ids under which states count as one. */
	readonly group: Group;
	/**
	 * From now on it is not forgotten where a process waits while it stands where one of these steps is taken from (by step id);
	 * none: it may be forgotten of all.
	 */
	askWhere(points?: Uint8Array): void;
	/** What the system's quotient is over, if it has one and it is asked for; and why it is not used, where it is not one. */
	readonly quotient: { readonly over: readonly string[]; readonly refused: string | undefined } | undefined;
	/** Whether processes do anything together with their steps that could be steps of their own (`apart()`). */
	readonly eager: boolean;
	/** Whether `expand` makes the canonical state of its kind of each successor; so at first. */
	symmetric: boolean;
	/** Replaces the state at word index `p` by the canonical one of its kind. The current state is lost. */
	canonicalise(states: Int32Array, p: number): void;
	/** What properties were seen to look at, of use to `settle`: 1 for each place. Several machines' can be united. */
	readonly looked: Uint8Array;
	/** To be called before work that may be ended wherever it stands, as by a watch on what never ends. */
	mark(): void;
	/** After that: what was looked at since the mark counts as not seen, and is looked at again. The current state is lost. */
	recover(): void;
	/**
	 * To be called when a search is over: throws if what it relied on turns out not to hold. `sample` makes one state after the other
	 * the current one; it is gone through only where what was looked at meanwhile is not enough to tell.
	 */
	settle(sample?: Iterable<unknown>): void;
	/** Packs the current state to word index `p` of `states`. */
	store(states: Int32Array, p: number): void;
	/** The current state in the model's words. */
	describe(): Description;
	/** Where `process` is to be shown in the current state. */
	place(process: number): Place;
	/** What each lane runs in the current state; empty where the model does not say. */
	running(): readonly (number | null)[];
	/** Lines that say why property `index` is false in the current state. */
	explain(index: number): readonly string[];
}

export interface Description {
	readonly state: Readonly<Record<string, unknown>>;
	readonly ghosts: Readonly<Record<string, unknown>>;
	readonly processes: readonly {
		readonly name: string;
		/** Position name, equal in both interpreters. */
		readonly at: string;
		/** Frames, innermost last. */
		readonly stack: readonly { readonly routine: string; readonly frame: Readonly<Record<string, unknown>> }[];
	}[];
}
