// What the catalogue of designs and the mailing list expected, beside what the checker says.
import { boxesOf, boxText } from "./boxes.ts";
import type { Claim, Decider } from "./claims.ts";
import type { Row } from "./rows.ts";
import { chosen, type ModelSummary, type ScenarioSummary } from "./summary.ts";

type Value = string | number;

export function rowsTable(rows: readonly Row[], models: readonly ModelSummary[]): string[] {
	return [
		"| design | found | expected | waits for |",
		"| --- | --- | --- | --- |",
		...rows.map(({ row, model: name, where, properties, expected, waits = "" }) => {
			const model = models.find((each) => each.name === name);
			const found = model ? foundIn(model, chosen(model, where), properties) : "not modelled yet";
			return `| ${row} | ${found} | ${expected} | ${waits} |`;
		}),
	];
}

/** Each violated property with its steps and where; then those that hold, that were never tested, and that there are not. */
function foundIn(model: ModelSummary, scenarios: readonly ScenarioSummary[], properties: readonly string[]): string {
	if (scenarios.length === 0) throw new Error(`${model.name}: a row of the catalogue names no scenario`);
	const having = (id: string, verdict: string) => scenarios.filter(({ verdicts }) => verdicts[id]?.verdict === verdict);
	const isFigure = (id: string) => model.properties[id]?.class === "cost";
	const known = properties.filter((id) => scenarios.some(({ verdicts }) => verdicts[id]));
	const violated = known.filter((id) => having(id, "violated").length > 0);
	const holding = known.filter((id) => !violated.includes(id) && having(id, "holds").length > 0);
	const vacuous = known.filter((id) => !violated.includes(id) && !holding.includes(id) && !isFigure(id));
	const unknown = properties.filter((id) => !known.includes(id));
	return [
		...violated.map(
			(id) => `**${id}** ${stepsOf(having(id, "violated"), id)} ${whereText(having(id, "violated"), scenarios)}`,
		),
		...known.filter(isFigure).map((id) => `${id} ${figureOf(scenarios, id)}`),
		...(holding.length > 0 ? [`${holding.join(" ")} hold`] : []),
		...(vacuous.length > 0 ? [`${vacuous.join(" ")} never put to the test`] : []),
		...(unknown.length > 0 ? [`${unknown.join(" ")} not looked at`] : []),
	].join("; ");
}

const stepsOf = (scenarios: readonly ScenarioSummary[], id: string): string =>
	`(${Math.min(...scenarios.map(({ verdicts }) => verdicts[id]?.steps ?? Number.POSITIVE_INFINITY))})`;

/** The largest figure of all. */
function figureOf(scenarios: readonly ScenarioSummary[], id: string): string {
	const texts = scenarios.map(({ verdicts }) => verdicts[id]?.verdict ?? "");
	if (texts.includes("unbounded")) return "unbounded";
	return `at most ${Math.max(...texts.map((text) => Number(text.replace("at most ", ""))))}`;
}

/** So many places are named; of more, how many of all. */
const FEW = 3;

function whereText(some: readonly ScenarioSummary[], among: readonly ScenarioSummary[]): string {
	if (some.length === among.length) return among.length === 1 ? "" : "everywhere";
	const axes = Object.keys(among[0]?.axes ?? {});
	const choiceOf = (scenario: ScenarioSummary, axis: string) => scenario.axes[axis] as Value;
	const all = axes.map((axis) => [...new Set(among.map((scenario) => choiceOf(scenario, axis)))]);
	const boxes = boxesOf(some.map((scenario) => axes.map((axis) => choiceOf(scenario, axis))));
	if (boxes.length > FEW) return `in ${some.length} of ${among.length}`;
	return boxes.map((box) => `with ${boxText(box, axes, all)}`).join(" or ");
}

export function claimsTable(claims: readonly Claim[], models: readonly ModelSummary[]): string[] {
	return [
		"| claim | who, of what | verdict | by |",
		"| --- | --- | --- | --- |",
		...claims.map(({ claim, who, decides, waits }) => {
			const results = decides.map((decider) => decided(decider, models));
			const verdict = results.some(({ agrees }) => agrees === false)
				? "**refuted**"
				: results.some(({ agrees }) => agrees === undefined)
					? "not decided yet"
					: "confirmed";
			return `| ${claim} | ${who} | ${verdict}${waits ? `; waits for ${waits}` : ""} | ${results.map(({ text }) => text).join("; ")} |`;
		}),
	];
}

/** Undefined where there is no such model yet. */
function decided(
	{ model: name, scenario, property, is }: Decider,
	models: readonly ModelSummary[],
): { agrees: boolean | undefined; text: string } {
	const model = models.find((each) => each.name === name);
	if (!model) return { agrees: undefined, text: `${name} is not modelled yet` };
	const found = model.scenarios.find((each) => each.name === scenario)?.verdicts[property];
	if (!found) throw new Error(`${name} has no scenario ${scenario} with a property ${property}`);
	const steps = found.steps === undefined ? "" : ` in ${found.steps} steps`;
	return { agrees: found.verdict === is, text: `${property} ${found.verdict}${steps} (\`${scenario}\`)` };
}
