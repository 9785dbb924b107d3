/** Columns of a quoted type, beyond which its inner parts are left out. */
const TYPE = 60;
/** Columns of a line of source. */
const SOURCE = 100;

/** One error as the compiler tells it: a line with its place, and below it the reasons, each further in. */
const PLACED = /^(.+?)\((\d+),(\d+)\): error TS\d+: (.*)$/;

/**
 * The compiler's messages for reading: of each error the place, what is wrong, the innermost reason and the line of
 * source, which `lines` gives of a file. What is not of this form stays as it is.
 */
export function shorten(text: string, lines: (file: string) => readonly string[]): string {
	const errors = text
		.trimEnd()
		.split(/\r?\n(?! )/)
		.map((each) => each.split(/\r?\n/));
	return errors.map((error) => `${told(error, lines).join("\n")}\n`).join("");
}

function told([first = "", ...reasons]: readonly string[], lines: (file: string) => readonly string[]): string[] {
	const [, file, line, column, message] = PLACED.exec(first) ?? [];
	if (file === undefined || message === undefined) return [first, ...reasons];
	const innermost = reasons[lastReason(reasons)]?.trim();
	return [
		`${file}:${line}: type error: ${withShortTypes(message)}`,
		...(innermost === undefined ? [] : [`    ${withShortTypes(innermost)}`]),
		...excerpt(lines(file)[Number(line) - 1], Number(column) - 1),
	];
}

/** Ids differ by their sets: how types say so is of no interest. */
function lastReason(reasons: readonly string[]): number {
	const brand = reasons.findIndex((reason) => reason.includes("[idBrand]"));
	return (brand < 0 ? reasons.length : brand) - 1;
}

/** The line with a mark below the column; of a long one the part around it. */
function excerpt(line: string | undefined, column: number): string[] {
	if (line === undefined) return [];
	const margin = line.length - line.trimStart().length;
	const at = column - margin;
	const whole = line.trim();
	const from = Math.max(0, Math.min(at - SOURCE / 2, whole.length - SOURCE));
	const part = whole.slice(from, from + SOURCE).replaceAll("\t", " ");
	const [before, after] = [from > 0 ? "…" : "", from + SOURCE < whole.length ? "…" : ""];
	return [`    ${before}${part}${after}`, `    ${" ".repeat(before.length + at - from)}^`];
}

/** Types stand in quotes, which no word of a message does. */
const withShortTypes = (message: string): string =>
	message.replace(/(?<=^|[\s(])'(.*?)'(?=[\s.,;:?)]|$)/g, (_, type: string) => `'${shortType(type)}'`);

/** As much of the outside of a type as has room. */
function shortType(type: string): string {
	let short = type;
	for (let most = depthOf(type) - 1; most >= 0 && short.length > TYPE; most--) short = upTo(type, most);
	return short;
}

/** What opens and closes a part of a type; the `>` of an arrow does not. */
const BRACKET = /[{[(<]|[}\])]|(?<!=)>/g;
const opens = (bracket: string): boolean => "{[(<".includes(bracket);

function depthOf(type: string): number {
	let depth = 0;
	return Math.max(0, ...[...type.matchAll(BRACKET)].map(([bracket]) => (opens(bracket) ? ++depth : depth--)));
}

/** With `…` in place of what stands further in than so many brackets. The compiler may have cut the type short. */
function upTo(type: string, most: number): string {
	let short = "";
	let depth = 0;
	let from = 0;
	for (const { 0: bracket, index } of type.matchAll(BRACKET)) {
		if (!opens(bracket)) depth--;
		if (depth === most && opens(bracket)) short += `${type.slice(from, index + 1)}…`;
		else if (depth === most) from = index;
		if (opens(bracket)) depth++;
	}
	return depth > most ? short : short + type.slice(from);
}
