import { ALL, type Careful, erratic } from "./careful.ts";
import type { Machine } from "./machine.ts";
import type { Alike } from "./quotient.ts";
import type { Relabelling } from "./symmetry/group.ts";
import type { Images } from "./symmetry/images.ts";
import { FIRST_TIMES, type Trail } from "./trail.ts";

/** Of the states, one in so many is looked at closely. */
const SAMPLE = 1024;
/** Of so many states `FIRST_IMAGES` under permutations of interchangeable ids are looked at; then one image of one state in `GLANCE`. */
const FIRST_STATES = 128;
const FIRST_IMAGES = 3;
const GLANCE = 64;
/** The same of properties' answers, which cost less. */
const FIRST_TESTS = 256;

/**
 * Chooses the states in which it is made sure of what the search relies on: that steps are deterministic, that properties change
 * nothing, that interchangeable ids are, that a quotient loses nothing.
 */
export class Assurance {
	readonly #trail: Trail;
	readonly #careful: Careful;
	readonly #images: Images;
	readonly #alike: Alike | undefined;
	readonly #machine: Pick<Machine, "out" | "group">;
	readonly #everywhere: boolean;
	/** So many states were expanded, had invariants put to the test, and terminal conditions. */
	#expanded = 0;
	#tested = 0;
	#ends = 0;
	/** The same when they were marked. */
	#marked: readonly [number, number, number] = [0, 0, 0];

	constructor(
		trail: Trail,
		parts: { readonly careful: Careful; readonly images: Images; readonly alike: Alike | undefined },
		machine: Pick<Machine, "out" | "group">,
		/** Whether in all states. */
		everywhere: boolean,
	) {
		this.#trail = trail;
		this.#careful = parts.careful;
		this.#images = parts.images;
		this.#alike = parts.alike;
		this.#machine = machine;
		this.#everywhere = everywhere;
	}

	/** Remembers what was looked at. */
	mark(): void {
		this.#marked = [this.#expanded, this.#tested, this.#ends];
	}

	/** Goes back to that: what was looked at since is looked at again, and to its end. */
	recover(): void {
		[this.#expanded, this.#tested, this.#ends] = this.#marked;
	}

	/** To be called when the current state was expanded: its successors are those from number `first` on. `cut`: some step was. */
	ofSteps(first: number, cut: boolean): void {
		const { out, group } = this.#machine;
		const trail = this.#trail;
		const n = this.#expanded++;
		// Equal states have equal numbers, whichever thread they fall to.
		const number = out.count > first ? (out.hashes[first] as number) : n;
		const sampled = out.count > first && isTurn(number, SAMPLE);
		const early = n < FIRST_STATES || trail.fresh;
		const isDue = this.#everywhere || early || trail.images || isTurn(number, GLANCE);
		const looks = isDue && trail.symmetric && group.swaps.length > 0;
		const closely = looks && (sampled || trail.images || cut);
		// Where a step was cut, the images' own are, too, which the quick look does not understand.
		const glances = looks && !cut;
		if (closely) this.#images.check(first);
		else if (sampled || n < FIRST_TIMES || (this.#everywhere && cut)) this.#careful.again(ALL);
		else if (this.#everywhere) this.#demandSame(first);
		// Where images are glanced at, this is the second run.
		else if (trail.careful !== 0 && !glances) this.#careful.again(trail.careful);
		if (glances) this.#images.glance(first, this.#elements(early, closely, number >>> 0));
		else if (looks && this.#everywhere) this.#images.checkAll();
		if (sampled || trail.fresh) this.#alike?.check(sampled);
	}

	/** Whose images are glanced at; those that lead to the next one were looked at `closely` if any were. */
	#elements(early: boolean, closely: boolean, number: number): readonly Relabelling[] {
		const { elements, swaps } = this.#machine.group;
		const most = this.#everywhere ? elements.length : early ? FIRST_IMAGES : closely ? 0 : 1;
		const left = closely
			? elements.filter((element) => swaps.every(({ relabelling }) => relabelling !== element))
			: elements;
		return some(most, left, number / GLANCE);
	}

	/** Demands that the current state's steps lead a second time to its successors, which are those from number `first` on. */
	#demandSame(first: number): void {
		if (this.#images.repeats(first)) return;
		this.#careful.again(ALL);
		throw erratic("one state went on in two ways");
	}

	/** Whether it is to be seen that no invariant changes the current state. */
	get watches(): boolean {
		return this.#everywhere || this.#tested < FIRST_TIMES || isTurn(this.#tested, SAMPLE);
	}

	/** To be called when invariants were put to the test in the current state. */
	ofInvariants(): void {
		if (this.#isTurn(this.#tested++)) this.#images.checkInvariants();
	}

	/** As `ofInvariants`, of terminal conditions, of which these are `violated`. */
	ofEnd(violated: readonly number[]): void {
		if (this.#isTurn(this.#ends++)) this.#images.checkEnd(violated);
	}

	#isTurn(n: number): boolean {
		const { elements } = this.#machine.group;
		return elements.length > 0 && (this.#everywhere || n < FIRST_TESTS || isTurn(n, GLANCE));
	}
}

/** One number in so many, which is a power of two. */
const isTurn = (number: number, among: number): boolean => (number & (among - 1)) === 0;

/** At most so many of the elements, others with each `number`. */
function some(most: number, elements: readonly Relabelling[], number: number): readonly Relabelling[] {
	if (most >= elements.length) return elements;
	const from = Math.floor(number) % elements.length;
	return [...elements.slice(from), ...elements.slice(0, from)].slice(0, most);
}
