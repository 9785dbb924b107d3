import type { BuiltSystem } from "../../src/lang/index.ts";
import { compile, type Machine, type Reference, type ReferenceState, reference } from "../../src/machine/index.ts";
import { alike } from "./alike.ts";
import { Forms } from "./forms.ts";
import { attempt, type PackedOutcome, packedOutcomes, plainOutcomes } from "./outcomes.ts";

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
	/** Packed states and the reference interpreter's, by number: each must have one of the other. */
	readonly #forms = new Forms();
	readonly #plain = new Map<string, number>();
	readonly #packed = new Map<number, string>();
	readonly #level: Pair[] = [];
	readonly #taken: Float64Array;
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
		this.#reach({ words, state: this.#model.initial, trace: undefined });
		let at = 0;
		for (; at < this.#level.length && at < limit; at++) {
			this.#compare(this.#level[at] as Pair);
			delete this.#level[at];
		}
		if (this.#errors.size === 0) {
			// What a step costs is no question of the reference interpreter's.
			const asked = [...machine.properties.keys()].filter((i) => machine.properties[i]?.class !== "cost");
			const exercised = asked.filter((i) => machine.exercised[i] === 1);
			same(
				"exercised properties",
				exercised,
				asked.filter((i) => this.#model.exercised.has(i)),
				undefined,
			);
			same("how often each step was taken", [...machine.taken], [...this.#taken], undefined);
		}
		return {
			states: this.#level.length,
			transitions: this.#transitions,
			violated: [...this.#violated].sort(),
			errors: [...this.#errors].sort(),
			complete: at === this.#level.length,
		};
	}

	/** Both interpreters have come to a state: the same one where either has come to it before, or else alike in words. */
	#reach(pair: Pair): void {
		const { words, state, trace } = pair;
		const packed = words.join();
		const plain = this.#forms.of([state.data, state.controls.map(({ at }) => at)]);
		const [known, form] = [this.#plain.get(packed), this.#packed.get(plain)];
		if (known === plain && form === packed) return;
		this.#machine.load(words, 0);
		same("a state", this.#machine.describe(), this.#model.describe(state), trace);
		same("whether a state is new", known, form, trace);
		this.#plain.set(packed, plain);
		this.#packed.set(plain, packed);
		this.#level.push(pair);
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

		const packed = packedOutcomes(machine, words);
		const plain = plainOutcomes(model, state);
		const outcomes = plain.map(({ outcome }) => outcome);
		same(
			"steps",
			packed.map(({ outcome }) => outcome),
			outcomes,
			trace,
		);
		this.#expand(words, packed, trace);
		packed.forEach(({ outcome: { process, label, violations, error }, edge, next }, i) => {
			for (const { property } of violations) this.#violated.add(property);
			if (error !== undefined) this.#errors.add(error);
			else this.#taken[edge] = (this.#taken[edge] as number) + 1;
			const reached = plain[i]?.next;
			const step = `${this.#system.processes[process]?.name}: ${label}`;
			same("whether a step leads on", next !== undefined, reached !== undefined, { before: trace, step });
			if (next === undefined || reached === undefined) return;
			this.#transitions++;
			this.#reach({ words: next, state: reached, trace: { before: trace, step } });
		});
		const live = plain.some(({ outcome: { process, error }, next }) => {
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
	#expand(words: Int32Array, packed: readonly PackedOutcome[], trace: Trace | undefined): void {
		const machine = this.#machine;
		machine.load(words, 0);
		machine.out.count = 0;
		const { value: live, error } = attempt(() => machine.expand());
		const first = packed.find(({ outcome }) => outcome.error !== undefined);
		same("the error of expand()", error, first?.outcome.error, trace);
		if (error !== undefined) return;
		const made = machine.out.words.subarray(0, machine.out.count * machine.words).join();
		const successors = packed.flatMap(({ next }) => next?.join() ?? []);
		same("the successors of expand()", made, successors.join(), trace);
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
	if (alike(packed, plain)) return;
	const steps: string[] = [];
	for (let at = trace; at; at = at.before) steps.unshift(`  ${at.step}`);
	const show = (value: unknown) => JSON.stringify(value, undefined, 1);
	throw new Error(
		`the interpreters differ in ${what}\npacked: ${show(packed)}\nreference: ${show(plain)}\nafter\n${steps.join("\n")}`,
	);
}
