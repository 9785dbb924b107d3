import { setImmediate } from "node:timers/promises";
import { type Finding, type Limits, Search } from "../../explore/search.ts";
import { startingAt } from "../../explore/starting-at.ts";
import type { Machine } from "../../machine/index.ts";

/** Milliseconds of searching between looks at Ctrl-C. */
const SLICE = 100;

/** What a search for the nearest violation came to. */
export interface Jump {
	readonly finding: Finding | undefined;
	/** Ids of the steps that lead there. */
	readonly path: readonly number[];
	readonly states: number;
	/** Whether everything was seen that can follow. */
	readonly complete: boolean;
}

/** Looks for the nearest violation that `wanted` takes, from packed state `from` on. */
export async function nearest(
	machine: Machine,
	from: Int32Array,
	wanted: (property: string) => boolean,
	{ limits, interrupted }: { readonly limits: Limits; readonly interrupted: () => boolean },
): Promise<Jump> {
	const search = new Search(startingAt(machine, from), limits);
	const found = () => [...search.findings.values()].find(({ property }) => wanted(property));
	while (!found() && search.slice(SLICE)) {
		await setImmediate();
		if (interrupted()) search.stop("interrupt");
	}
	const finding = found();
	return {
		finding,
		path: finding ? search.path(finding).steps : [],
		states: search.store.count,
		complete: search.done && search.stopped === undefined,
	};
}
