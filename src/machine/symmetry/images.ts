import type { Vector } from "../bank.ts";
import type { Bound, Monitor } from "../bound.ts";
import { ALL, type Careful } from "../careful.ts";
import type { Checks } from "../checks.ts";
import type { Generated } from "../generate.ts";
import type { Slot } from "../layout.ts";
import type { StepViolation, Successors } from "../machine.ts";
import type { Group, Moved, Relabelling, Swap } from "./group.ts";
import type { Reads, Side } from "./reads.ts";

/** So many states, and ends, are checked under the whole group; of the others, one in so many. */
const FIRST = 256;
const SAMPLE = 64;

const isDue = (n: number): boolean => n < FIRST || n % SAMPLE === 0;

/** Two ids turn out not to be interchangeable, although they are declared so. */
export class NotInterchangeable extends Error {
	constructor(
		/** Of the exchange. */
		readonly swap: string,
		message: string,
	) {
		super(message);
	}
}

/** What exchanging ids must not change: the successors as canonical states, and what is violated. */
interface Outcome {
	readonly successors: string;
	readonly events: string;
	readonly invariants: string;
}

interface Reduced {
	readonly out: Successors;
	readonly found: StepViolation[];
	readonly words: number;
	readonly group: Group;
	readonly monitor: Monitor;
}

/** Checks that states and their images under the group's swaps go on alike, which the reduction relies on. */
export class Images {
	readonly #bound: Bound;
	readonly #code: Generated;
	readonly #careful: Careful;
	readonly #checks: Checks;
	readonly #machine: Reduced;
	readonly #makeReads: () => Reads;
	#made: Reads | undefined;
	#states = 0;
	#ends = 0;
	/** Room for states whose images are being looked at. */
	readonly #copies: { readonly W: Vector; readonly P: Vector }[] = [];
	#depth = 0;
	readonly #moves = new Map<Relabelling, { readonly W: readonly Move[]; readonly P: readonly Move[] }>();

	constructor(bound: Bound, code: Generated, careful: Careful, checks: Checks, machine: Reduced, reads: () => Reads) {
		this.#bound = bound;
		this.#code = code;
		this.#careful = careful;
		this.#checks = checks;
		this.#machine = machine;
		this.#makeReads = reads;
	}

	get #reads(): Reads {
		this.#made ??= this.#makeReads();
		return this.#made;
	}

	/** Demands that properties have read of all ids of a class what they have read of one. */
	settle(): void {
		const found = this.#made?.unequal();
		if (found) throw new NotInterchangeable(found.swap, `property ${found.property.id} does not look at both alike`);
	}

	/**
	 * Demands it of the current state: of its steps, what they are told of and what they cost; and that its own steps, run
	 * again, lead to the same successors, which are those from number `first` on.
	 */
	check(first: number): void {
		const { out, found, group } = this.#machine;
		const to = out.count;
		// What comes of guards in images is not what the search has met.
		const { came } = this.#bound.decisions;
		const before = came.slice();
		const kinds: Int32Array[] = [];
		this.#look("own", "invariant");
		const own = this.#outcome(
			first,
			this.#listening("own", () => this.#careful.again(ALL)),
			kinds,
		);
		const met = found.splice(0);
		for (const [side, swap] of group.swaps.entries()) {
			const image = this.#in(swap.relabelling, () => attempt(() => this.#outcomeOfImage(side, kinds)));
			out.count = to;
			found.splice(0, found.length, ...met);
			if (!image) throw new NotInterchangeable(swap.name, "only for one of them is there an error");
			if (image.successors !== own.successors) throw new NotInterchangeable(swap.name, "steps tell them apart");
			if (image.events !== own.events || image.invariants !== own.invariants)
				throw new NotInterchangeable(swap.name, "a property tells them apart");
		}
		came.set(before);
	}

	/** Of the image that is the current state. */
	#outcomeOfImage(side: Side, kinds: Int32Array[]): Outcome {
		const { out, found } = this.#machine;
		const from = out.count;
		found.length = 0;
		this.#look(side, "invariant");
		this.#listening(side, () => {
			for (const program of this.#bound.programs) this.#careful.repeat(program);
		});
		return this.#outcome(from, found, kinds);
	}

	/** Demands that the invariants, and what is to hold sometimes, do not tell the current state from any of its images. */
	checkInvariants(): void {
		const { elements } = this.#machine.group;
		if (elements.length === 0 || !isDue(this.#states++)) return;
		this.#demandAlike(this.#checks.all("invariant"), () => this.#checks.answers());
	}

	/** As `checkInvariants`, of terminal conditions. */
	checkEnd(own: readonly number[]): void {
		const { elements, swaps } = this.#machine.group;
		if (elements.length === 0 || !isDue(this.#ends++)) return;
		this.#look("own", "terminal");
		for (const [side, { relabelling }] of swaps.entries()) this.#at(relabelling, () => this.#look(side, "terminal"));
		this.#demandAlike(own, () => this.#checks.all("terminal"));
	}

	#demandAlike(own: readonly number[], ask: () => readonly number[]): void {
		const { elements, swaps } = this.#machine.group;
		const isAlike = () => ask().join() === own.join();
		if (elements.every((element) => this.#at(element, isAlike))) return;
		// One of the swaps that lead to that image is to blame.
		const blamed = swaps.find((swap) =>
			[{ W: [], P: [] }, ...elements].some(
				(element) => this.#at(element, isAlike) !== this.#at(element, () => this.#at(swap.relabelling, isAlike)),
			),
		);
		throw new NotInterchangeable((blamed ?? (swaps[0] as Swap)).name, "a property tells them apart");
	}

	#look(side: Side, kind: "invariant" | "terminal"): void {
		this.#reads.look(side, this.#bound.vector, this.#bound.counters, kind, this.#machine.monitor.ignored);
	}

	#listening<T>(side: Side, work: () => T): T {
		const { vector, counters } = this.#bound;
		const { monitor } = this.#machine;
		const { pricing } = monitor;
		monitor.heard = (...heard) => this.#reads.hear(side, vector, counters, ...heard);
		monitor.pricing = true;
		try {
			return work();
		} finally {
			monitor.heard = undefined;
			monitor.pricing = pricing;
		}
	}

	/**
	 * With the successors from number `from` on. Equal states have one number among `kinds`, to which new ones are added.
	 */
	#outcome(from: number, found: readonly StepViolation[], kinds: Int32Array[]): Outcome {
		const { out, words } = this.#machine;
		const numbers: number[] = [];
		for (let i = from; i < out.count; i++) numbers.push(numberIn(kinds, out.words, i * words, words));
		return {
			events: found
				.map(({ property, successor }) => `${property} ${successor === undefined ? "" : numbers[successor - from]}`)
				.sort()
				.join(),
			successors: numbers.toSorted((a, b) => a - b).join(),
			invariants: this.#checks.all("invariant").join(),
		};
	}

	/** Does `work` with the image of the current state as the current one. */
	#in<T>(element: Relabelling, work: () => T): T {
		const within = () => {
			this.#code.save();
			return work();
		};
		try {
			return this.#at(element, within);
		} finally {
			this.#code.save();
		}
	}

	#movesOf(element: Relabelling) {
		const { slots, counters } = this.#bound.layout;
		const moves = this.#moves.get(element) ?? { W: movesIn(element.W, slots), P: movesIn(element.P, counters) };
		this.#moves.set(element, moves);
		return moves;
	}

	/** Does `work`, which takes no steps, on the image of the current state. */
	#at<T>(element: Relabelling, work: () => T): T {
		const { vector, counters } = this.#bound;
		const copy = this.#copies[this.#depth] ?? { W: vector.slice(), P: counters.slice() };
		this.#copies[this.#depth++] = copy;
		copy.W.set(vector);
		copy.P.set(counters);
		const moves = this.#movesOf(element);
		move(copy.W, vector, moves.W);
		move(copy.P, counters, moves.P);
		try {
			return work();
		} finally {
			this.#depth--;
			vector.set(copy.W);
			counters.set(copy.P);
		}
	}
}

/** Which of `kinds` the state at `p` of `states` is; a new one is added. */
function numberIn(kinds: Int32Array[], states: Int32Array, p: number, words: number): number {
	for (let k = 0; k < kinds.length; k++) {
		const kind = kinds[k] as Int32Array;
		let w = 0;
		while (w < words && kind[w] === states[p + w]) w++;
		if (w === words) return k;
	}
	return kinds.push(states.slice(p, p + words)) - 1;
}

/** Nothing where it fails. */
function attempt<T>(work: () => T): T | undefined {
	try {
		return work();
	} catch {
		return undefined;
	}
}

/** What is to be done about one slot that does not stay as it is. */
interface Move extends Moved {
	readonly from: number;
}

/** What never changes is alike in all images. */
const movesIn = (moves: readonly Moved[], slots: readonly Slot[]): Move[] =>
	moves.flatMap(({ to, codes }, from) =>
		slots[from]?.fixed || (to === from && codes === undefined) ? [] : [{ from, to, codes }],
	);

function move(before: Vector, vector: Vector, moves: readonly Move[]): void {
	for (let i = 0; i < moves.length; i++) {
		const { from, to, codes } = moves[i] as Move;
		const code = before[from] as number;
		vector[to] = codes === undefined ? code : (codes[code] as number);
	}
}
