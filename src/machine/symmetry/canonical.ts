import type { Packing } from "../pack.ts";
import type { Relabelling } from "./group.ts";

/** Names of the variables that hold the least packed state so far, by word. */
export const LEAST = (word: number): string => `b${word}`;

/**
 * Source of `function canonical()`, which puts into `b0`, `b1`, … the least of the packed images of the vectors under
 * the group, whose packed state they hold before. Most images are given up at their first word.
 */
export function canonicalSource(packing: Packing, elements: readonly Relabelling[]): string {
	const tables: string[] = [];
	const table = (codes: readonly number[]): string => {
		const source = JSON.stringify(codes);
		const known = tables.indexOf(source);
		return `C${known < 0 ? tables.push(source) - 1 : known}`;
	};
	const images = elements.map((element, i) => imageSource(packing, element, i, table));
	return `${tables.map((codes, i) => `const C${i} = new Int32Array(${codes});`).join("\n")}
		${images.join("\n")}
		function canonical() { ${elements.map((_, i) => `least${i}();`).join(" ")} }`;
}

/** Source of `function least<i>()`, which takes the image if it is less than the least so far. */
function imageSource(
	packing: Packing,
	element: Relabelling,
	i: number,
	table: (codes: readonly number[]) => string,
): string {
	const words = imageWords(packing, element, table);
	const compare = words.map((word, w) => {
		const differs = `if (v${w} > ${LEAST(w)}) return; less = v${w} < ${LEAST(w)};`;
		return `const v${w} = ${word}; ${w === 0 ? differs : `if (!less) { ${differs} }`}`;
	});
	return `function least${i}() { let less = false; ${compare.join("\n")}
		if (!less) return;
		${words.map((_, w) => `${LEAST(w)} = v${w};`).join(" ")} }`;
}

function imageWords(
	{ fields, words }: Packing,
	element: Relabelling,
	table: (codes: readonly number[]) => string,
): string[] {
	const from = { W: new Map<number, number>(), P: new Map<number, number>() };
	for (const vector of ["W", "P"] as const)
		for (const [slot, { to }] of element[vector].entries()) from[vector].set(to, slot);
	return Array.from({ length: words }, (_, word) => {
		const terms = fields
			.filter((field) => field.word === word)
			.map(({ slot, shift }) => {
				const source = from[slot.vector].get(slot.offset) as number;
				const codes = element[slot.vector][source]?.codes;
				const cell = `${slot.vector}[${source}]`;
				const value = codes ? `${table(codes)}[${cell}]` : cell;
				return shift === 0 ? value : `${value} << ${shift}`;
			});
		return terms.length === 0 ? "0" : terms.join(" | ");
	});
}
