import { bestPath, type Minimise } from "../explore/best.ts";
import { NOBODY, type Owners } from "../explore/costs.ts";
import type { Machine } from "../machine/index.ts";
import { alone } from "./alone.ts";
import type { Subject } from "./subject.ts";
import { isMark } from "./trace.ts";

/** Beyond so many states the best counterexample is not looked for: about a second's work. */
const MOST_STATES = 1 << 19;

/** Ids of the steps of the best counterexample to `property`; undefined where finding it would take too long. */
export function bestOf({ machine }: Subject, property: string, minimise: Minimise): number[] | undefined {
	return alone(machine, property, () => bestPath(machine, property, minimise, ownersIn(machine), MOST_STATES));
}

/** Marks stand between the statements of processes; they are nobody's. */
const ownersIn = ({ steps }: Machine): Owners =>
	Int32Array.from(steps, ({ label, process }) => (isMark(label) ? NOBODY : process));
