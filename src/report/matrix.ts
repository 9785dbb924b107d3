import type { ScenarioResult } from "./result.ts";

type Value = string | number;

/** Scenarios as a table: the axes that vary go down and, the last of them, across. */
export interface Matrix {
	/** Axes and sizes that go down. */
	readonly down: readonly string[];
	/** The one that goes across, with its values; nothing where only one varies. */
	readonly across: { readonly name: string; readonly values: readonly Value[] } | undefined;
	readonly rows: readonly Row[];
}

interface Row {
	/** Values of those that go down. */
	readonly values: readonly Value[];
	/** The scenario in each column; nothing where it was not chosen. */
	readonly cells: readonly (ScenarioResult | undefined)[];
}

/** Axes with more values than this go down, not across. */
const ACROSS = 8;

export function matrixOf(scenarios: readonly ScenarioResult[]): Matrix {
	const names = Object.keys(scenarios[0] ? choices(scenarios[0]) : {});
	const varying = names.filter((name) => valuesOf(scenarios, name).length > 1);
	const name = varying.findLast((each) => varying.length > 1 && valuesOf(scenarios, each).length <= ACROSS);
	const across = name === undefined ? undefined : { name, values: valuesOf(scenarios, name) };
	const down = varying.filter((each) => each !== name);
	const rows = new Map<string, { values: Value[]; cells: (ScenarioResult | undefined)[] }>();
	for (const scenario of scenarios) {
		const values = down.map((each) => choices(scenario)[each] as Value);
		const key = values.join("/");
		const row = rows.get(key) ?? { values, cells: (across?.values ?? [undefined]).map(() => undefined) };
		row.cells[across ? across.values.indexOf(choices(scenario)[across.name] as Value) : 0] = scenario;
		rows.set(key, row);
	}
	return { down, across, rows: [...rows.values()] };
}

const choices = ({ axes, sizes }: ScenarioResult): Readonly<Record<string, Value>> => ({ ...axes, ...sizes });

/** Distinct values of an axis or size, as they first occur. */
export const valuesOf = (scenarios: readonly ScenarioResult[], name: string): Value[] => [
	...new Set(scenarios.flatMap((scenario) => choices(scenario)[name] ?? [])),
];
