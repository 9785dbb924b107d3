import { STOPS } from "./label.ts";
import { namesOf } from "./names.ts";
import type { ModelResult, PropertyResult } from "./result.ts";
import { groupBy } from "./text/group.ts";
import { beside } from "./text/wrap.ts";

export const isFigure = ({ class: kind }: Pick<PropertyResult, "class">): boolean => kind === "cost";

/** `at most 4, 2 for each completion`, `unbounded`; or why it is not known. */
export function figureText({ verdict, per, unknown }: PropertyResult): string {
	if (unknown === "search") return "not computed, for not everything was seen";
	if (unknown === "size") return "not computed for so many states: --figures does";
	if (unknown) return `not computed: its own search ended by ${STOPS[unknown]}`;
	const [, most] = /^at most (\d+)$/.exec(verdict) ?? [];
	if (most === undefined || !per) return verdict;
	return `${verdict}, ${Number((Number(most) / per.count).toFixed(2))} for each ${per.what}`;
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
