import { type Machine, StepError } from "../machine/index.ts";
import { Timeout, within, withoutChance } from "./confine.ts";
import { Endings } from "./endings.ts";
import { endlessIn } from "./endless.ts";
import type { Exploration } from "./exploration.ts";
import type { Finding } from "./findings.ts";
import type { Path } from "./path.ts";
import { Random } from "./random.ts";
import type { Limits, Progress, Stop } from "./search.ts";
import { shrink } from "./shrink.ts";
import { Trial } from "./trial.ts";

/** A walk that has not come to an end after so many steps is given up for the next. */
const LONGEST = 10_000;
/** Of ten steps, so many are of the process that took the last one: walks take turns with these. */
const STEADY = [0, 5, 9];
/** Seconds after which a step that has not come to an end is given up. */
const PATIENCE = 10;

export interface Walks {
	readonly walks: number;
	readonly seed: number;
}

/**
 * Random walks from the initial state, with the interface of a search. They prove nothing: where nothing is found, it
 * has been stopped. What is found is shrunk. The seed determines everything.
 */
export class Simulation implements Exploration {
	readonly findings = new Map<string, Finding>();
	stopped: Stop | undefined;
	failing: { readonly state: number; readonly error: unknown } | undefined;
	/** Steps to each finding, and to the failing state; a finding's `state` is an index of it. */
	readonly #paths: (readonly number[])[] = [];
	readonly #start: Int32Array;
	readonly #endings: Endings;
	readonly #random: Random;
	#walks = 0;
	/** The walk at hand: where it stands, its steps, who took the last, and how steady it is. */
	#state: Int32Array;
	#path: number[] = [];
	#last = -1;
	#steadiness = 0;
	#done = false;
	#visited = 1;
	#transitions = 0;
	#depth = 0;
	#seconds = 0;
	/** Seconds; longer after each false alarm, so that what takes its time is done in the end. */
	#patience: number;

	constructor(
		readonly machine: Machine,
		readonly limits: Limits,
		readonly options: Walks,
		patience = PATIENCE,
	) {
		this.#patience = patience;
		this.#start = new Int32Array(machine.words);
		machine.initial();
		machine.store(this.#start, 0);
		this.#state = this.#start;
		this.#endings = new Endings(machine);
		this.#random = new Random(options.seed);
	}

	slice(milliseconds: number): boolean {
		const start = performance.now();
		try {
			withoutChance(() => within(milliseconds + this.#patience * 1000, () => this.#work(start, milliseconds)));
		} catch (thrown) {
			const error = thrown instanceof Timeout ? this.#recover() : thrown;
			if (error === undefined) return !this.#done;
			this.failing = { state: this.#paths.push([...this.#path]) - 1, error };
			this.#done = true;
			throw error;
		} finally {
			this.#seconds += (performance.now() - start) / 1000;
		}
		return !this.#done;
	}

	/** Ends it; what was found so far is shrunk. */
	stop(why: Stop): void {
		if (this.#done) return;
		this.#done = true;
		this.stopped = why;
		withoutChance(() => this.#shrink());
	}

	get progress(): Progress {
		return {
			states: this.#visited,
			transitions: this.#transitions,
			depth: this.#depth,
			expectedBytes: undefined,
			bytes: 0,
			seconds: this.#seconds,
		};
	}

	path({ state, edge, message }: Finding): Path {
		return { steps: this.#steps(state, edge), message };
	}

	pathToError(): { readonly steps: readonly number[]; readonly error: unknown } {
		const { state, error } = this.failing ?? { state: 0, error: undefined };
		return { steps: this.#steps(state, error instanceof StepError ? error.edge.id : undefined), error };
	}

	#steps(path: number, edge: number | undefined): readonly number[] {
		const steps = this.#paths[path] ?? [];
		return edge === undefined ? steps : [...steps, edge];
	}

	#work(start: number, milliseconds: number): void {
		while (!this.#done) {
			const spent = performance.now() - start;
			if (this.#seconds + spent / 1000 > this.limits.time) this.stop("time");
			if (spent > milliseconds) return;
			for (let i = 0; i < 64 && !this.#done; i++) this.#step();
		}
	}

	#step(): void {
		const { machine } = this;
		const { out } = machine;
		machine.load(this.#state, 0);
		for (const i of machine.violated()) this.#add(machine.properties[i]?.id ?? "", undefined, undefined);
		out.count = 0;
		const live = machine.expand();
		for (const { property, edge, message } of machine.found) this.#add(property, edge, message);
		const count = out.count;
		this.#transitions += count;
		if (live === 0 && this.#endings.isEnd(this.#state, 0)) {
			machine.load(this.#state, 0);
			for (const i of machine.violatedAtEnd()) this.#add(machine.properties[i]?.id ?? "", undefined, undefined);
			this.#next();
		} else if (count === 0 || this.#path.length === Math.min(LONGEST, this.limits.depth)) this.#next();
		else this.#take(this.#choose(count));
	}

	/** After work was ended where it stood: what never ends, as an error. If nothing does, the walk begins again. */
	#recover(): Error | undefined {
		const { machine } = this;
		machine.recover();
		const error = endlessIn(machine, this.#state, 0);
		machine.recover();
		this.#patience *= 2;
		if (!error) this.#begin();
		return error;
	}

	/** A successor: of the process that took the last step, or of any that can, each as likely as another. */
	#choose(count: number): number {
		const processes: number[] = [];
		for (let i = 0; i < count; i++) if (this.#process(i) !== processes.at(-1)) processes.push(this.#process(i));
		const steady = processes.includes(this.#last) && this.#random.below(10) < this.#steadiness;
		const process = steady ? this.#last : processes[this.#random.below(processes.length)];
		const own = Array.from({ length: count }, (_, i) => i).filter((i) => this.#process(i) === process);
		return own[this.#random.below(own.length)] as number;
	}

	#process(successor: number): number {
		const { out, steps } = this.machine;
		return steps[out.edges[successor] as number]?.process ?? -1;
	}

	#take(successor: number): void {
		const { out, words } = this.machine;
		this.#last = this.#process(successor);
		this.#path.push(out.edges[successor] as number);
		this.#state = out.words.slice(successor * words, (successor + 1) * words);
		this.#visited++;
		this.#depth = Math.max(this.#depth, this.#path.length);
	}

	/** Begins the next walk, if there is one. */
	#next(): void {
		if (++this.#walks === this.options.walks) {
			this.stop("walks");
			return;
		}
		this.#begin();
	}

	#begin(): void {
		this.#state = this.#start;
		this.#path = [];
		this.#last = -1;
		this.#steadiness = STEADY[this.#walks % STEADY.length] as number;
	}

	#add(property: string, edge: number | undefined, message: string | undefined): void {
		const length = this.#path.length + (edge === undefined ? 0 : 1);
		const known = this.findings.get(property);
		if (known && known.length <= length) return;
		const state = this.#paths.push([...this.#path]) - 1;
		this.findings.set(property, { property, state, edge, length, message });
	}

	#shrink(): void {
		for (const [property, finding] of this.findings) {
			const trial = new Trial(this.machine, property, finding.message !== undefined);
			const found = shrink(trial, this.#start, this.#steps(finding.state, finding.edge));
			if (!found) continue;
			const state = this.#paths.push(found.path) - 1;
			const { message, path } = found;
			this.findings.set(property, { property, state, edge: undefined, length: path.length, message });
		}
	}
}
