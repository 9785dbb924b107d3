import { ModelError } from "../../lang/index.ts";
import { UsageError } from "../exit.ts";
import type { Plan } from "./plan.ts";

/** The properties that `--property` names; undefined for all. */
export const onlyOf = (properties: readonly string[]): ReadonlySet<string> | undefined =>
	properties.length > 0 ? new Set(properties) : undefined;

/** Every property that `--property` names must be declared in some scenario of some model. */
export function requireProperties(plans: readonly Plan[], properties: readonly string[]): void {
	if (properties.length === 0) return;
	const declared = new Set<string>();
	for (const { model, chosen } of plans)
		for (const scenario of chosen) {
			try {
				const { properties, costs } = model.build(scenario);
				for (const { id } of [...properties, ...costs]) declared.add(id);
			} catch (error) {
				// Reported where the scenario is verified.
				if (!(error instanceof ModelError)) throw error;
			}
		}
	requireDeclared(properties, declared);
}

export function requireDeclared(properties: readonly string[], declared: ReadonlySet<string>): void {
	for (const id of properties)
		if (!declared.has(id))
			throw new UsageError(`--property ${id}: there is no such property; declared are ${[...declared].join(", ")}`);
}
