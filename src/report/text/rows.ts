import { type Call, isMark, type Trace, type TraceStep } from "../../trace/index.ts";
import { type Lanes, lanesOf } from "./lanes.ts";
import { Told } from "./told.ts";

/** One line of a diagram, in one of its columns. */
export interface Row {
	readonly lane: number;
	/** Number of the step; none for lines that only say where a process is. */
	readonly number: number | undefined;
	/** Bars of the interrupts that it stands in, and its indentation. */
	readonly margin: string;
	readonly text: string;
	readonly note: string;
}

/** The lines of a trace, in order. */
export function rowsOf(trace: Trace): { readonly lanes: Lanes; readonly rows: readonly Row[] } {
	const lanes = lanesOf(trace);
	const writer = new Writer(lanes);
	for (const [i, step] of trace.steps.entries()) writer.step(step, i + 1);
	return { lanes, rows: writer.rows };
}

/** Who is on a lane; of several, the later stand on top of the earlier. */
interface Occupant {
	readonly process: string;
	readonly depth: number;
}

class Writer {
	readonly rows: Row[] = [];
	readonly #occupants: Occupant[][];
	readonly #told = new Map<string, Told>();

	constructor(readonly lanes: Lanes) {
		this.#occupants = lanes.titles.map(() => []);
	}

	step(step: TraceStep, number: number): void {
		const lane = this.lanes.of(step);
		if (isMark(step.label) && step.depth === 0) {
			this.#close(lane, 0, undefined);
			this.#mark(step, lane, number);
			return;
		}
		this.#close(lane, step.depth, step.process);
		const told = this.#told.get(step.process) ?? new Told();
		if (this.#uppermost(lane) !== step.process) {
			this.#head(step, lane, told);
			this.#occupants[lane]?.push(step);
		}
		this.#told.set(step.process, told);
		for (const k of told.news(step.stack, lane)) this.#row(lane, k, called(step.stack[k] as Call));
		this.#row(lane, step.stack.length, step.label, number, told.note(step));
	}

	/** Ends what is above `depth` on the lane, and any other process at that depth. */
	#close(lane: number, depth: number, process: string | undefined): void {
		const occupants = this.#occupants[lane] as Occupant[];
		for (let top = occupants.at(-1); top; top = occupants.at(-1)) {
			const same = top.depth === depth && (process === undefined || top.process === process);
			if (top.depth < depth || same) return;
			occupants.pop();
			if (top.depth > 0) this.#row(lane, 0, "'--");
		}
	}

	/** What the scheduler does to a task. */
	#mark(step: TraceStep, lane: number, number: number): void {
		const task = subject(step.process);
		const clear = this.#uppermost(lane) === task || step.label.includes(task) || this.lanes.titles[lane] === task;
		this.#row(lane, 1, clear ? step.label : `${task}: ${step.label}`, number);
	}

	/** Says which process goes on here, and where it stands. */
	#head(step: TraceStep, lane: number, told: Told): void {
		const title = this.lanes.titles[lane] as string;
		const who = step.depth > 0 ? `.-- ${step.context}: ` : step.process === title ? "" : `${step.process}: `;
		if (told.lane === undefined || step.depth > 0) this.#row(lane, 0, who + called(step.stack[0] as Call));
		else if (who) {
			const moved = told.lane === lane || !title.startsWith("CPU") ? "" : `now on ${title}, `;
			this.#row(lane, 0, `${who}${moved}in ${step.stack.at(-1)?.routine}()`);
		}
	}

	#uppermost(lane: number): string | undefined {
		return this.#occupants[lane]?.at(-1)?.process;
	}

	#row(lane: number, indent: number, text: string, number?: number, note = ""): void {
		const bars = (this.#occupants[lane] as Occupant[]).filter(({ depth }) => depth > 0).length;
		this.rows.push({ lane, number, margin: "| ".repeat(bars) + "  ".repeat(indent), text, note });
	}
}

const called = ({ routine, args }: Call): string => `${routine}(${args.map(({ value }) => value).join(", ")})`;

/** The scheduler's steps are taken by a process named after the task they are about: `sched(task0)`. */
const subject = (process: string): string => /^\w+\((.*)\)$/.exec(process)?.[1] ?? process;
