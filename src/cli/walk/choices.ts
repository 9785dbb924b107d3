import type { Choice } from "../../report/index.ts";
import { changesBy, inWords, type Subject, type Way } from "../../trace/index.ts";

/** Steps that are possible in packed state `state`, as they are listed. */
export function choicesOf({ machine, system }: Subject, state: Int32Array, ways: readonly Way[]): Choice[] {
	return ways.map((way): Choice => {
		const { step } = way;
		const changes = changesBy(machine, state, way).map(inWords);
		machine.load(state, 0);
		return {
			cpu: (step.placement ?? machine.place(step.process)).lane,
			process: system.processes[step.process]?.name ?? "",
			routine: step.instance.routine.name,
			label: step.label,
			changes,
		};
	});
}
