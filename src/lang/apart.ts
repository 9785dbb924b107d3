import { nodes, statement } from "./body.ts";
import type { BuiltSystem } from "./model.ts";
import type { Gate, Placement, Process } from "./process.ts";
import { choose, loop, waitUntil } from "./statement.ts";
import type { AnyRoutine, Node, Stmt } from "./syntax.ts";
import { routines } from "./system.ts";

/**
 * The same system, in which what processes do together with their steps are steps of their own: to go to one of their
 * placements, which another process does for them, and to end. It has no quotient, for that may rely on processes going
 * where they go with their next step.
 */
export function apart(system: BuiltSystem): BuiltSystem {
	const { state, init, events, running, routines, properties, costs } = system;
	const own = [mover, enterer];
	const processes = [...system.processes.map(alone), ...own.flatMap((of) => system.processes.flatMap(of))];
	return { state, init, events, running, quotient: undefined, processes, routines, properties, costs };
}

/** Whether a system does anything together that `apart()` makes steps of. */
export const isTogether = ({ processes }: BuiltSystem): boolean =>
	processes.some(
		({ exit, gate, placements }) => exit?.when !== undefined || gate?.enters !== undefined || placements.length > 0,
	);

/** To go there, as a step of its own. */
export const moveTo = <C>({ label, isThere, when, enter }: Placement<C>): Stmt<C, string> =>
	waitUntil(label, (c) => !isThere(c) && when(c), enter);

function alone(process: Process): Process {
	const { exit, gate } = process;
	return {
		...process,
		exit: exit && { label: exit.label, enter: exit.enter },
		gate: gate && within(gate),
		placements: [],
	};
}

/** For who enters by a step of its own. */
function within(gate: Gate): Gate {
	const { when, enters } = gate;
	return enters ? { ...gate, when: (c) => when(c) && enters.isInside(c), enters: undefined } : gate;
}

function mover(process: Process): Process[] {
	const { placements } = process;
	if (placements.length === 0) return [];
	return [
		beside(
			"moves",
			process,
			placements.map((placement) => moveTo<never>(placement)),
		),
	];
}

function enterer(process: Process): Process[] {
	const { when, enter, enters } = process.gate ?? {};
	if (!when || !enters) return [];
	const step = waitUntil<never, string>(enters.label, (c) => when(c) && !enters.isInside(c), enter);
	return [beside("enters", process, [step])];
}

/** A process that takes such steps for another, and stands in the code where that does. */
function beside(
	name: string,
	{ name: whose, of, me, place, origin }: Process,
	steps: readonly Stmt<never, string>[],
): Process {
	const there = nodes(steps).map((node) => [statement({ ...node, origin } as Node) as Stmt<never, string>]);
	const body = [loop<never, string>([choose<never, string>(...there)])] as never;
	const routine = routines<never, never, never>()(name, {}, body) as unknown as AnyRoutine;
	const none = { args: {}, gate: undefined, exit: undefined, placements: [] };
	return { ...none, name: `${name}(${whose})`, routine, of, me, place, background: true, origin };
}
