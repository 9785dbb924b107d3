import type { Machine } from "../machine/index.ts";
import { derived } from "./derived.ts";

/** The same machine, but a search of it begins in packed state `start`. */
export function startingAt(machine: Machine, start: Int32Array): Machine {
	return derived(machine, { initial: () => machine.load(start, 0) });
}
