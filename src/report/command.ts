import type { ModelResult, PropertyResult, ScenarioResult } from "./result.ts";

/** The command that finds `property`'s counterexample in `scenario` again. */
export function commandFor(model: ModelResult, scenario: ScenarioResult, property?: PropertyResult): string {
	const words = ["npx", "check", model.file];
	words.push("--scenario", scenario.name);
	if (property?.declared) words.push("--property", property.id);
	if (property?.counterexample?.fewest() === "switches") words.push("--minimise", "switches");
	const { simulation, stopped, depth } = scenario;
	if (stopped === "depth") words.push("--max-depth", String(depth));
	if (simulation) words.push("--simulate", String(simulation.walks), "--seed", String(simulation.seed));
	return words.map(quoted).join(" ");
}

const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);
