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
	const processes = [...system.processes.map(alone), ...system.processes.flatMap(mover)];
	return { state, init, events, running, quotient: undefined, processes, routines, properties, costs };
}

/** Whether a system does anything together that `apart()` makes steps of. */
export const isTogether = ({ processes }: BuiltSystem): boolean =>
	processes.some(({ exit, gate, placements }) => {
		const enters = gate?.enters !== undefined && gate.enters.only !== true;
		return exit?.when !== undefined || enters || placements.length > 0;
	});

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

/** Whose steps are all taken from inside. */
const within = (gate: Gate): Gate => (gate.enters ? { ...gate, enters: { ...gate.enters, only: true } } : gate);

function mover({ name, of, me, place, placements, origin }: Process): Process[] {
	if (placements.length === 0) return [];
	// They stand in the code where the process does.
	const moves = nodes(placements.map((placement) => moveTo<never>(placement))).map((node) => [
		statement({ ...node, origin } as Node) as Stmt<never, string>,
	]);
	const body = [loop<never, string>([choose<never, string>(...moves)])] as never;
	const routine = routines<never, never, never>()("moves", {}, body) as unknown as AnyRoutine;
	const none = { args: {}, gate: undefined, exit: undefined, placements: [] };
	return [{ ...none, name: `moves(${name})`, routine, of, me, place, background: true, origin }];
}
