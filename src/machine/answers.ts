import { isStatement, ModelError, type Origin } from "../lang/index.ts";

// What the author's closures are given and give, where a model that was not type-checked goes wrong without a sign.

/** What stands between steps sees: the frame, and nothing else. */
export class FrameAlone {
	constructor(readonly f: object) {}
	get s(): never {
		return alone("s");
	}
	get me(): never {
		return alone("me");
	}
	get emit(): never {
		return alone("emit");
	}
}

function alone(what: string): never {
	throw new ModelError(
		`${what} is used between steps: a condition without label, an argument and a returned value read f alone; a condition with a label is a step of its own`,
	);
}

/** The answer of a guard or a condition. */
export function requireTruth(answer: unknown, what: string, origin: Origin): boolean {
	if (typeof answer === "boolean") return answer;
	throw new ModelError(`${what} gives ${answer}, and neither true nor false`, origin.author);
}

/** What an effect gives is nobody's: a function or a statement there was meant to do something. */
export function requireDone(given: unknown, label: string, origin: Origin): void {
	if (typeof given !== "function" && !isStatement(given)) return;
	const what = typeof given === "function" ? "a function, which nobody calls" : "a statement, which belongs beside it";
	throw new ModelError(`the effect of "${label}" gives ${what}`, origin.author);
}
