import type { Machine } from "../machine/index.ts";
import { spread, unclosed } from "./closed.ts";
import { Explorer, type Options } from "./explorer.ts";
import type { Finding } from "./findings.ts";
import { forecast } from "./forecast.ts";
import type { Limits, Stop } from "./limits.ts";
import { type Path, pathTo, pathToError } from "./path.ts";
import type { StateStore } from "./state-store.ts";
import { Chunk } from "./store/chunk.ts";
import { storeFor } from "./store/make-store.ts";
import { Store } from "./store/store.ts";
import type { Bus } from "./threads/bus.ts";
import { unpack } from "./threads/carry.ts";
import { COMPLETE, Control, DEEP, FAILED, FULL, LEAST } from "./threads/control.ts";
import type { Invitation } from "./threads/join.ts";
import { type Tally, tallyFor } from "./threads/tally.ts";

export type { Finding } from "./findings.ts";

export type { Keep, Limits, Stop } from "./limits.ts";

/** Seconds. */
const PATIENCE = 3;
/** Of so many states it is looked at once more what properties read of them. */
const SAMPLE = 4_096;

export interface Progress {
	readonly states: number;
	readonly transitions: number;
	readonly depth: number;
	readonly bytes: number;
	/** What `bytes` is going to be, by how the levels grow; undefined where that cannot be said. */
	readonly expectedBytes: number | undefined;
	readonly seconds: number;
}

/** How far a search went. */
export interface Coverage {
	/** States of which all steps were taken. */
	readonly expanded: number;
	/** They are all there are up to this depth; -1 where not even the initial state was expanded. */
	readonly depth: number;
	/** How many states are expected to have been taken for others by mistake. */
	readonly omitted: number;
}

/**
 * Breadth-first exploration of one machine, in slices so that its owner can watch and stop it. Other threads may join
 * it; what it comes to does not depend on how many do, or when.
 */
export class Search {
	readonly store: StateStore;
	/** First, hence shortest, finding for each violated property. */
	readonly findings = new Map<string, Finding>();
	/** Why it ended before everything was seen. */
	stopped: Stop | undefined;
	done = false;
	/** The error that ended it, and the state that was being expanded. */
	failing: { readonly state: number; readonly error: unknown } | undefined;
	readonly #control: Control;
	readonly #explorer: Explorer;
	/** This thread's own first, then those of the others. */
	readonly #tallies: Tally[];
	#bus: Bus | undefined;
	/** Why it is to end. */
	#asked: Stop | undefined;
	#seconds = 0;

	constructor(
		readonly machine: Machine,
		readonly limits: Limits,
		tuning: Partial<Omit<Options, "deepest">> = {},
	) {
		this.store = storeFor(machine, limits);
		const tally = tallyFor(machine, false);
		this.#tallies = [tally];
		const listener = {
			found: (finding: Finding) => this.#found(finding),
			failed: (state: number, error: unknown) => {
				this.failing = { state, error };
			},
		};
		const options = { patience: PATIENCE, least: LEAST, ...tuning, deepest: limits.depth };
		this.#control = new Control(undefined, options.least);
		this.#explorer = new Explorer(machine, this.store, this.#control, tally, listener, options);
		machine.initial();
		machine.emit();
		const chunk = new Chunk(machine.words, 0);
		this.store.sift(machine.out, { first: -1, ends: Int32Array.of(1) }, chunk);
		this.store.add(chunk);
		this.#control.begin(this.store.count);
	}

	/** Works for about `milliseconds`; true while there is more to do. An error of the model ends it and is thrown. */
	slice(milliseconds: number): boolean {
		if (this.done) return false;
		const start = performance.now();
		const left = this.#asked ? milliseconds : 1000 * (this.limits.time - this.#seconds);
		try {
			this.#explorer.slice(Math.max(0, Math.min(milliseconds, left)));
		} finally {
			this.#seconds += (performance.now() - start) / 1000;
		}
		if (this.#seconds > this.limits.time) this.stop("time");
		this.#look();
		if (this.done && this.failing) throw this.failing.error;
		return !this.done;
	}

	/** Lets it end where it is, once all that was begun is done. */
	stop(why: Stop): void {
		if (this.done) return;
		this.#asked ??= why;
		this.#control.close();
		this.#look();
	}

	/** What another thread needs to join; `bus` is this thread's end of the line between them all. */
	invite(bus: Bus): Invitation {
		if (!(this.store instanceof Store)) throw new Error("this search is one that others cannot join");
		this.#bus ??= bus;
		const store = this.store.share();
		const control = this.#control.share();
		const tally = tallyFor(this.machine, true);
		this.#tallies.push(tally);
		return { store, control, tally, options: this.#explorer.options };
	}

	/** Whether other threads can join: what is kept of states must be all of them. */
	get joinable(): boolean {
		return this.store instanceof Store;
	}

	/** Whether nothing is left to be done, which the next slice will notice. */
	get over(): boolean {
		return this.done || this.#control.over;
	}

	get transitions(): number {
		return this.#tallies.reduce((sum, { transitions }) => sum + (transitions[0] as number), 0);
	}

	/** Depth of the level being expanded. */
	get depth(): number {
		return this.#control.depth;
	}

	/** States expanded so far. */
	get expanded(): number {
		return this.failing?.state ?? this.#control.turn;
	}

	get progress(): Progress {
		return {
			states: this.store.count,
			transitions: this.transitions,
			depth: this.depth,
			bytes: this.store.bytes,
			expectedBytes: this.#expectedBytes,
			seconds: this.#seconds,
		};
	}

	/** A shortest way to `finding`, the same in every run. */
	path(finding: Finding): Path {
		return pathTo(this.machine, this.store, finding);
	}

	/** The way to the error that ended the search. */
	pathToError(): ReturnType<typeof pathToError> {
		const { state, error } = this.failing ?? { state: 0, error: undefined };
		return pathToError(this.machine, this.store, state, error);
	}

	get coverage(): Coverage {
		const { depth, status } = this.#control;
		const levelDone = status === COMPLETE || status === DEEP;
		return { expanded: this.expanded, depth: levelDone ? depth : depth - 1, omitted: this.store.omitted ?? 0 };
	}

	get #expectedBytes(): number | undefined {
		const { bytes, count } = this.store;
		const states = forecast(this.#control.ends);
		return states && Math.max(bytes, (states * bytes) / count);
	}

	/** Ends it if nothing is left to be done. */
	#look(): void {
		if (this.done || !this.#control.over) return;
		this.done = true;
		for (const news of this.#bus?.news() ?? [])
			if ("finding" in news) this.#found(news.finding);
			else this.failing ??= { state: news.state, error: unpack(news.error, this.machine) };
		const { status } = this.#control;
		if (status === FULL) this.stopped = this.store.count < this.limits.states ? "memory" : "states";
		else if (status === DEEP) this.stopped = "depth";
		else if (status === COMPLETE) this.stopped = this.store.omitted === undefined ? undefined : "lossy";
		else if (status !== FAILED) this.stopped = this.#asked;
		this.#gather();
		if (status === COMPLETE) this.#settle();
	}

	#settle(): void {
		try {
			const kept = this.store instanceof Store ? this.store : undefined;
			this.failing = kept && unclosed(this.machine, kept);
			this.machine.settle(kept && spread(this.machine, kept, SAMPLE));
		} catch (error) {
			this.failing = { state: this.expanded, error };
		}
	}

	/** Adds up what the threads have counted, and puts what they found in order. */
	#gather(): void {
		const { taken, exercised, came, looked } = this.machine;
		// What was expanded and not added does not count.
		taken.fill(0);
		for (const tally of this.#tallies) {
			for (let i = 0; i < taken.length; i++) taken[i] = (taken[i] as number) + (tally.taken[i] as number);
			unite(exercised, tally.exercised);
			unite(came, tally.came);
			unite(looked, tally.looked);
		}
		const found = [...this.findings].sort(([, a], [, b]) => a.state - b.state);
		this.findings.clear();
		for (const [property, finding] of found) this.findings.set(property, finding);
	}

	/** Keeps the first of each property, by the order of states. */
	#found(finding: Finding): void {
		const known = this.findings.get(finding.property);
		if (known && (known.length - finding.length || known.state - finding.state) <= 0) return;
		this.findings.delete(finding.property);
		this.findings.set(finding.property, finding);
	}
}

/** Bit by bit. */
function unite(all: Uint8Array, more: Uint8Array): void {
	for (let i = 0; i < all.length; i++) all[i] = (all[i] as number) | (more[i] as number);
}
