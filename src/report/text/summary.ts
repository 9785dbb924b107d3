import { figureText, isFigure } from "../figure.ts";
import { unseen } from "../label.ts";
import { namesOf } from "../names.ts";
import type { Paint } from "../paint.ts";
import { isBad, type ModelResult, type PropertyResult } from "../result.ts";
import { groupBy } from "./group.ts";
import { leftOut } from "./left-out.ts";
import { beside, wrap } from "./wrap.ts";

/** Each property with its title and how it came out. */
export function legend({ scenarios }: ModelResult, width: number, paint: Paint): string[] {
	const byId = groupBy(
		scenarios.flatMap(({ properties }) => properties),
		({ id }) => id,
	);
	if (byId.size === 0 && scenarios.some(({ failure }) => !failure))
		return beside("  ", "The model declares no property: only errors that its steps raise would be found.", width);
	const first = Math.max(0, ...[...byId.keys()].map((id) => id.length));
	return [...byId].flatMap(([id, results]) => {
		const violated = results.some(isBad);
		const warning = violated && results[0]?.class === "warning" ? " (a warning, in brackets above)" : "";
		const lines = beside(
			`  ${id.padEnd(first)}  `,
			`${results[0]?.title}: ${tally(results, scenarios.length)}${warning}`,
			width,
		);
		return violated ? lines.map(paint.bold) : lines;
	});
}

/**
 * How often a property came out how, of so many scenarios; where it was never put to the test is told by `vacuous`. One that
 * no scenario declares has a result only where a step raised it, which it could have done in all.
 */
export function tally(results: readonly PropertyResult[], scenarios: number): string {
	const all = results.some(({ declared }) => declared) ? results.length : scenarios;
	const of = (verdict: PropertyResult["verdict"]) => results.filter((result) => result.verdict === verdict).length;
	const some = (n: number) => (n === all ? "" : ` in ${n} of ${all}`);
	const parts = [
		of("violated") > 0 ? `violated${some(of("violated"))}` : of("holds") > 0 ? `holds${some(of("holds"))}` : "",
		of("never reached") > 0 ? `never reached${some(of("never reached"))}` : "",
		of("reached") > 0 ? `reached${some(of("reached"))}` : "",
		...new Set(results.filter(isFigure).map(figureText)),
		of("incomplete") > 0 && !results.some(isFigure) ? `undecided${some(of("incomplete"))}` : "",
	];
	return parts.filter(Boolean).join(results.some(isFigure) ? "; " : ", ") || "never put to the test";
}

/** Vacuous properties by name: success there means nothing. */
export function vacuous({ scenarios }: ModelResult, width: number): string[] {
	const found = scenarios.flatMap(({ name, properties }) =>
		properties.filter(({ verdict }) => verdict === "vacuous").map(({ id, endless }) => ({ id, name, endless })),
	);
	const where = [...groupBy(found, ({ id, endless }) => `${id} ${endless}`)].map(([, each]) => {
		const names = each.map(({ name }) => name);
		const why = each[0]?.endless ? ": no run ends there, for a process that is not background can always go on" : "";
		return { id: each[0]?.id, where: `${namesOf(names, scenarios)}${why}` };
	});
	return [...groupBy(where, ({ where }) => where)].flatMap(([where, each]) =>
		beside("Vacuous: ", `${each.map(({ id }) => id).join(", ")} never put to the test in ${where}.`, width),
	);
}

/** What was not looked at, and why. */
export function unfinished({ scenarios, notBegun, refused }: ModelResult, width: number): string[] {
	const stopped = scenarios.flatMap((scenario) => {
		const why = unseen(scenario);
		return why === undefined ? [] : beside("Incomplete: ", `${scenario.name} ${why}.`, width);
	});
	const cut = groupBy(
		scenarios.flatMap(({ name, cuts }) => cuts.map((id) => ({ id, name }))),
		({ id }) => id,
	);
	const cuts = [...cut].flatMap(([id, each]) => {
		const names = each.map(({ name }) => name);
		const text = `paths end where ${id} is raised, and other verdicts say nothing beyond, in ${namesOf(names, scenarios)}.`;
		return beside("Cut: ", text, width);
	});
	const begun = notBegun.length === 0 ? [] : beside("Not begun: ", `${notBegun.join(", ")}.`, width);
	return [...stopped, ...begun, ...cuts, ...leftOut(refused, width)].flatMap((line) => wrap(line, width));
}
