import type { Expected } from "preempt";

// What specs are written with.

export const holds = (because: string): Expected => ({ verdict: "holds", because });
export const violated = (because: string): Expected => ({ verdict: "violated", because });
export const vacuous = (because: string): Expected => ({ verdict: "vacuous", because });
/** A figure. */
export const atMost = (most: number, because: string): Expected => ({ verdict: `at most ${most}`, because });

/** A scenario's verdicts: by property why it holds, and then what is otherwise, by `set`. */
export function expecting(reasons: Readonly<Record<string, string>>) {
	const verdicts: Record<string, Expected> = Object.fromEntries(
		Object.entries(reasons).map(([id, because]) => [id, holds(because)]),
	);
	const set = (expected: Expected, ...ids: readonly string[]): void => {
		for (const id of ids) verdicts[id] = expected;
	};
	return { verdicts, set };
}
