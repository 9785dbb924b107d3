import type { Walks } from "../../explore/simulation.ts";
import { UsageError } from "../exit.ts";
import type { Options } from "./options.ts";

/** The random walks that the command line asks for, if it does. */
export function walksOf({ simulate, seed, gate }: Options): Walks | undefined {
	if (simulate === undefined) {
		if (seed !== undefined) throw new UsageError("--seed goes with --simulate");
		return undefined;
	}
	if (!Number.isInteger(simulate) || simulate < 1) throw new UsageError("--simulate takes a number of walks above 0");
	if (seed !== undefined && !Number.isInteger(seed)) throw new UsageError("--seed takes a whole number");
	if (gate) throw new UsageError("--simulate proves nothing, so it cannot meet the spec that --gate asks for");
	return { walks: simulate, seed: seed ?? 1 };
}
