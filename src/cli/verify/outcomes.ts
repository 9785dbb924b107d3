import type { Origin } from "../../lang/index.ts";
import { CAME_FALSE, CAME_TRUE, type Decision, type Machine } from "../../machine/index.ts";
import type { Outcome, Statement } from "../../report/index.ts";
import { isMark, type Sources } from "../../trace/index.ts";
import { keyOf, type Placed } from "./statements.ts";

type Mutable = { -readonly [K in keyof Placed<Outcome>]: Placed<Outcome>[K] };
/** An outcome as one place of one process has it. */
type Seen = Pick<Outcome, "missed" | "asked" | "came"> & {
	readonly routine: Decision["instance"]["routine"];
	readonly origin: Origin;
};

/** Every way in which the model's conditions, guards and choices can come out, each once however often it is inlined. */
export function outcomesOf(
	machine: Machine,
	statements: readonly Placed<Statement>[],
	sources: Sources,
): Placed<Outcome>[] {
	const all = new Map<string, Mutable>();
	for (const { routine, origin, missed, asked, came } of [...decided(machine), ...chosen(machine, statements)]) {
		const key = keyOf(routine.name, missed, origin);
		const known = all.get(key);
		if (known) {
			known.asked ||= asked;
			known.came ||= came;
		} else
			all.set(key, {
				key,
				routine: routine.name,
				missed,
				asked,
				came,
				at: sources.placeOf(origin, routine.origin),
			});
	}
	return [...all.values()];
}

function decided({ decisions, came, taken }: Machine): Seen[] {
	const places = decisions.map(({ instance, name = "", origin }) =>
		keyOf(instance.routine.name, name && "callOneOf", origin),
	);
	const asked = new Set(places.filter((_, i) => came[i] !== 0));
	return decisions.flatMap(({ kind, step, instance, label, name, origin }, i) => {
		if (label !== undefined && isMark(label)) return [];
		const how = came[i] as number;
		const about = { routine: instance.routine, origin, asked: how !== 0 };
		const yes = (how & CAME_TRUE) !== 0;
		const no = (how & CAME_FALSE) !== 0;
		const text = label ?? "a condition without a label";
		// Of several names, those behind the right one are not compared with.
		if (name !== undefined)
			return [{ ...about, asked: asked.has(places[i] as string), missed: `callOneOf(): never ${name}`, came: yes }];
		// A guard that never lets anybody through is a statement that is never taken.
		if (kind === "guard")
			return [{ ...about, asked: taken[step as number] !== 0, missed: `${text}: guard never false`, came: no }];
		return [
			{ ...about, missed: `${text}: never true`, came: yes },
			{ ...about, missed: `${text}: never false`, came: no },
		];
	});
}

/** Branches of choices. One that begins with a statement that was not taken elsewhere either is told with that. */
function chosen({ steps, taken, group }: Machine, statements: readonly Placed<Statement>[]): Seen[] {
	const known = new Set(statements.filter((statement) => statement.taken > 0).map(({ key }) => key));
	return steps.flatMap((step) =>
		step.choices.flatMap(({ node, index }) => {
			// Where ids are interchangeable, the branch of one stands for those of all.
			if (isMark(step.label) || (group.classes.length > 0 && node.over && index < node.over.count)) return [];
			const missed = `${step.label}: branch ${index + 1} of ${node.branches.length} never chosen`;
			const { routine } = step.instance;
			const asked = known.has(keyOf(routine.name, step.label, step.origin));
			return [{ routine, origin: node.origin, missed, asked, came: (taken[step.id] as number) > 0 }];
		}),
	);
}
