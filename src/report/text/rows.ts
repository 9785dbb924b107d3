import { type Call, isMark, type Trace, type TraceStep } from "../../trace/index.ts";
import { type Lanes, lanesOf } from "./lanes.ts";
import { Told } from "./told.ts";

/** What a line of a diagram is. */
export type RowKind =
	/** A statement of the model, or a doing of a device. */
	| "step"
	/** A doing of the scheduler. */
	| "mark"
	/** A process begins or goes on in this column. */
	| "head"
	/** A call, with its arguments. */
	| "call"
	/** An interrupt begins, or ends. */
	| "begin"
	| "end";

/** One line of a diagram, in one of its columns. */
export interface Row {
	readonly kind: RowKind;
	readonly lane: number;
	/** Number of the step, from 1; none for lines that only say where a process is, or goes. */
	readonly number: number | undefined;
	/** Interrupts that it stands in, and depth of the calls. */
	readonly nesting: number;
	readonly indent: number;
	readonly text: string;
	readonly note: string;
	/** For a head: the column that the process comes from, where it is another. */
	readonly from: number | undefined;
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
			this.#preempted(step, lane);
			this.#mark(step, lane, number);
			return;
		}
		this.#moved(step, lane);
		this.#close(lane, step.depth, step.process);
		this.#preempted(step, lane);
		const told = this.#told.get(step.process) ?? new Told();
		if (this.#uppermost(lane) !== step.process) {
			this.#head(step, lane, told);
			this.#occupants[lane]?.push(step);
		}
		this.#told.set(step.process, told);
		for (const k of told.news(step.stack, lane)) this.#row("call", lane, k, called(step.stack[k] as Call));
		this.#row("step", lane, step.stack.length, step.label, { number, note: told.note(step) });
		if (step.ends && step.depth > 0) this.#close(lane, step.depth - 1, undefined);
	}

	/** Ends what is above `depth` on the lane, and any other process at that depth. */
	#close(lane: number, depth: number, process: string | undefined): void {
		const occupants = this.#occupants[lane] as Occupant[];
		for (let top = occupants.at(-1); top; top = occupants.at(-1)) {
			const same = top.depth === depth && (process === undefined || top.process === process);
			if (top.depth < depth || same) return;
			occupants.pop();
			if (top.depth > 0) this.#row("end", lane, 0, "");
		}
	}

	/** The process leaves the lane that it was on. */
	#moved({ from, process }: TraceStep, lane: number): void {
		const left = from === undefined ? -1 : this.lanes.titles.indexOf(`CPU ${from}`);
		if (left < 0) return;
		const isTop = this.#uppermost(left) === process;
		this.#row("mark", left, 1, `${isTop ? "" : `${process}: `}<migrate to ${this.lanes.titles[lane]}>`);
		if (isTop) this.#occupants[left]?.pop();
	}

	#preempted({ preempts }: TraceStep, lane: number): void {
		if (preempts) this.#row("head", lane, 1, "<preempt>");
	}

	/** What the scheduler does to a task. */
	#mark(step: TraceStep, lane: number, number: number): void {
		const task = subject(step.process);
		const clear = this.#uppermost(lane) === task || step.label.includes(task) || this.lanes.titles[lane] === task;
		this.#row("mark", lane, 1, clear ? step.label : `${task}: ${step.label}`, { number });
	}

	/** Says which process goes on here, and where it stands. */
	#head(step: TraceStep, lane: number, told: Told): void {
		const title = this.lanes.titles[lane] as string;
		const root = called(step.stack[0] as Call);
		if (step.depth > 0) {
			this.#row("begin", lane, 0, `${step.context}: ${root}`);
			return;
		}
		const who = step.process === title ? "" : `${step.process}: `;
		if (told.lane === undefined) this.#row("head", lane, 0, who + root);
		else if (who) {
			const from = told.lane === lane ? undefined : told.lane;
			const moved = from === undefined || !title.startsWith("CPU") ? "" : `now on ${title}, `;
			this.#row("head", lane, 0, `${who}${moved}in ${step.stack.at(-1)?.routine}()`, { from });
		}
	}

	#uppermost(lane: number): string | undefined {
		return this.#occupants[lane]?.at(-1)?.process;
	}

	#row(kind: RowKind, lane: number, indent: number, text: string, more: Partial<Row> = {}): void {
		const nesting = (this.#occupants[lane] as Occupant[]).filter(({ depth }) => depth > 0).length;
		this.rows.push({ kind, lane, number: undefined, nesting, indent, text, note: "", from: undefined, ...more });
	}
}

const called = ({ routine, args }: Call): string => `${routine}(${args.map(({ value }) => value).join(", ")})`;

/** The scheduler's steps are taken by a process named after the task they are about: `sched(task0)`. */
const subject = (process: string): string => /^\w+\((.*)\)$/.exec(process)?.[1] ?? process;
