import type { Paint } from "../paint.ts";
import type { ModelResult, PropertyResult, ScenarioResult, Statement } from "../result.ts";
import { valuesOf } from "./matrix.ts";
import { beside, count, grouped, wrap } from "./wrap.ts";

/** Statements never taken that are named one by one. */
const MOST = 8;

/** Each property with its title and how often it came out how. */
export function legend({ scenarios }: ModelResult, width: number, paint: Paint): string[] {
	const byId = new Map<string, PropertyResult[]>();
	for (const { properties } of scenarios)
		for (const property of properties) byId.set(property.id, [...(byId.get(property.id) ?? []), property]);
	const first = Math.max(0, ...[...byId.keys()].map((id) => id.length));
	const lines = [...byId].map(([id, results]) => {
		const violated = results.filter(({ verdict }) => verdict === "violated").length;
		const text = `${results[0]?.title}: ${tally(results)}${results[0]?.class === "warning" ? " (a warning, in brackets above)" : ""}`;
		return beside(`  ${id.padEnd(first)}  `, text, width).map(violated > 0 ? paint.bold : (line) => line);
	});
	return lines.flat();
}

function tally(results: readonly PropertyResult[]): string {
	const words = { violated: "violated", holds: "holds", vacuous: "never put to the test", incomplete: "undecided" };
	const kinds = Object.keys(words) as (keyof typeof words)[];
	const counts = kinds.map((kind) => [kind, results.filter(({ verdict }) => verdict === kind).length] as const);
	const present = counts.filter(([, n]) => n > 0);
	if (present.length === 1) return words[present[0]?.[0] as keyof typeof words];
	return `${present.map(([kind, n]) => `${words[kind]} in ${n}`).join(", ")} of ${results.length}`;
}

/** Vacuous properties by name: success there means nothing. */
export function vacuous({ scenarios }: ModelResult, width: number): string[] {
	const byId = new Map<string, string[]>();
	for (const { name, properties } of scenarios)
		for (const { id, verdict } of properties) if (verdict === "vacuous") byId.set(id, [...(byId.get(id) ?? []), name]);
	return [...byId].flatMap(([id, names]) => {
		const where = names.length === scenarios.length ? "any of these scenarios" : names.join(", ");
		return wrap(`Vacuous: ${id} was never put to the test in ${where}.`, width, 9);
	});
}

/** Scenarios that were not looked at to the end, and why. */
export function unfinished({ scenarios, refused }: ModelResult, width: number): string[] {
	const words = {
		states: "the limit on states",
		time: "the limit on time",
		memory: "the limit on memory",
		depth: "the limit on depth",
		interrupt: "an interrupt from the keyboard",
	};
	const lines = scenarios.flatMap(({ name, stopped, states, depth }) =>
		stopped
			? wrap(`Incomplete: ${name} ended by ${words[stopped]} at ${count(states, "state")}, depth ${depth}.`, width, 12)
			: [],
	);
	const cut = new Map<string, string[]>();
	for (const { name, cuts } of scenarios) for (const id of cuts) cut.set(id, [...(cut.get(id) ?? []), name]);
	const cuts = [...cut].flatMap(([id, names]) =>
		wrap(
			`Cut: paths end where ${id} is raised, so other verdicts say nothing beyond, in ${names.join(", ")}.`,
			width,
			5,
		),
	);
	const reasons = new Map<string, string[]>();
	for (const { name, reason } of refused) reasons.set(reason, [...(reasons.get(reason) ?? []), name]);
	const left = [...reasons].flatMap(([reason, names]) => wrap(`Left out: ${names.join(", ")}: ${reason}.`, width, 10));
	return [...lines, ...cuts, ...left];
}

/** What every verdict above relies on. */
export function relies({ scenarios }: ModelResult, width: number): string[] {
	const sum = (of: (s: ScenarioResult) => number) => scenarios.reduce((total, s) => total + of(s), 0);
	const sizes = Object.keys(scenarios[0]?.sizes ?? {}).map((name) => `${name}=${valuesOf(scenarios, name).join(",")}`);
	const totals = `${count(scenarios.length, "scenario")}, ${count(
		sum((s) => s.states),
		"state",
	)}, ${count(
		sum((s) => s.transitions),
		"transition",
	)}, depth ${grouped(Math.max(0, ...scenarios.map((s) => s.depth)))}, ${seconds(sum((s) => s.seconds))}.`;
	const text = [
		`every interleaving${sizes.length > 0 ? ` at ${sizes.join(" ")}` : ""}, under sequential consistency;`,
		"distinct states are told apart by their whole contents; no reductions;",
		"that steps are deterministic is checked on a sample of them.",
	].join(" ");
	return [...beside("Explored: ", totals, width), ...beside("Relies on: ", text, width), ...untaken(scenarios, width)];
}

const seconds = (s: number): string => `${s < 10 ? s.toFixed(2) : s < 100 ? s.toFixed(1) : grouped(Math.round(s))} s`;

/** Statements that no run of any scenario reached. */
function untaken(scenarios: readonly ScenarioResult[], width: number): string[] {
	const all = new Map<string, { statement: Statement; taken: number }>();
	for (const { statements } of scenarios)
		for (const statement of statements) {
			const key = `${statement.routine}\0${statement.label}\0${statement.source?.file}:${statement.source?.line}`;
			const known = all.get(key) ?? { statement, taken: 0 };
			known.taken += statement.taken;
			all.set(key, known);
		}
	const never = [...all.values()].filter(({ taken }) => taken === 0).map(({ statement }) => statement);
	const named = never
		.slice(0, MOST)
		.map(({ routine, label, source }) => `${routine}(): ${label}${source ? `  (${source.file}:${source.line})` : ""}`);
	const rest = never.length - named.length;
	if (never.length === 0) return [`Reached: all ${count(all.size, "statement")} of the model.`];
	return [
		`Reached: ${all.size - never.length} of ${count(all.size, "statement")} of the model; never taken:`,
		...named.flatMap((line) => wrap(`  ${line}`, width, 6)),
		...(rest > 0 ? [`  and ${rest} more`] : []),
	];
}
