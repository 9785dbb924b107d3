import type { Counterexample, ModelResult, PropertyResult } from "../../report/index.ts";

/** The same, and each counterexample is announced when something of it is about to be made, which can take a second. */
export function announced(model: ModelResult, say: (which: string) => void): ModelResult {
	const scenarios = model.scenarios.map((scenario) => {
		const properties = scenario.properties.map((property) =>
			announcing(property, () => say(`${property.id} of ${model.name} ${scenario.name}`)),
		);
		return { ...scenario, properties };
	});
	return { ...model, scenarios };
}

function announcing(property: PropertyResult, say: () => void): PropertyResult {
	const saying = (found: Counterexample | undefined): Counterexample | undefined =>
		found && {
			...found,
			trace: () => said(say, found.trace),
			fewest: () => said(say, found.fewest),
			found: () => said(say, found.found),
			explanation: () => said(say, found.explanation),
		};
	const { counterexample, witness, run } = property;
	return { ...property, counterexample: saying(counterexample), witness: saying(witness), run: saying(run) };
}

function said<T>(say: () => void, make: () => T): T {
	say();
	return make();
}
