import type { Closure } from "../lang/index.ts";
import type { Bound } from "./bound.ts";
import type { Control } from "./control.ts";
import { hashSource } from "./hash.ts";
import type { Machine } from "./machine.ts";
import { type Packing, packWord, storedWords, unpackSource } from "./pack.ts";
import { Generator } from "./successors.ts";
import { canonicalSource, LEAST } from "./symmetry/canonical.ts";
import type { Group } from "./symmetry/group.ts";
import { FIRST_TIMES, type Trail } from "./trail.ts";

/** The functions generated for one system, over its working vector. */
export interface Generated {
	/** Makes the state that the working vector held when the code was generated the current one. */
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
	/** Replaces the state at word index `p` by the canonical one of its kind. */
	canonicalise(states: Int32Array, p: number): void;
}

/** Compiles the system's successor function. */
export function generate(
	bound: Bound,
	control: Control,
	packing: Packing,
	machine: Pick<Machine, "out" | "taken" | "found">,
	trail: Trail,
	group: Group,
	forget: Closure | undefined,
): Generated {
	const generator = new Generator(bound.decisions);
	const bodies = bound.programs.map((program, i) => generator.process(program, bound.contexts[i] as object));
	const words = Array.from({ length: packing.words }, (_, i) => packWord(packing, i));
	const symmetric = group.elements.length > 0;
	const reduced = symmetric || forget !== undefined;
	const quotient = forget ? "forget(S);" : "";
	const least = symmetric ? "canonical();" : "";
	const packed = words.map((_, i) => LEAST(i));
	const vectorWords = storedWords(packing, "W");
	const counterWords = storedWords(packing, "P");
	const take = `${words.map((word, i) => `${packed[i]} = ${word}`).join(", ")};`;
	const put = (array: string): string => packed.map((name, i) => `${array}[p + ${i}] = ${name};`).join(" ");
	// Word by word: V8 would read all of the vector first, and has not the registers to keep it.
	const pack = words.map((word, i) => `const ${packed[i]} = ${word}; words[p + ${i}] = ${packed[i]};`).join("\n");
	const copyBack = `${copy("W32", "B32", vectorWords)} ${copy("P32", "Q32", counterWords)}`;
	const source = `"use strict";
		${generator.declarations}
		const words = O.words, hashes = O.hashes, edges = O.edges;
		const W0 = W.slice(), P0 = P.slice(), B = W.slice(), Q = P.slice();
		const W32 = new Int32Array(W.buffer, W.byteOffset, W.byteLength >> 2), B32 = new Int32Array(B.buffer);
		const P32 = new Int32Array(P.buffer), Q32 = new Int32Array(Q.buffer);
		const marks = G.marks;
		function restore() { ${copyBack} }
		function save() { ${copy("B32", "W32", vectorWords)} ${copy("Q32", "P32", counterWords)} }
		function load(A, p) { ${unpackSource(packing, { W: bound.vector, P: bound.counters })} }
		function store(A, p) { ${words.map((word, i) => `A[p + ${i}] = ${word};`).join("\n")} }
		function initial() { W.set(W0); P.set(P0); save(); }
		${reduced ? `let ${packed.join(", ")};` : ""}
		${symmetric ? canonicalSource(packing, group.elements) : ""}
		function canonicalise(A, p) {
			load(A, p);
			${reduced ? `${quotient} ${take} ${least} ${put("A")}` : ""}
		}
		function emit(e) {
			if (e >= 0 && (T[e] = T[e] + 1) <= ${FIRST_TIMES}) G.first(e);
			const n = O.count, p = n * ${packing.words};
			${reduced ? `${quotient} ${take} if (G.symmetric) { ${least} } ${put("words")}` : pack}
			${hashSource(packed)}
			hashes[n] = h; edges[n] = e; O.count = n + 1;
			if (F.length > 0) blame(e);
			${copyBack}
		}
		function blame(e) { for (const v of F) if (v.edge < 0) v.edge = e; }
		${bodies.join("\n")}
		function expand(from) { switch (from) { ${bound.programs
			.map((program) => {
				const count = program.process.background ? `G.background += O.count - marks[${program.index}];` : "";
				return `case ${program.index}: G.process = ${program.index}; marks[${program.index}] = O.count; p${program.index}(); ${count}`;
			})
			.join("\n")} } }
		return { initial, load, store, save, restore, emit, expand, canonicalise };`;
	const make = new Function("K", "W", "P", "O", "T", "R", "F", "G", "C", "S", "forget", source);
	return make(
		generator.constants,
		bound.vector,
		bound.counters,
		machine.out,
		machine.taken,
		control,
		machine.found,
		trail,
		bound.decisions.came,
		bound.state,
		forget,
	) as Generated;
}

const copy = (to: string, from: string, words: readonly number[]): string =>
	words.map((i) => `${to}[${i}] = ${from}[${i}];`).join(" ");
