import { type Closure, ModelError, type Property } from "../lang/index.ts";
import { requireTruth } from "./answers.ts";
import { inWords } from "./bank.ts";
import type { Bound } from "./bound.ts";
import type { Condition } from "./machine.ts";
import { PropertyError } from "./steperror.ts";

const NONE: readonly number[] = [];

/** Puts properties to the test in the state that the working vector holds. */
export class Checks {
	readonly #bound: Bound;
	readonly #exercised: Uint8Array;
	readonly #ignored: Uint8Array;
	/** The working vector by 32-bit words, and room for a copy. */
	readonly #now: Int32Array;
	readonly #before: Int32Array;
	/** By property: whether its `sometimes` condition was told to be met. */
	readonly #met: Uint8Array;
	/** Which invariants are false, or newly met; marks which were exercised. May throw. */
	#news: () => readonly number[];
	/** As `all("invariant")`, by one function for all; made when it is needed. May throw. */
	#answers: (() => readonly number[]) | undefined;

	constructor(bound: Bound, exercised: Uint8Array, ignored: Uint8Array) {
		this.#bound = bound;
		this.#exercised = exercised;
		this.#ignored = ignored;
		this.#now = inWords(bound.vector);
		this.#before = this.#now.slice();
		this.#met = new Uint8Array(bound.properties.length);
		this.#news = this.#compile(true);
	}

	/** To be called when other properties are ignored than before. */
	heed(): void {
		this.#news = this.#compile(true);
		this.#answers = undefined;
	}

	/** Forgets which `sometimes` conditions were met. */
	begin(): void {
		this.#met.fill(0);
	}

	/** Which invariants are false, or newly met. `carefully`: also that none of the conditions changes the state. */
	violated(carefully: boolean): readonly number[] {
		try {
			if (!carefully) return this.#news();
		} catch {
			// Which of them failed is found out below.
		}
		return this.#newsOneByOne();
	}

	// Apart from the above, since a function in which closures are made allocates whenever it is called.
	#newsOneByOne(): readonly number[] {
		return this.all("invariant").filter((i) => this.#isNews(i));
	}

	/** A false invariant is told of every state, a `sometimes` condition that is met of the first. */
	#isNews(i: number): boolean {
		if (!this.#bound.properties[i]?.sometimes) return true;
		const before = this.#met[i];
		this.#met[i] = 1;
		return before === 0;
	}

	/** Which conditions of this kind are false; with the invariants, also which `sometimes` conditions are met. */
	all(kind: "invariant" | "terminal"): readonly number[] {
		const told: number[] = [];
		for (const [i, { sometimes }] of this.#bound.properties.entries())
			if (this.#ignored[i] === 1) continue;
			else if (kind === "invariant" && sometimes ? this.holds(i, "sometimes") : !this.holds(i, kind)) told.push(i);
		return told;
	}

	/** As `all("invariant")`, where nobody needs to hear whether a condition changes the state. */
	answers(): readonly number[] {
		this.#answers ??= this.#compile(false);
		try {
			return this.#answers();
		} catch {
			return this.all("invariant");
		}
	}

	/** Whether property `i` has no such condition, or it holds. */
	holds(i: number, kind: Condition): boolean {
		const { sights, properties } = this.#bound;
		const property = properties[i] as Property;
		const condition = property[kind];
		if (!condition) return true;
		const sight = sights[i] as never;
		this.#before.set(this.#now);
		try {
			if (kind !== "sometimes" && this.#exercised[i] === 0 && (!property.antecedent || property.antecedent(sight)))
				this.#exercised[i] = 1;
			const holds = condition(sight);
			if (this.#changed()) throw new ModelError(`property ${property.id} changes the state`, property.origin.author);
			return requireTruth(holds, `property ${property.id}`, property.origin);
		} catch (error) {
			throw new PropertyError(error, property);
		}
	}

	#changed(): boolean {
		for (let i = 0; i < this.#now.length; i++) if (this.#now[i] !== this.#before[i]) return true;
		return false;
	}

	/** One function for all invariants, so that each is inlined. `news`: with what was met or exercised before. */
	#compile(news: boolean): () => readonly number[] {
		const closures: Closure[] = [];
		const call = (closure: Closure, i: number): string => `k${closures.push(closure) - 1}(S[${i}])`;
		const tell = (i: number): string => `told = told === N ? A[${i}] : [...told, ${i}];`;
		const terms = this.#bound.properties.flatMap(({ invariant, sometimes, antecedent }, i) => {
			if (this.#ignored[i] === 1) return [];
			if (sometimes && news) return [`if (M[${i}] === 0 && ${call(sometimes, i)}) { M[${i}] = 1; ${tell(i)} }`];
			if (sometimes) return [`if (${call(sometimes, i)}) ${tell(i)}`];
			if (!invariant) return [];
			if (!news) return [`if (!${call(invariant, i)}) ${tell(i)}`];
			const exercise = `if (X[${i}] === 0 ${antecedent ? `&& ${call(antecedent, i)}` : ""}) X[${i}] = 1;`;
			return [`${exercise} if (!${call(invariant, i)}) ${tell(i)}`];
		});
		const names = closures.map((_, i) => `k${i} = K[${i}]`).join(", ");
		const source = `"use strict"; ${names === "" ? "" : `const ${names};`} return () => { let told = N; ${terms.join(" ")} return told; };`;
		return new Function("K", "S", "X", "M", "N", "A", source)(
			closures,
			this.#bound.sights,
			this.#exercised,
			this.#met,
			NONE,
			this.#bound.properties.map((_, i) => [i]),
		) as () => readonly number[];
	}
}
