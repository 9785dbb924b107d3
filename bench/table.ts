import type { Case } from "./cases.ts";
import type { Outcome } from "./contender.ts";

/** The middle outcome of each kind of number. */
export function median(outcomes: readonly Outcome[]): Outcome {
	const middle = (of: (outcome: Outcome) => number): number => {
		const sorted = outcomes.map(of).sort((a, b) => a - b);
		const half = sorted.length >> 1;
		return sorted.length % 2 === 1 ? (sorted[half] ?? 0) : ((sorted[half - 1] ?? 0) + (sorted[half] ?? 0)) / 2;
	};
	return {
		states: middle((o) => o.states),
		transitions: middle((o) => o.transitions),
		seconds: middle((o) => o.seconds),
		command: middle((o) => o.command),
		bytes: middle((o) => o.bytes),
		resident: middle((o) => o.resident),
	};
}

export interface Row {
	readonly which: Case;
	readonly contender: string;
	/** Whether it may have counted other numbers than the others. */
	readonly reduced: boolean;
	readonly outcome: Outcome;
	/** Of the contender that all are compared with, on the same system. */
	readonly baseline: Outcome | undefined;
}

const HEAD = [
	"system",
	"tool",
	"states",
	"transitions",
	"seconds",
	"M tr/s",
	"ns/tr",
	"B/state",
	"resident",
	"command",
	"ratio",
];

/** All rows as text; `ratio` says how many times as many transitions a second as the baseline's. */
export function table(rows: readonly Row[]): string {
	const group = (n: number) =>
		Math.round(n)
			.toString()
			.replace(/\B(?=(\d{3})+$)/g, ",");
	const lines = rows.map(({ which, contender, reduced, outcome, baseline }) => {
		const { seconds, bytes, resident, command } = outcome;
		// Some print large numbers rounded.
		const { states, transitions } = reduced ? outcome : which;
		const perState = (n: number) => (Number.isNaN(n) ? "" : (n / states).toFixed(1));
		return [
			which.name,
			contender,
			group(states),
			group(transitions),
			seconds.toFixed(2),
			(transitions / seconds / 1e6).toFixed(2),
			((seconds / transitions) * 1e9).toFixed(0),
			perState(bytes),
			perState(resident),
			`${command.toFixed(1)} s`,
			baseline ? (baseline.seconds / seconds).toFixed(2) : "",
		];
	});
	const widths = HEAD.map((head, i) => Math.max(head.length, ...lines.map((line) => line[i]?.length ?? 0)));
	const show = (cells: readonly string[]) =>
		cells
			.map((cell, i) => (i < 2 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
			.join("  ")
			.trimEnd();
	return [HEAD, ...lines].map(show).join("\n");
}
