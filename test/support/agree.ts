import { isDeepStrictEqual } from "node:util";
import type { BuiltSystem } from "../../src/lang/index.ts";
import { compile, type Machine, type Reference, type ReferenceState, reference } from "../../src/machine/index.ts";
import { attempt, keyOf, packedOutcomes, plainOutcomes } from "./outcomes.ts";

export interface Agreement {
	readonly states: number;
	readonly transitions: number;
	/** Ids of the properties found false. */
	readonly violated: readonly string[];
	/** Messages of the model errors met. */
	readonly errors: readonly string[];
	/** Whether every reachable state was seen. */
	readonly complete: boolean;
}

/**
 * Explores `system` with both interpreters at once, and throws where they differ: in the initial state, in a
 * reachable state, or in what a step from one comes to. Where they agree in all of it, their complete state graphs
 * are equal. Stops after `limit` states.
 */
export function agree(system: BuiltSystem, limit = 50_000): Agreement {
	const machine = attempt(() => compile(system));
	const model = attempt(() => reference(system));
	same("the initial state's error", machine.error, model.error, undefined);
	if (!machine.value || !model.value)
		return { states: 0, transitions: 0, violated: [], errors: [machine.error ?? ""], complete: true };
	return new Walk(machine.value, model.value, system).run(limit);
}

interface Trace {
	readonly before: Trace | undefined;
	readonly step: string;
}

interface Pair {
	readonly words: Int32Array;
	readonly state: ReferenceState;
	readonly trace: Trace | undefined;
}

/** What the current state violates, and which `sometimes` conditions it meets, also those met before. */
function told(machine: Machine): number[] {
	const violated = machine.violated();
	return machine.properties.flatMap(({ sometimes }, i) =>
		(sometimes ? machine.holds(i, "sometimes") : violated.includes(i)) ? [i] : [],
	);
}

class Walk {
	readonly #machine: Machine;
	readonly #model: Reference;
	readonly #system: BuiltSystem;
	readonly #violated = new Set<string>();
	readonly #errors = new Set<string>();
	/** Packed states and descriptions: each must have one of the other. */
	readonly #described = new Map<string, string>();
	readonly #packed = new Map<string, string>();
	readonly #level: Pair[] = [];
	readonly #taken: Float64Array;
	#states = 0;
	#transitions = 0;

	constructor(machine: Machine, model: Reference, system: BuiltSystem) {
		this.#machine = machine;
		this.#model = model;
		this.#system = system;
		this.#taken = new Float64Array(machine.steps.length);
	}

	run(limit: number): Agreement {
		const machine = this.#machine;
		machine.initial();
		const words = new Int32Array(machine.words);
		machine.store(words, 0);
		this.#reach({ words, state: this.#model.initial, trace: undefined }, keyOf(machine.describe()));
		let at = 0;
		for (; at < this.#level.length && at < limit; at++) {
			this.#compare(this.#level[at] as Pair);
			delete this.#level[at];
		}
		if (this.#errors.size === 0) {
			const exercised = machine.properties.map((_, i) => this.#model.exercised.has(i));
			same("exercised properties", [...machine.exercised].map(Boolean), exercised, undefined);
			same("how often each step was taken", [...machine.taken], [...this.#taken], undefined);
		}
		return {
			states: this.#states,
			transitions: this.#transitions,
			violated: [...this.#violated].sort(),
			errors: [...this.#errors].sort(),
			complete: at === this.#level.length,
		};
	}

	/** Both interpreters have come to a state. They must describe it alike, and agree on whether it is new. */
	#reach(pair: Pair, packedKey: string): void {
		const { state, words, trace } = pair;
		const key = keyOf(this.#model.describe(state));
		same("a state", packedKey, key, trace);
		const packed = words.join();
		const [known, form] = [this.#described.get(packed), this.#packed.get(key)];
		same("what a packed state stands for", known ?? key, key, trace);
		same("the packed form of a state", packed, form ?? packed, trace);
		if (known !== undefined) return;
		this.#described.set(packed, key);
		this.#packed.set(key, packed);
		this.#level.push(pair);
		this.#states++;
	}

	#compare({ words, state, trace }: Pair): void {
		const machine = this.#machine;
		const model = this.#model;
		machine.load(words, 0);
		this.#conditions(
			"invariants",
			() => told(machine),
			() => model.violated(state),
			state,
			trace,
		);
		same("running", machine.running(), model.running(state), trace);
		for (const p of this.#system.processes.keys()) same("place", machine.place(p), model.place(state, p), trace);

		const packed = packedOutcomes(machine, words, this.#described);
		const plain = plainOutcomes(model, state);
		const outcomes = plain.map(({ outcome }) => outcome);
		same(
			"steps",
			packed.map(({ outcome }) => outcome),
			outcomes,
			trace,
		);
		this.#expand(words, packed, trace);
		packed.forEach(({ outcome: { process, label, next: key, violations, error }, edge, next }, i) => {
			for (const { property } of violations) this.#violated.add(property);
			if (error !== undefined) this.#errors.add(error);
			else this.#taken[edge] = (this.#taken[edge] as number) + 1;
			const reached = plain[i]?.next;
			if (next === undefined || reached === undefined || key === undefined) return;
			this.#transitions++;
			const step = `${this.#system.processes[process]?.name}: ${label}`;
			this.#reach({ words: next, state: reached, trace: { before: trace, step } }, key);
		});
		const live = outcomes.some(({ process, next, error }) => {
			return error === undefined && (next === undefined || !this.#system.processes[process]?.background);
		});
		if (live) return;
		machine.load(words, 0);
		this.#conditions(
			"terminal conditions",
			() => machine.violatedAtEnd(),
			() => model.violatedAtEnd(state),
			state,
			trace,
		);
	}

	/** What generated code makes of all steps at once, against the same steps taken one by one. */
	#expand(words: Int32Array, packed: ReturnType<typeof packedOutcomes>, trace: Trace | undefined): void {
		const machine = this.#machine;
		machine.load(words, 0);
		machine.out.count = 0;
		const { value: live, error } = attempt(() => machine.expand());
		const first = packed.find(({ outcome }) => outcome.error !== undefined);
		same("the error of expand()", error, first?.outcome.error, trace);
		if (error !== undefined) return;
		const made = Array.from({ length: machine.out.count }, (_, i) =>
			machine.out.words.slice(i * machine.words, (i + 1) * machine.words).join(),
		);
		const successors = packed.flatMap(({ next }) => (next ? [next.join()] : []));
		same("the successors of expand()", made, successors, trace);
		const found = machine.found.map(({ edge, property, message }) => ({ edge, property, message }));
		const violations = packed.flatMap(({ edge, outcome }) => outcome.violations.map((v) => ({ edge, ...v })));
		same("the violations of expand()", found, violations, trace);
		const foreground = packed.filter(({ outcome: { process }, next }) => {
			return next === undefined || !this.#system.processes[process]?.background;
		});
		same("how many steps are not in the background", live, foreground.length, trace);
	}

	#conditions(
		what: string,
		packed: () => readonly number[],
		plain: () => readonly number[],
		state: ReferenceState,
		trace: Trace | undefined,
	): void {
		const expected = attempt(plain);
		same(what, attempt(packed), expected, trace);
		if (expected.error !== undefined) this.#errors.add(expected.error);
		for (const i of expected.value ?? []) {
			this.#violated.add(this.#model.properties[i]?.id ?? "");
			same("explain", this.#machine.explain(i), this.#model.explain(state, i), trace);
		}
	}
}

function same(what: string, packed: unknown, plain: unknown, trace: Trace | undefined): void {
	if (isDeepStrictEqual(packed, plain)) return;
	const steps: string[] = [];
	for (let at = trace; at; at = at.before) steps.unshift(`  ${at.step}`);
	const show = (value: unknown) => JSON.stringify(value, undefined, 1);
	throw new Error(
		`the interpreters differ in ${what}\npacked: ${show(packed)}\nreference: ${show(plain)}\nafter\n${steps.join("\n")}`,
	);
}
