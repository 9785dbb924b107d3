// The verdicts of one model: a table with a row for scenarios that come out alike.
import { boxesOf, valuesText } from "./boxes.ts";
import { grouped, type ModelSummary, type ScenarioSummary } from "./summary.ts";

type Value = string | number;

export function matrixOf(model: ModelSummary): string[] {
	const { name, about, file, scenarios, refused, gate } = model;
	const states = scenarios.reduce((sum, scenario) => sum + scenario.states, 0);
	const sizes = Object.entries(scenarios[0]?.sizes ?? {}).map(([size, n]) => `${size}=${n}`);
	const agree =
		gate?.differences === 0
			? `All are as \`specs/${name}.ts\` expects; mutants caught: ${gate.mutants ?? 0}.`
			: "**Not all are as its spec expects.**";
	return [
		`## ${name}`,
		"",
		`${about[0]?.toUpperCase()}${about.slice(1)} (\`${file}\`). ${grouped(scenarios.length)} scenarios${sizes.length > 0 ? ` at ${sizes.join(" ")}` : ""}, ${refused} left out; ${grouped(states)} states. ${agree}`,
		"",
		...table(model),
		"",
		...remarks(model).flatMap((text) => [text, ""]),
	];
}

function table({ scenarios, properties }: ModelSummary): string[] {
	const axes = Object.keys(scenarios[0]?.axes ?? {});
	const all = axes.map((axis) => [...new Set(scenarios.map((scenario) => scenario.axes[axis] as Value))]);
	const varying = axes.map((_, i) => i).filter((i) => (all[i] ?? []).length > 1);
	const figures = Object.keys(properties).filter((id) => properties[id]?.class === "cost");
	const alike = new Map<string, ScenarioSummary[]>();
	for (const scenario of scenarios) {
		const key = JSON.stringify([scenario.axes[axes[0] ?? ""], outcome(scenario)]);
		alike.set(key, [...(alike.get(key) ?? []), scenario]);
	}
	const rows = [...alike.values()].flatMap((same) =>
		boxesOf(same.map((scenario) => axes.map((axis) => scenario.axes[axis] as Value))).map((box) => {
			const inside = same.filter((scenario) => axes.every((axis, i) => box[i]?.includes(scenario.axes[axis] as Value)));
			const [one] = inside as [ScenarioSummary];
			return {
				// In the order of the model's scenarios.
				at: scenarios.indexOf(one),
				cells: [
					...varying.map((i) => valuesText(box[i] ?? [], all[i] ?? [])),
					violations(inside, properties),
					...figures.map((id) => (one.verdicts[id]?.verdict ?? "-").replace("at most ", "≤ ")),
					untested(one, properties),
				],
			};
		}),
	);
	const head = [...varying.map((i) => axes[i] as string), "violated", ...figures, "never put to the test"];
	return [
		line(head),
		line(head.map(() => "---")),
		...rows.toSorted((a, b) => a.at - b.at).map(({ cells }) => line(cells)),
	];
}

const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;

const having = ({ verdicts }: ScenarioSummary, verdict: string): string[] =>
	Object.keys(verdicts).filter((id) => verdicts[id]?.verdict === verdict);

/** Properties that were never put to the test, which may be all that are not violated. */
function untested(scenario: ScenarioSummary, properties: ModelSummary["properties"]): string {
	const vacuous = having(scenario, "vacuous");
	const others = Object.keys(scenario.verdicts).filter(
		(id) => properties[id]?.class !== "cost" && scenario.verdicts[id]?.verdict !== "violated",
	);
	return vacuous.length > 3 && vacuous.length === others.length ? "all others" : vacuous.toSorted(byNumber).join(" ");
}

/** P2 before P10. */
const byNumber = (a: string, b: string): number => a.localeCompare(b, "en", { numeric: true });

/** What scenarios in one row have in common; the lengths of traces may differ. */
function outcome({ status, cuts, verdicts }: ScenarioSummary): unknown {
	return [status, cuts, Object.entries(verdicts).map(([id, { verdict }]) => [id, verdict])];
}

/** `P4 10, (P9) 6`: each with the steps of the shortest trace; `holds` where there are none. */
function violations(scenarios: readonly ScenarioSummary[], properties: ModelSummary["properties"]): string {
	const [one] = scenarios as [ScenarioSummary];
	const bad = ["violated", "never reached"].flatMap((verdict) => having(one, verdict).toSorted(byNumber));
	const steps = (id: string) =>
		Math.min(...scenarios.map(({ verdicts }) => verdicts[id]?.steps ?? Number.POSITIVE_INFINITY));
	const text = (id: string) => {
		const name = properties[id]?.class === "warning" ? `(${id})` : id;
		return Number.isFinite(steps(id)) ? `${name} ${steps(id)}${one.cuts.includes(id) ? " cut" : ""}` : `no ${name}`;
	};
	const unsure = having(one, "incomplete");
	if (one.status === "error") return "model error";
	return [...bad.map(text), ...(unsure.length > 0 ? [`undecided: ${unsure.join(" ")}`] : [])].join(", ") || "holds";
}

/** Properties that no scenario of the model violates. */
function remarks({ scenarios, properties }: ModelSummary): string[] {
	const never = Object.keys(properties).filter(
		(id) => properties[id]?.class !== "cost" && scenarios.every(({ verdicts }) => verdicts[id]?.verdict !== "violated"),
	);
	return never.length > 0 ? [`Violated in none of these scenarios: ${never.join(", ")}.`] : [];
}
