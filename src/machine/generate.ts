import type { Bound } from "./bound.ts";
import type { Control } from "./control.ts";
import { hashSource } from "./hash.ts";
import type { StepViolation, Successors } from "./machine.ts";
import { type Packing, packWord, unpackSource } from "./pack.ts";
import { Generator } from "./successors.ts";

/** A step runs twice the first times it is taken. */
export const FIRST_TIMES = 64;

/** The functions generated for one system, over its working vector. */
export interface Generated {
	/** Emits the state that the working vector held when the code was generated. */
	initial(): void;
	/** Makes the state at word index `p` the current one. */
	load(states: Int32Array, p: number): void;
	/** Packs the working vector to word index `p`. */
	store(states: Int32Array, p: number): void;
	/** Brings the working vector back to the current state. */
	restore(): void;
	/** Makes the working vector the current state. */
	save(): void;
	/** Appends the working vector to the successors, as made by step `edge`, and restores the current state. */
	emit(edge: number): void;
	/** Emits the successors by the processes from number `from` on. */
	expand(from: number): void;
}

/** What generated code leaves behind while it expands a state. */
export class Trail {
	/** Process whose steps are being taken. */
	process = 0;
	/** By process: how many successors there were before its own. */
	readonly marks: Int32Array;
	/** Successors made by background processes. */
	background = 0;
	/** By process number (modulo 32), one bit each: took a step that is to be checked by running it again. */
	careful = 0;
	constructor(processes: number) {
		this.marks = new Int32Array(processes);
	}
}

/** Compiles the system's successor function. */
export function generate(
	bound: Bound,
	control: Control,
	packing: Packing,
	machine: { readonly out: Successors; readonly taken: Float64Array; readonly found: StepViolation[] },
	trail: Trail,
): Generated {
	const generator = new Generator();
	const bodies = bound.programs.map((program, i) => generator.process(program, bound.contexts[i] as object));
	const words = Array.from({ length: packing.words }, (_, i) => packWord(packing, i));
	const vectorWords = bound.vector.byteLength >> 2;
	const counterWords = bound.counters.byteLength >> 2;
	const source = `"use strict";
		${generator.declarations}
		const words = O.words, hashes = O.hashes, edges = O.edges;
		const W0 = W.slice(), P0 = P.slice(), B = W.slice(), Q = P.slice();
		const W32 = new Int32Array(W.buffer), B32 = new Int32Array(B.buffer);
		const P32 = new Int32Array(P.buffer), Q32 = new Int32Array(Q.buffer);
		const marks = G.marks;
		function restore() { ${copy("W32", "B32", vectorWords)} ${copy("P32", "Q32", counterWords)} }
		function save() { ${copy("B32", "W32", vectorWords)} ${copy("Q32", "P32", counterWords)} }
		function load(A, p) { ${unpackSource(packing, { W: bound.vector, P: bound.counters })} }
		function store(A, p) { ${words.map((word, i) => `A[p + ${i}] = ${word};`).join("\n")} }
		function initial() { W.set(W0); P.set(P0); save(); emit(-1); }
		function emit(e) {
			if (e >= 0 && (T[e] = T[e] + 1) <= ${FIRST_TIMES}) G.careful |= 1 << G.process;
			const n = O.count, p = n * ${packing.words};
			${words.map((word, i) => `const w${i} = ${word}; words[p + ${i}] = w${i};`).join("\n")}
			${hashSource(words.map((_, i) => `w${i}`))}
			hashes[n] = h; edges[n] = e; O.count = n + 1;
			if (F.length > 0) blame(e);
			restore();
		}
		function blame(e) { for (const v of F) if (v.edge < 0) v.edge = e; }
		${bodies.join("\n")}
		function expand(from) { switch (from) { ${bound.programs
			.map((program) => {
				const count = program.process.background ? `G.background += O.count - marks[${program.index}];` : "";
				return `case ${program.index}: G.process = ${program.index}; marks[${program.index}] = O.count; p${program.index}(); ${count}`;
			})
			.join("\n")} } }
		return { initial, load, store, save, restore, emit, expand };`;
	const make = new Function("K", "W", "P", "O", "T", "R", "F", "G", source);
	return make(
		generator.constants,
		bound.vector,
		bound.counters,
		machine.out,
		machine.taken,
		control,
		machine.found,
		trail,
	) as Generated;
}

const copy = (to: string, from: string, words: number): string =>
	Array.from({ length: words }, (_, i) => `${to}[${i}] = ${from}[${i}];`).join(" ");
