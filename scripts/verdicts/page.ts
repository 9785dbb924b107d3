import { claims } from "./claims.ts";
import { claimsTable, rowsTable } from "./ledger.ts";
import { matrixOf } from "./matrix.ts";
import { rows } from "./rows.ts";
import type { Summary } from "./summary.ts";

/** docs/verdicts.md. */
export function page({ models }: Summary): string {
	const never = neverViolated({ models });
	return `${[
		"# Verdicts",
		"",
		"Written by `npm run verdicts` from what the checker says of every scenario of every model; nothing here is written by",
		"hand but what was expected. A number behind a property is the length in steps of the shortest trace of its violation;",
		"`npx check models/NAME.ts --scenario NAME -p ID` shows it. `(P9)` in brackets is a warning, `cut` says that a step",
		"raises the error, beyond which nothing is explored, and `any` stands for every value of an axis. [findings.md](findings.md)",
		"tells the stories, [limits.md](limits.md) what a verdict does not say.",
		"",
		"P1 is checked in its form for terminal states, P24 in ticks. What needs fairness (P1 in runs that never end, P25), and",
		"what needs store buffers, waits; the rows below say where.",
		"",
		"## The catalogue",
		"",
		...rowsTable(rows, models),
		"",
		"## Claims",
		"",
		"A claim is confirmed if each verdict that decides it is the one that it comes to.",
		"",
		...claimsTable(claims, models),
		"",
		...(never.length > 0 ? ["## Never violated", "", `In no scenario of any model: ${never.join(", ")}.`, ""] : []),
		...models.flatMap(matrixOf),
	]
		.join("\n")
		.trimEnd()}\n`;
}

function neverViolated({ models }: Summary): string[] {
	const violated = new Set<string>();
	const all = new Set<string>();
	for (const { properties, scenarios } of models) {
		for (const [id, { class: kind }] of Object.entries(properties)) if (kind !== "cost") all.add(id);
		for (const { verdicts } of scenarios)
			for (const [id, { verdict }] of Object.entries(verdicts)) if (verdict === "violated") violated.add(id);
	}
	return [...all].filter((id) => !violated.has(id));
}
