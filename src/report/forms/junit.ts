import XMLBuilder from "fast-xml-builder";
import { type CoverageDifference, type Difference, surprising } from "../comparison.ts";
import { uncoveredText } from "../complaints.ts";
import { figureText, isFigure } from "../figure.ts";
import { bounded, labelOf } from "../label.ts";
import { plain } from "../paint.ts";
import { type Counterexample, type Failure, type PropertyResult, type ScenarioResult, shortest } from "../result.ts";
import { counterexample, failure } from "../text/counterexample.ts";
import { WIDTH } from "../text/wrap.ts";
import type { Form, Verified } from "./form.ts";

/** An element: attributes begin with @, `#text` is its text, all else are its children. */
type Element = { readonly [name: string]: string | number | Element | readonly Element[] };

/** Test results for CI systems: a suite for each scenario, a case for each verdict, with the label as properties. */
export const junit: Form = {
	whole: (all, { tool }) => {
		const suites = all.flatMap((verified) => {
			const { model, gate } = verified;
			// Only these are explained in full: there may be many, and each takes its time.
			const explained = new Set(shortest(model, gate && surprising(gate)).map(({ counterexample }) => counterexample));
			return [
				...model.scenarios.map((scenario) => suite(verified, scenario, explained)),
				...(gate?.coverage ? [covered(model.name, gate.spec, gate.coverage.differences)] : []),
				...model.notBegun.map((name) => notBegun(verified, name)),
			];
		});
		const root = { "@name": tool.name, ...totals(suites), testsuite: suites };
		return `<?xml version="1.0" encoding="UTF-8"?>\n${builder.build({ testsuites: root })}`;
	},
};

const builder = new XMLBuilder({
	attributeNamePrefix: "@",
	ignoreAttributes: false,
	suppressBooleanAttributes: false,
	suppressEmptyNode: true,
	format: true,
	attributeValueProcessor: (_, value) => legal(String(value)),
	tagValueProcessor: (_, value) => legal(String(value)),
});

/** XML has no way to write control characters and halves of surrogate pairs. */
const legal = (text: string): string => text.replace(/(?![\t\n\r])\p{Cc}|\p{Cs}|[\ufffe\uffff]/gu, "\ufffd");

interface Suite {
	readonly "@tests": number;
	readonly "@failures": number;
	readonly "@errors": number;
	readonly "@skipped": number;
	readonly [name: string]: string | number | Element | readonly Element[];
}

function suite({ model, gate }: Verified, scenario: ScenarioResult, explained: ReadonlySet<Counterexample>): Suite {
	const differences = gate?.differences.filter((difference) => difference.scenario === scenario.name);
	const of = (name: string, outcome: Element) => ({
		"@classname": `${model.name}.${scenario.name}`,
		"@name": name,
		...outcome,
	});
	const cases = [
		...(scenario.failure ? [of("the model", modelError({ model, gate }, scenario, scenario.failure))] : []),
		...scenario.properties.map((property) => {
			const evidence = () => {
				const found = property.counterexample ?? property.run;
				if (!found) return "";
				const shown = { scenario, property, counterexample: found };
				return counterexample(model, shown, WIDTH, plain, explained.has(found)).join("\n");
			};
			const difference = differences?.find((d) => d.property === property.id);
			const outcome = !differences ? verdict(property, evidence()) : difference ? compared(difference, evidence()) : {};
			return of(`${property.id} ${property.title}`, outcome);
		}),
		...(differences ?? [])
			.filter(({ property }) => !scenario.properties.some(({ id }) => id === property))
			.map((difference) => of(difference.property, compared(difference, ""))),
	];
	return suiteOf(`${model.name} ${scenario.name}`, scenario.seconds, properties(model.file, scenario), cases);
}

function suiteOf(name: string, seconds: number, properties: readonly Element[], cases: readonly Element[]): Suite {
	const having = (outcome: string) => cases.filter((each) => outcome in each).length;
	return {
		"@name": name,
		"@tests": cases.length,
		"@failures": having("failure"),
		"@errors": having("error"),
		"@skipped": having("skipped"),
		"@time": seconds.toFixed(3),
		...(properties.length > 0 ? { properties: { property: properties } } : {}),
		testcase: cases,
	};
}

function totals(suites: readonly Suite[]): Element {
	const sum = (of: (suite: Suite) => number) => suites.reduce((total, suite) => total + of(suite), 0);
	return {
		"@tests": sum((suite) => suite["@tests"]),
		"@failures": sum((suite) => suite["@failures"]),
		"@errors": sum((suite) => suite["@errors"]),
	};
}

/** A violation is a failure; what could not be decided is an error; what was never tested is skipped. */
function verdict(
	{ class: kind, title, verdict: is, counterexample: found }: PropertyResult,
	evidence: string,
): Element {
	if (kind === "cost") return evidence ? { "system-out": evidence } : {};
	if (is === "violated") {
		const type = kind === "warning" ? "warning" : "violated";
		return {
			failure: { "@type": type, "@message": `${title}: violated in ${found?.length} steps`, "#text": evidence },
		};
	}
	if (is === "never reached")
		return { failure: { "@type": kind === "warning" ? "warning" : is, "@message": `${title}: ${is}`, "#text": "" } };
	if (is === "incomplete") return { error: { "@type": is, "@message": "the search ended before everything was seen" } };
	return is === "vacuous" ? { skipped: "vacuous: never put to the test" } : {};
}

/** Under `--gate`: whether every statement is reached but those that the spec declares unreachable. */
function covered(model: string, spec: string, differences: readonly CoverageDifference[] | undefined): Suite {
	const of = (name: string, outcome: Element) => ({ "@classname": `${model}.coverage`, "@name": name, ...outcome });
	const failing = (differences ?? []).map((difference) => {
		const failure = { "@type": "coverage", "@message": uncoveredText(difference, spec) };
		return of(`${difference.routine}(): ${difference.label}`, { failure });
	});
	const whole = of("every statement", differences ? {} : { skipped: "not every scenario was explored to its end" });
	return suiteOf(`${model} coverage`, 0, [], failing.length > 0 ? failing : [whole]);
}

/** Under `--gate` a case is passed when the verdict is the expected one, whatever that is, and nothing is told of it. */
function compared(difference: Difference, evidence: string): Element {
	const { expected, actual } = difference;
	const message = `expected ${expected?.verdict ?? "nothing"}, but ${actual ?? "there is no such property"}`;
	const because = expected ? `expected because ${expected.because}` : "the spec does not name this property";
	const detail = { "@message": message, "#text": [because, "", evidence].join("\n").trimEnd() };
	return actual === "incomplete"
		? { error: { "@type": actual, ...detail } }
		: { failure: { "@type": "difference", ...detail } };
}

function modelError({ model }: Verified, scenario: ScenarioResult, error: Failure): Element {
	const text = failure(model, scenario, error, WIDTH, plain).join("\n");
	return { error: { "@type": "model error", "@message": error.message, "#text": text } };
}

function notBegun({ model }: Verified, name: string): Suite {
	const error = { "@type": "incomplete", "@message": "the run ended before this scenario was begun" };
	const only = { "@classname": `${model.name}.${name}`, "@name": "the scenario", error };
	return suiteOf(`${model.name} ${name}`, 0, [], [only]);
}

function properties(file: string, scenario: ScenarioResult): Element[] {
	const label = labelOf(scenario);
	const values: Readonly<Record<string, string | number>> = {
		model: file,
		scenario: bounded(scenario),
		memoryModel: label.memoryModel,
		comparison: label.comparison,
		determinism: label.determinism,
		reductions: label.reductions.join("; ") || "none",
		unreduced: label.unreduced.join("; ") || "none",
		explored: label.explored,
		states: label.states,
		transitions: label.transitions,
		depth: label.depth,
		statements: label.statements,
		unreached: label.unreached.map(({ routine, label: text }) => `${routine}(): ${text}`).join("; ") || "none",
		cuts: scenario.cuts.join(", ") || "none",
		...Object.fromEntries(scenario.properties.filter(isFigure).map((figure) => [figure.id, figureText(figure)])),
	};
	return Object.entries(values).map(([name, value]) => ({ "@name": name, "@value": value }));
}
