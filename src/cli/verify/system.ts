import { apart, type BuiltSystem } from "../../lang/index.ts";
import type { Task } from "./task.ts";

/** The system of a scenario as it is explored. */
export function systemFor({
	model,
	scenario,
	reductions,
}: Pick<Task, "model" | "scenario" | "reductions">): BuiltSystem {
	const system = model.build(scenario);
	return reductions.has("eager") ? system : apart(system);
}
