/**
 * Breaks `text` at spaces into lines of at most `width`; a word that is longer is broken too. Lines after the first
 * are indented by `hang`.
 */
export function wrap(text: string, width: number, hang = 0): string[] {
	const lines: string[] = [];
	const indent = text.length - text.trimStart().length;
	let line = text.slice(0, indent);
	let room = width;
	const flush = () => {
		lines.push((" ".repeat(lines.length > 0 ? hang : 0) + line).trimEnd());
		line = "";
		room = width - hang;
	};
	for (let word of text.slice(indent).split(" ")) {
		if (line.trim() && line.length + 1 + word.length > room) flush();
		for (; word.length > room; word = word.slice(room)) {
			line = word.slice(0, room);
			flush();
		}
		line += line.trim() ? ` ${word}` : word;
	}
	flush();
	return lines;
}

/** A labelled paragraph: `label` once, the text beside it. */
export function beside(label: string, text: string, width: number): string[] {
	return wrap(text, width - label.length).map((line, i) => (i === 0 ? label : " ".repeat(label.length)) + line);
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
export const grouped = (n: number): string => n.toLocaleString("en-US");
