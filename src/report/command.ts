import type { ModelResult, ScenarioResult } from "./result.ts";

/** The command that finds `property`'s counterexample in `scenario` again. */
export function commandFor(model: ModelResult, scenario: ScenarioResult, property: string | undefined): string {
	const words = ["npx", "check", model.file];
	words.push("--scenario", scenario.name);
	if (property) words.push("--property", property);
	return words.map(quoted).join(" ");
}

const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);
