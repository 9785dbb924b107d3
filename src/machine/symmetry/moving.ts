import type { Vector } from "../bank.ts";
import type { Bound } from "../bound.ts";
import type { Generated } from "../generate.ts";
import type { Slot } from "../layout.ts";
import type { Vectors } from "../pack.ts";
import type { Moved, Relabelling } from "./group.ts";

/** Puts images of the current state under permutations of ids in its place for a while. */
export class Moving {
	readonly #bound: Bound;
	readonly #code: Generated;
	/** Room for states whose images are being looked at. */
	readonly #copies: Vectors[] = [];
	#depth = 0;
	readonly #moves = new Map<Relabelling, { readonly W: readonly Move[]; readonly P: readonly Move[] }>();

	constructor(bound: Bound, code: Generated) {
		this.#bound = bound;
		this.#code = code;
	}

	/** After work was ended where it stood: no image is in the current state's place. */
	recover(): void {
		this.#depth = 0;
	}

	/** Does `work` with the image of the current state as the current one. */
	in<T>(element: Relabelling, work: () => T): T {
		const within = () => {
			this.#code.save();
			return work();
		};
		try {
			return this.at(element, within);
		} finally {
			this.#code.save();
		}
	}

	/** Does `work`, which takes no steps, on the image of the current state. */
	at<T>(element: Relabelling, work: () => T): T {
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

	#movesOf(element: Relabelling) {
		const { slots, counters } = this.#bound.layout;
		const moves = this.#moves.get(element) ?? { W: movesIn(element.W, slots), P: movesIn(element.P, counters) };
		this.#moves.set(element, moves);
		return moves;
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
