import type { Expected } from "../../lang/index.ts";
import { lineText } from "../../trace/index.ts";
import type { Comparison } from "../comparison.ts";
import { figureText, isFigure } from "../figure.ts";
import { STOPS } from "../label.ts";
import type { Paint } from "../paint.ts";
import type { ModelResult, Stop } from "../result.ts";
import { rule, tableLine, widthsOf } from "./table.ts";
import { count, wrap } from "./wrap.ts";

/** The differences as a table, scenario by scenario. */
export function gateReport(model: ModelResult, comparison: Comparison, width: number, paint: Paint): string {
	return [
		verdictDifferences(model, comparison, width, paint),
		mutants(comparison, width),
		coverageDifferences(comparison, width, paint),
	].join("");
}

function mutants({ mutants, neverViolated = [] }: Comparison, width: number): string {
	if (!mutants) return "";
	const { caught, unseen } = mutants;
	const others = unseen > 0 ? `, ${count(unseen, "other")} not looked at` : "";
	const unproved = neverViolated.length > 0 ? [`never violated: ${neverViolated.join(", ")}`] : [];
	return [`mutants: ${caught.length} caught${others}`, ...unproved]
		.flatMap((text) => wrap(text, width, 2))
		.map((line) => `${line}\n`)
		.join("");
}

function coverageDifferences({ spec, coverage }: Comparison, width: number, paint: Paint): string {
	if (!coverage) return "";
	const { differences } = coverage;
	const lines = (text: string) => `${wrap(text, width, 2).join("\n")}\n`;
	if (!differences) return lines("coverage: not compared, for not every scenario was explored to its end");
	if (differences.length === 0) return lines(`coverage: ${paint.good("as expected")}`);
	return [
		lines(`coverage: ${paint.bad(count(differences.length, "difference"))} from ${spec}`),
		...differences.map(({ routine, label, source, because }) => {
			const place = source ? `  (${lineText(source)})` : "";
			const what = because === undefined ? "never taken" : `was taken, declared unreachable because ${because}`;
			return wrap(`  ${routine}(): ${label}${place}: ${what}`, width, 6)
				.map((line) => `${line}\n`)
				.join("");
		}),
	].join("");
}

function verdictDifferences(
	model: ModelResult,
	{ spec, differences }: Comparison,
	width: number,
	paint: Paint,
): string {
	const verdicts = model.scenarios.reduce((sum, { properties }) => sum + properties.length, 0);
	const of = `${count(verdicts, "verdict")} in ${count(model.scenarios.length, "scenario")}`;
	if (differences.length === 0) return `${model.name}: ${paint.good("as expected")}: all ${of} agree with ${spec}\n`;
	const head = ["scenario", "property", "expected", "actual"];
	const rows = differences.map(({ scenario, property, expected, actual }) => [
		scenario,
		property,
		expected?.verdict ?? "(not in the spec)",
		actual === "incomplete" ? `incomplete: ${whyIn(model, scenario, property)}` : (actual ?? "(no such property)"),
	]);
	const widths = widthsOf([head, ...rows]);
	return `${[
		`${model.name}: ${paint.bad(count(differences.length, "difference"))} from ${spec}, of ${of}`,
		"",
		paint.bold(tableLine(head, widths)),
		paint.dim(tableLine(rule(widths), widths)),
		...rows.flatMap((row, i) => [
			tableLine(row, widths),
			...because(differences[i]?.expected, width).map((text) => paint.dim(text)),
		]),
	].join("\n")}\n`;
}

function whyIn({ scenarios }: ModelResult, name: string, id: string): string {
	const scenario = scenarios.find((each) => each.name === name);
	const figure = scenario?.properties.find((each) => each.id === id && isFigure(each));
	return figure ? figureText(figure) : STOPS[scenario?.stopped as Stop];
}

function because(expected: Expected | undefined, width: number): string[] {
	return expected ? wrap(`  expected because ${expected.because}`, width, 2) : [];
}
