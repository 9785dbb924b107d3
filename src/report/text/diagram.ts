import { isMark, type Trace } from "../../trace/index.ts";
import type { Paint } from "../paint.ts";
import { type Row, type RowKind, rowsOf } from "./rows.ts";
import { wrap } from "./wrap.ts";

const GAP = 2;
/** A statement may run on to the right, so that columns stand closer than the page is wide, and leave room to the last. */
const CLOSER = 0.7;
/** Lines of one step are indented by this much after the first. */
const HANG = 4;
/** However deep the indentation, a statement has this much room. */
const NARROWEST = 20;

/** What is drawn before the text of a row. */
const DRAWN: Readonly<Record<RowKind, string>> = { step: "", mark: "", head: "", call: "", begin: ".-- ", end: "'--" };

/** A race as kernel developers draw it: a column for each CPU, time running down. */
export function diagram(trace: Trace, width: number, paint: Paint): string[] {
	const { lanes, rows } = rowsOf(trace);
	const digits = String(trace.steps.length).length + 1;
	const equal = Math.floor((width - digits - 1 - GAP * (lanes.titles.length - 1)) / lanes.titles.length);
	const column = Math.max(Math.floor(equal * CLOSER), ...lanes.titles.map((title) => title.length));
	const at = (lane: number) => digits + 1 + lane * (column + GAP);
	const header = (text: (title: string) => string) =>
		" ".repeat(digits + 1) + lanes.titles.map((title) => text(title).padEnd(column + GAP)).join("");
	return [
		paint.bold(header((title) => title).trimEnd()),
		paint.dim(header((title) => "-".repeat(title.length)).trimEnd()),
		...rows.flatMap((row) =>
			cell(row, width - at(row.lane), paint).map((line, i) => {
				const number = i === 0 && row.number !== undefined ? String(row.number) : "";
				return (number.padStart(digits).padEnd(at(row.lane)) + line).trimEnd();
			}),
		),
	];
}

/**
 * The lines of one row, which has `room` columns to the edge of the page: a statement may run on over the columns to
 * its right, for they are empty beside it.
 */
function cell({ kind, nesting, indent: calls, text, note, number }: Row, room: number, paint: Paint): string[] {
	const margin = "| ".repeat(nesting) + "  ".repeat(calls);
	const indent = margin.slice(0, Math.max(0, room - NARROWEST));
	const style = number === undefined || isMark(text) ? paint.dim : (line: string) => line;
	const lines = wrap(DRAWN[kind] + text, room - indent.length, HANG);
	const painted = lines.map((line) => indent + style(line));
	if (!note) return painted;
	const comment = `/* ${note} */`;
	const used = indent.length + (lines.at(-1) as string).length;
	if (used + 2 + comment.length <= room) {
		painted[painted.length - 1] += `  ${paint.dim(comment)}`;
		return painted;
	}
	const below = indent + " ".repeat(HANG);
	return [...painted, ...wrap(comment, room - below.length, 3).map((line) => below + paint.dim(line))];
}
