import { compile } from "../machine/index.ts";
import {
	differences,
	type ModelResult,
	type Paint,
	type Pair,
	type ScenarioResult,
	type Shown,
	shortest,
	type Variants,
} from "../report/index.ts";
import { follow, saved } from "../trace/index.ts";
import { UsageError } from "./exit.ts";
import type { Plan } from "./plan/plan.ts";
import { departed } from "./walk/departed.ts";

/** The axis that is compared, and its two values. */
export interface Versus {
	readonly axis: string;
	readonly values: readonly [string, string];
}

/** Reads `design=a,b`. */
export function versusOf(text: string): Versus {
	const [, axis, a, b] = /^([^=,]+)=([^=,]+),([^=,]+)$/.exec(text) ?? [];
	if (!axis || !a || !b || a === b)
		throw new UsageError(`--axis ${text}: write it as axis=value,value with two values`);
	return { axis, values: [a, b] };
}

/** Puts the two variants side by side that a run of both has explored. */
export function compare(plan: Plan, model: ModelResult, { axis, values }: Versus, paint: Paint): Variants {
	const pairs = pairsOf(model, axis, values);
	const marked = new Set(pairs.flatMap((pair) => differences(pair).map(({ property }) => keyOf(pair, property))));
	const pairOf = (result: ScenarioResult) => pairs.find(({ both }) => both.includes(result)) as Pair;
	const found = shortest(model, (scenario, property) => marked.has(keyOf(pairOf(scenario), property.id)));
	const [first] = found.toSorted((a, b) => weight(a) - weight(b));
	return {
		model,
		axis,
		values,
		pairs,
		separating: first && { shown: first, other: goesAlong(plan, first, otherOf(pairOf(first.scenario), first), paint) },
		others: found.filter((shown) => shown !== first),
	};
}

/** Errors say more than warnings, and short counterexamples more than long ones. */
const weight = ({ property, counterexample }: Shown): number =>
	counterexample.length + (property.class === "error" ? 0 : Number.MAX_SAFE_INTEGER / 2);
const otherOf = ({ both }: Pair, { scenario }: Shown) => both.find((each) => each !== scenario) as ScenarioResult;
const keyOf = ({ name }: Pair, property: string): string => `${name}\0${property}`;

function pairsOf({ scenarios }: ModelResult, axis: string, values: Versus["values"]): Pair[] {
	const rest = ({ axes, sizes }: ScenarioResult) =>
		Object.entries({ ...axes, ...sizes }).filter(([name]) => name !== axis);
	const key = (scenario: ScenarioResult) => JSON.stringify(rest(scenario));
	const variant = ({ axes, sizes }: ScenarioResult) => String({ ...axes, ...sizes }[axis]);
	return [...new Set(scenarios.map(key))].map((common): Pair => {
		const found = (value: string) => scenarios.find((each) => key(each) === common && variant(each) === value);
		const [a, b] = values.map(found);
		return { name: nameWithout((a ?? b) as ScenarioResult, axis), both: [a, b] };
	});
}

/** What is left of a scenario's name without the axis that is compared. */
function nameWithout({ axes, sizes, name }: ScenarioResult, axis: string): string {
	const path = Object.entries(axes).flatMap(([each, value]) => (each === axis ? [] : [value]));
	const others = Object.keys(sizes).flatMap((size) =>
		size !== axis && name.includes(` ${size}=`) ? [` ${size}=${sizes[size]}`] : [],
	);
	return (path.join("/") || "default") + others.join("");
}

/** How far the other variant goes along with a counterexample, and what it does then. */
function goesAlong(
	{ model }: Plan,
	{ scenario, property, counterexample }: Shown,
	other: ScenarioResult,
	paint: Paint,
): string {
	const system = model.build({ ...other.axes, ...other.sizes });
	const subject = { system, machine: compile(system), only: undefined };
	const trace = saved(counterexample.trace(), { model: model.name, file: "", scenario: scenario.name, violates: [] });
	const { departure } = follow(subject.machine, trace);
	const head = (text: string) => `${paint.bold(`${other.name} ${text}`)}\n`;
	if (!departure) return head(`takes the same steps, and ${property.id} is not violated by them`);
	return head(`leaves this path at step ${departure.step}:`) + departed(subject, trace, departure, paint);
}
