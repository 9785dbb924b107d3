import { setImmediate } from "node:timers/promises";
import type { Shown } from "../../report/index.ts";

/**
 * Those first that a scenario of `open`, which are still being explored, can displace only by a shorter one: of equal ones the
 * first scenario's is shown.
 */
export function surestFirst(
	all: readonly Shown[],
	numberOf: (shown: Shown) => number,
	open: readonly number[],
): Shown[] {
	const isSure = (shown: Shown) => open.every((scenario) => scenario > numberOf(shown));
	return [...all.filter(isSure), ...all.filter((shown) => !isSure(shown))];
}

/** Makes counterexamples that may well be shown, as long as that is worthwhile, and says of each when it is made. */
export async function prepare(
	all: readonly Shown[],
	isWorthwhile: () => boolean,
	made: (shown: Shown) => void = () => {},
): Promise<void> {
	for (const shown of all) {
		const { trace, fewest, explanation } = shown.counterexample;
		try {
			for (const make of [trace, fewest, explanation]) {
				await setImmediate();
				if (!isWorthwhile()) return;
				make();
			}
			made(shown);
		} catch {
			// It fails again when it is asked for, and is told then.
		}
	}
}
