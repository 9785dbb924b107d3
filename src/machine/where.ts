import type { Vector } from "./bank.ts";
import type { Instance, Program } from "./program.ts";

/** Asks where processes stand; see the language's own type of this name. */
export type Where = (
	routine: object,
	labels: readonly string[] | "anywhere",
	visit: (f: object, process: number) => boolean,
) => boolean;

interface Standing {
	readonly program: Program;
	/** By position: the routine's frames there, each with the labels it stands at. */
	readonly frames: readonly (readonly { readonly instance: Instance; readonly labels: readonly string[] }[])[];
}

type Table = ReadonlyMap<object, readonly Standing[]>;

/** How somebody else sees frames, who is told of the counters that are looked at. */
export interface Onlooker {
	readonly peek: (instance: Instance) => object;
	readonly read: (pc: number) => void;
}

/** A `Where` over the positions that `counters` holds. Its table is built at the first question. */
export function where(programs: readonly Program[], counters: Vector, by?: Onlooker): Where {
	let table: Table | undefined;
	return (routine, labels, visit) => {
		table ??= standings(programs);
		for (const { program, frames } of table.get(routine) ?? []) {
			by?.read(program.pc);
			for (const { instance, labels: here } of frames[counters[program.pc] as number] ?? []) {
				const frame = by ? by.peek(instance) : instance.peek;
				if ((labels === "anywhere" || isAt(here, labels)) && visit(frame, program.index)) return true;
			}
		}
		return false;
	};
}

// Apart from the above, since a function in which closures are made allocates whenever it is called.
const isAt = (here: readonly string[], labels: readonly string[]): boolean =>
	here.some((label) => labels.includes(label));

function standings(programs: readonly Program[]): Map<object, Standing[]> {
	const table = new Map<object, Standing[]>();
	for (const program of programs)
		for (const routine of new Set(program.instances.map((instance) => instance.routine))) {
			const frames = program.positions.map((position) => {
				const found: { instance: Instance; labels: readonly string[] }[] = [];
				if (position === program.end) return found;
				for (let at: Instance | undefined = position.instance; at; at = at.caller)
					if (at.routine === routine)
						found.unshift({ instance: at, labels: at === position.instance ? position.edges.map((e) => e.label) : [] });
				return found;
			});
			table.set(routine, [...(table.get(routine) ?? []), { program, frames }]);
		}
	return table;
}
