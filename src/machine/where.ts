import { askable, requireLabels, requireVisit, type Where } from "./askable.ts";
import type { Vector } from "./bank.ts";
import type { Instance, Program } from "./program.ts";

/** Frames of a routine, each as properties see it, with the labels it stands at. */
type Frames = readonly { readonly instance: Instance; readonly peek: object; readonly labels: readonly string[] }[];

interface Standing {
	/** Number of the process, and its counter. */
	readonly process: number;
	readonly pc: number;
	/** By position: the routine's frames there, if there are any. */
	readonly frames: readonly (Frames | undefined)[];
}

/** What is known of a routine that was asked about. */
interface Asked {
	readonly labels: ReadonlySet<string>;
	readonly standing: readonly Standing[];
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
	const processes = programs.map(({ process }) => process);
	// Few routines are asked for, again and again: to look through these is faster than a map.
	const asked: object[] = [];
	const known: Asked[] = [];
	const knownOf = (routine: object): Asked => {
		for (let i = 0; i < asked.length; i++) if (asked[i] === routine) return known[i] as Asked;
		table ??= standings(programs);
		const found = { labels: askable(routine, processes), standing: table.get(routine) ?? [] };
		asked.push(routine);
		known.push(found);
		return found;
	};
	return (routine, labels, visit) => {
		const { labels: there, standing } = knownOf(routine);
		if (labels !== "anywhere") requireLabels(routine, there, labels);
		for (let i = 0; i < standing.length; i++) {
			const { process, pc, frames } = standing[i] as Standing;
			by?.read(pc);
			const here = frames[counters[pc] as number];
			if (here === undefined) continue;
			for (let n = 0; n < here.length; n++) {
				const { instance, peek, labels: at } = here[n] as Frames[number];
				const frame = by ? by.peek(instance) : peek;
				if (labels !== "anywhere" && !isAt(at, labels)) continue;
				if (requireVisit(visit(frame, process), routine)) return true;
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
				const found: Frames[number][] = [];
				if (position.returned) return undefined;
				for (let at: Instance | undefined = position.instance; at; at = at.caller)
					if (at.routine === routine)
						found.unshift({
							instance: at,
							peek: at.peek,
							labels: at === position.instance ? position.edges.map((e) => e.label) : [],
						});
				return found.length > 0 ? found : undefined;
			});
			table.set(routine, [...(table.get(routine) ?? []), { process: program.index, pc: program.pc, frames }]);
		}
	return table;
}
