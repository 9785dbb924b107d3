import { Script } from "node:vm";
import { ModelError } from "../machine/index.ts";

/** Thrown by `within`: the work took too long and was ended where it stood. */
export class Timeout extends Error {
	override readonly name = "Timeout";

	constructor(
		milliseconds: number,
		/** For most of the time others had the processors, so that it says little. */
		readonly starved: boolean,
	) {
		super(`more than ${Math.ceil(milliseconds)} ms`);
	}
}

const WORK = Symbol.for("preempt.work");
const script = new Script(`globalThis[Symbol.for("${WORK.description}")]()`, { filename: "preempt" });

/** Runs `work`, but ends it after `milliseconds`, even where it goes round a loop for ever. What stands in a `finally` in it is not done then. */
export function within<T>(milliseconds: number, work: () => T): T {
	Reflect.set(globalThis, WORK, work);
	const before = process.cpuUsage();
	try {
		return script.runInThisContext({ timeout: Math.min(Math.ceil(milliseconds), 2 ** 31 - 1) });
	} catch (error) {
		if (!isTimeout(error)) throw error;
		const { user, system } = process.cpuUsage(before);
		throw new Timeout(milliseconds, user + system < (1000 * milliseconds) / 2);
	} finally {
		Reflect.deleteProperty(globalThis, WORK);
	}
}

const isTimeout = (error: unknown): boolean =>
	error instanceof Error && "code" in error && error.code === "ERR_SCRIPT_EXECUTION_TIMEOUT";

/** Runs `work`, in which `Date` and `Math.random` are model errors. */
export function withoutChance<T>(work: () => T): T {
	const { Date: clock } = globalThis;
	const { random } = Math;
	globalThis.Date = noClock;
	Math.random = () => refuse("Math.random");
	try {
		return work();
	} finally {
		globalThis.Date = clock;
		Math.random = random;
	}
}

const noClock = new Proxy(Date, {
	apply: () => refuse("Date"),
	construct: () => refuse("Date"),
	get: () => refuse("Date"),
});

function refuse(what: string): never {
	throw new ModelError(`a model may not use ${what}: a step must do the same whenever it is taken`);
}
