// What `check --format summary` writes, as far as it is needed here; docs/json.md describes it.

export interface Summary {
	readonly models: readonly ModelSummary[];
}

export interface ModelSummary {
	readonly name: string;
	readonly file: string;
	readonly about: string;
	readonly properties: Readonly<Record<string, { readonly title: string; readonly class: string }>>;
	readonly scenarios: readonly ScenarioSummary[];
	readonly notBegun: number;
	readonly refused: number;
	readonly gate?: { readonly differences: number; readonly mutants: number | null };
}

export interface ScenarioSummary {
	readonly name: string;
	readonly axes: Readonly<Record<string, string | number>>;
	readonly sizes: Readonly<Record<string, number>>;
	readonly status: string;
	readonly stopped?: string;
	readonly states: number;
	readonly cuts: readonly string[];
	readonly verdicts: Readonly<Record<string, Verdict>>;
}

export interface Verdict {
	readonly verdict: string;
	/** Of the shortest trace. */
	readonly steps?: number;
}

/** Scenarios by values of axes; an axis that is not named may have any. */
export type Choice = Readonly<Record<string, readonly (string | number)[]>>;

/** The scenarios that are meant. Throws where the model has no such axis or value. */
export function chosen(model: ModelSummary, choice: Choice): ScenarioSummary[] {
	for (const [axis, values] of Object.entries(choice))
		for (const value of values)
			if (!model.scenarios.some(({ axes }) => axes[axis] === value))
				throw new Error(`${model.name} has no scenario with ${axis} ${value}`);
	return model.scenarios.filter(({ axes }) =>
		Object.entries(choice).every(([axis, values]) => values.includes(axes[axis] as string | number)),
	);
}

export const grouped = (n: number): string => String(n).replace(/\B(?=(\d{3})+$)/g, ",");
