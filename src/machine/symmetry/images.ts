import type { Bound, Monitor } from "../bound.ts";
import { ALL, type Careful, erratic } from "../careful.ts";
import type { Checks } from "../checks.ts";
import type { Generated } from "../generate.ts";
import type { Machine, StepViolation } from "../machine.ts";
import type { Trail } from "../trail.ts";
import { Glance } from "./glance.ts";
import type { Relabelling, Swap } from "./group.ts";
import { Moving } from "./moving.ts";
import type { Reads, Side } from "./reads.ts";

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

/** Moves nothing. */
const ITSELF: Relabelling = { W: [], P: [] };

/** What exchanging ids must not change: the successors as canonical states, and what is violated. */
interface Outcome {
	readonly successors: string;
	readonly events: string;
	readonly invariants: string;
}

function differenceOf(own: Outcome | undefined, image: Outcome | undefined): string | undefined {
	if (!own || !image) return own === image ? undefined : "only for one of them is there an error";
	if (image.successors !== own.successors) return "steps tell them apart";
	return image.events === own.events && image.invariants === own.invariants ? undefined : "a property tells them apart";
}

interface Reduced extends Pick<Machine, "out" | "found" | "taken" | "words" | "group"> {
	readonly monitor: Monitor;
}

/** Checks that states and their images under the group's swaps go on alike, which the reduction relies on. */
export class Images {
	readonly #bound: Bound;
	readonly #careful: Careful;
	readonly #checks: Checks;
	readonly #machine: Reduced;
	readonly #makeReads: () => Reads;
	#made: Reads | undefined;
	readonly #moving: Moving;
	readonly #glance: Glance;

	constructor(
		bound: Bound,
		code: Generated,
		trail: Trail,
		careful: Careful,
		checks: Checks,
		machine: Reduced,
		reads: () => Reads,
	) {
		this.#bound = bound;
		this.#moving = new Moving(bound, code);
		this.#glance = new Glance(bound, code, trail, machine, this.#moving);
		this.#careful = careful;
		this.#checks = checks;
		this.#machine = machine;
		this.#makeReads = reads;
	}

	get #reads(): Reads {
		this.#made ??= this.#makeReads();
		return this.#made;
	}

	/** After work was ended where it stood. */
	recover(): void {
		this.#moving.recover();
		this.#machine.monitor.heard = undefined;
	}

	/**
	 * Demands that properties have read of all ids of a class what they have read of one. Of a few states a condition that stops at
	 * the first id that will do may have read of one more than of others by chance: then it is asked of all in `sample`, too.
	 */
	settle(sample: Iterable<unknown>): void {
		if (!this.#made?.unequal()) return;
		for (const _ of sample) this.#lookAll();
		const found = this.#made.unequal();
		if (found) throw new NotInterchangeable(found.swap, `property ${found.property.id} does not look at both alike`);
	}

	/**
	 * Demands of the current state, whose successors are those from number `first` on, and none of whose steps was cut, that its
	 * images under `elements` go on as it does.
	 */
	glance(first: number, elements: readonly Relabelling[]): void {
		if (this.#glance.isAlike(first, elements)) return;
		this.#careful.again(ALL);
		this.checkAll();
		throw erratic("one state went on in two ways");
	}

	/** Demands that the current state and all of its images go on alike under each swap: one of those to an image that does not is to blame. */
	checkAll(): void {
		const demand = () => this.#demandSame((kinds) => attempt(() => this.#outcomeOf("own", kinds)));
		demand();
		for (const element of this.#machine.group.elements) this.#moving.in(element, demand);
	}

	/** Whether the current state's steps lead to its successors, which are those from number `first` on, a second time. */
	repeats(first: number): boolean {
		return this.#glance.isAlike(first, [ITSELF]);
	}

	/**
	 * As `glance`, under each swap, with what properties read and what steps cost; and that the state's own steps, run again, lead to
	 * the same successors.
	 */
	check(first: number): void {
		this.#demandSame((kinds) => {
			this.#look("own", "invariant");
			const found = this.#listening("own", () => this.#careful.again(ALL));
			return this.#outcome(first, found, kinds);
		});
	}

	/** Demands that the current state's images under each swap have the outcome that it has itself. */
	#demandSame(outcome: (kinds: Int32Array[]) => Outcome | undefined): void {
		const { out, found, group } = this.#machine;
		const to = out.count;
		const met = found.slice();
		// What comes of guards in images is not what the search has met.
		const { came } = this.#bound.decisions;
		const before = came.slice();
		const kinds: Int32Array[] = [];
		const own = outcome(kinds);
		for (const [side, swap] of group.swaps.entries()) {
			const image = this.#moving.in(swap.relabelling, () => attempt(() => this.#outcomeOf(side, kinds)));
			out.count = to;
			found.splice(0, found.length, ...met);
			const different = differenceOf(own, image);
			if (different) throw new NotInterchangeable(swap.name, different);
		}
		came.set(before);
	}

	/** Of the current state, by steps that do not count as taken. */
	#outcomeOf(side: Side, kinds: Int32Array[]): Outcome {
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
		this.#demandAlike(this.#checks.answers(), () => this.#checks.answers());
	}

	/** As `checkInvariants`, of terminal conditions. */
	checkEnd(own: readonly number[]): void {
		const { swaps } = this.#machine.group;
		this.#look("own", "terminal");
		for (const [side, { relabelling }] of swaps.entries())
			this.#moving.at(relabelling, () => this.#look(side, "terminal"));
		this.#demandAlike(own, () => this.#checks.all("terminal"));
	}

	#demandAlike(own: readonly number[], ask: () => readonly number[]): void {
		const { elements, swaps } = this.#machine.group;
		const isAlike = () => ask().join() === own.join();
		if (elements.every((element) => this.#moving.at(element, isAlike))) return;
		// One of the swaps that lead to that image is to blame.
		const blamed = swaps.find((swap) =>
			[ITSELF, ...elements].some(
				(element) =>
					this.#moving.at(element, isAlike) !==
					this.#moving.at(element, () => this.#moving.at(swap.relabelling, isAlike)),
			),
		);
		throw new NotInterchangeable((blamed ?? (swaps[0] as Swap)).name, "a property tells them apart");
	}

	/** Notes what all conditions read of the current state and of its images, be it an end or not. */
	#lookAll(): void {
		const both = (side: Side) => {
			this.#look(side, "invariant");
			this.#look(side, "terminal");
		};
		both("own");
		for (const [side, { relabelling }] of this.#machine.group.swaps.entries())
			this.#moving.at(relabelling, () => both(side));
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
			invariants: this.#checks.answers().join(),
		};
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
