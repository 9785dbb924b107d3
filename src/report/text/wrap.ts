/** Columns of the text report, where a terminal has them, or it is for no terminal. */
export const WIDTH = 100;

/**
 * Breaks `text` at spaces into lines of at most `width`. A word that is longer is broken inside a C expression where
 * it can be, else anywhere. Lines after the first are indented by `hang`.
 */
export function wrap(text: string, width: number, hang = 0): string[] {
	const lines: string[] = [];
	let line = "";
	for (const part of text.split(/(?<=\S )/).flatMap((word) => partsOf(word, width - hang))) {
		if (line.trim() !== "" && (line + part).trimEnd().length > width) {
			lines.push(line.trimEnd());
			line = " ".repeat(hang);
		}
		line += part;
	}
	return [...lines, line.trimEnd()];
}

/** A word that fits into `room` whole; else its parts after `(` and `,` and before `->`, and those cut to size. */
function partsOf(word: string, room: number): string[] {
	if (word.trimEnd().length <= room) return [word];
	return word
		.split(/(?<=[(,])|(?=->)/)
		.flatMap((part) => part.match(new RegExp(`.{1,${Math.max(1, room)}}`, "g")) ?? []);
}

/** `label` once, the lines beside it. */
export const labelled = (label: string, lines: readonly string[]): string[] =>
	lines.map((line, i) => (i === 0 ? label : " ".repeat(label.length)) + line);

/** A labelled paragraph: the text beside its label. */
export const beside = (label: string, text: string, width: number): string[] =>
	labelled(label, wrap(text, width - label.length));

/** Several of them under one label; where one is indented, so is all of it. */
export function paragraphs(label: string, texts: readonly string[], width: number): string[] {
	const lines = texts.flatMap((text) => {
		const indent = " ".repeat(text.length - text.trimStart().length);
		return wrap(text.trimStart(), width - label.length - indent.length).map((line) => indent + line);
	});
	return labelled(label, lines);
}

/** As many entries side by side as fit, in rows. */
export function grid(entries: readonly string[], width: number): string[] {
	const cell = Math.max(0, ...entries.map((entry) => entry.length)) + 2;
	const across = Math.max(1, Math.floor((width + 2) / cell));
	return Array.from({ length: Math.ceil(entries.length / across) }, (_, row) =>
		entries
			.slice(row * across, (row + 1) * across)
			.map((entry) => entry.padEnd(cell))
			.join("")
			.trimEnd(),
	);
}

/** `1 step`, `2 steps`; large numbers are grouped. */
export const count = (n: number, noun: string): string => `${grouped(n)} ${noun}${n === 1 ? "" : "s"}`;
export const grouped = (n: number): string => String(n).replace(/\B(?=(\d{3})+$)/g, ",");
