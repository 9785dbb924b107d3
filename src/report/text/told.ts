import type { Call, TraceStep } from "../../trace/index.ts";

/** What a diagram has already told of a process, so that each thing is said once. */
export class Told {
	/** The lane of its last line. */
	lane: number | undefined;
	#stack: readonly Call[] = [];
	/** Values by depth of the call and name. */
	readonly #values = new Map<string, string>();

	/** Depths of the calls that were made since the last line; the process's own routine is told elsewhere. */
	news(stack: readonly Call[], lane: number): number[] {
		let same = 0;
		while (same < stack.length && stack[same] === this.#stack[same]) same++;
		const fresh = stack.map((_, depth) => depth).slice(same);
		for (const depth of fresh) this.#called(stack[depth] as Call, depth);
		this.#stack = stack;
		this.lane = lane;
		return fresh.filter((depth) => depth > 0);
	}

	/** The step's values that are news, and how its condition came out. */
	note(step: TraceStep): string {
		const depth = step.stack.length - 1;
		const news = step.values.filter(({ name, value }) => this.#values.get(key(depth, name)) !== value);
		for (const { name, value } of news) this.#values.set(key(depth, name), value);
		const outcome = step.outcome === undefined ? [] : [String(step.outcome)];
		const values = news.map(({ name, value }) => `${name} = ${value}`).filter((text) => !step.label.includes(text));
		return [...values, ...outcome].join(", ");
	}

	/** A new call: its arguments are told with it, and what stood at its depth is forgotten. */
	#called({ args }: Call, depth: number): void {
		for (const known of this.#values.keys()) if (Number.parseInt(known, 10) >= depth) this.#values.delete(known);
		for (const { name, value } of args) this.#values.set(key(depth, name), value);
	}
}

const key = (depth: number, name: string): string => `${depth}.${name}`;
