import { isAbsolute } from "node:path";
import { pathToFileURL } from "node:url";
import type { Location, Log, ReportingDescriptor, Result, ThreadFlowLocation } from "sarif";
import type { SourceLine, Trace } from "../../trace/index.ts";
import { commandFor } from "../command.ts";
import { type Complaint, complaintsOf, OTHER_RULES } from "../complaints.ts";
import { labelOf, labelText } from "../label.ts";
import type { ScenarioResult } from "../result.ts";
import { criticalOf } from "../text/explained.ts";
import { count } from "../text/wrap.ts";
import type { Form, Tool, Verified } from "./form.ts";

const LEVELS = { error: "error", warning: "warning", cost: "none" } as const;

const SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/** Results for code-scanning viewers, each at the model's line of its last step, with all steps as its code flow. */
export const sarif: Form = {
	whole: (all, { tool }) => `${JSON.stringify(log(all, tool), undefined, "\t")}\n`,
};

function log(all: readonly Verified[], tool: Tool): Log {
	const rules = rulesOf(all);
	const ids = rules.map(({ id }) => id);
	const failed = all.some(({ model }) => model.scenarios.some(({ failure }) => failure));
	return {
		$schema: SCHEMA,
		version: "2.1.0",
		runs: [
			{
				tool: { driver: { name: tool.name, semanticVersion: tool.version, rules } },
				invocations: [{ executionSuccessful: !failed }],
				results: all.flatMap((verified) =>
					complaintsOf(verified).map((complaint) => result(verified, complaint, ids.indexOf(complaint.rule))),
				),
				columnKind: "utf16CodeUnits",
				properties: { verdicts: all.flatMap(({ model }) => model.scenarios.map((s) => verdicts(model.name, s))) },
			},
		],
	};
}

/** Every property of every model once, and what else may be complained about. */
function rulesOf(all: readonly Verified[]): ReportingDescriptor[] {
	const rules = new Map<string, ReportingDescriptor>();
	for (const { id, title, statement, class: kind } of all.flatMap(({ model }) =>
		model.scenarios.flatMap(({ properties }) => properties),
	))
		if (!rules.has(id))
			rules.set(id, {
				id,
				shortDescription: { text: title },
				fullDescription: { text: statement || title },
				defaultConfiguration: { level: LEVELS[kind] },
			});
	for (const [id, text] of Object.entries(OTHER_RULES)) rules.set(id, { id, shortDescription: { text } });
	for (const { property: id } of all.flatMap(({ gate }) => gate?.differences ?? []))
		if (!rules.has(id)) rules.set(id, { id, shortDescription: { text: "a property that only the spec names" } });
	return [...rules.values()];
}

function result({ model }: Verified, complaint: Complaint, ruleIndex: number): Result {
	const { rule, level, message, scenario, shown, at } = complaint;
	const trace = shown?.counterexample.trace();
	const text = [
		message,
		...(trace ? trace.explanation : []),
		...(shown ? criticalOf(shown) : []),
		...(scenario
			? [`Searched: ${labelText(scenario)}.`, `Again: ${commandFor(model, scenario, shown?.property)}`]
			: []),
	].join("\n");
	return {
		ruleId: rule,
		ruleIndex,
		...(level === "notice" ? { kind: "informational", level: "none" } : { level }),
		message: { text },
		locations: [place(at)],
		partialFingerprints: { "modelAndRule/v1": `${model.name}:${rule}:${complaint.title}` },
		...(trace
			? { codeFlows: [{ message: { text: count(trace.steps.length, "step") }, threadFlows: [flow(trace)] }] }
			: {}),
		...(scenario ? { properties: { label: label(scenario) } } : {}),
	};
}

/** One flow for all CPUs, for viewers show the first only; each step says whose it is. */
function flow({ steps }: Trace) {
	return {
		locations: steps.map(({ process, cpu, label, source, author, changes, depth }, i): ThreadFlowLocation => {
			const where = cpu === undefined ? process : `CPU ${cpu}, ${process}`;
			const at = author ?? source;
			return {
				executionOrder: i + 1,
				nestingLevel: depth,
				location: { ...(at ? place(at) : {}), message: { text: `${where}: ${label}` } },
				...(changes.length > 0
					? { state: Object.fromEntries(changes.map(({ path, to }) => [path, { text: to }])) }
					: {}),
			};
		}),
	};
}

function place({ file, line }: SourceLine): Location {
	const uri = isAbsolute(file) ? pathToFileURL(file).href : file.split("/").map(encodeURIComponent).join("/");
	return { physicalLocation: { artifactLocation: { uri }, region: { startLine: line } } };
}

const verdicts = (model: string, scenario: ScenarioResult) => ({
	model,
	verdicts: Object.fromEntries(scenario.properties.map(({ id, verdict }) => [id, verdict])),
	label: label(scenario),
});

function label(scenario: ScenarioResult) {
	const { unreached, ...rest } = labelOf(scenario);
	return {
		...rest,
		unreached: unreached.map(({ routine, label: text }) => `${routine}(): ${text}`),
	};
}
