import { STOPS } from "./label.ts";
import { namesOf } from "./names.ts";
import type { ModelResult, PropertyResult, Shown, Which } from "./result.ts";
import { groupBy } from "./text/group.ts";
import { beside } from "./text/wrap.ts";

export const isFigure = ({ class: kind }: Pick<PropertyResult, "class">): boolean => kind === "cost";

/** `at most 4, 2 for each completion`, `unbounded`; or why it is not known. */
export function figureText({ verdict, per, unknown }: PropertyResult): string {
	if (unknown === "search") return "not computed, for not everything was seen";
	if (unknown === "size") return "not computed for so many states: --figures does";
	if (unknown) return `not computed: its own search ended by ${STOPS[unknown]}`;
	const most = mostOf(verdict);
	if (most === undefined || !per) return verdict;
	return `${verdict}, ${Number((most / per.count).toFixed(2))} for each ${per.what}`;
}

function mostOf(verdict: string): number | undefined {
	const [, most] = /^at most (\d+)$/.exec(verdict) ?? [];
	return most === undefined ? undefined : Number(most);
}

/** Of each cost that was asked for by name, the run that costs the most over all scenarios. */
export function dearestRuns({ scenarios }: ModelResult, which: Which = () => true): Shown[] {
	const runs = scenarios.flatMap((scenario) =>
		scenario.properties.flatMap((property) =>
			property.run && which(scenario, property) ? [{ scenario, property, counterexample: property.run }] : [],
		),
	);
	const cost = ({ property }: Shown): number => mostOf(property.verdict) ?? 0;
	const byCost = runs.sort((a, b) => cost(b) - cost(a) || a.counterexample.length - b.counterexample.length);
	return [...groupBy(byCost, ({ property }) => property.id).values()].flatMap(([dearest]) => dearest ?? []);
}

/** Every figure of every scenario, in lines. */
export function figures({ scenarios }: ModelResult, width: number): string[] {
	const all = scenarios.flatMap(({ name, properties }) =>
		properties.filter(isFigure).map((result) => ({ name, id: result.id, text: figureText(result) })),
	);
	return [...groupBy(all, ({ id, text }) => `${id} ${text}`).values()].flatMap((alike) => {
		const names = alike.map(({ name }) => name);
		return beside("Figure: ", `${alike[0]?.id} ${alike[0]?.text}, in ${namesOf(names, scenarios)}.`, width);
	});
}
