import type { Model, Scenario } from "../../lang/index.ts";
import { UsageError } from "../exit.ts";
import type { Options } from "./options.ts";

type Value = string | number;
type Choices = Readonly<Record<string, readonly Value[]>>;
export interface Refused {
	readonly name: string;
	readonly reason: string;
}

/** `v4/hardirq/none`: the values of the axes in their order, then sizes that are not the default. */
export function nameOf(model: Model, scenario: Scenario): string {
	const axes = Object.keys(model.axes).map((axis) => scenario[axis]);
	const sizes = Object.entries(model.sizes)
		.filter(([size, { default: usual }]) => scenario[size] !== usual)
		.map(([size]) => ` ${size}=${scenario[size]}`);
	return (axes.join("/") || "default") + sizes.join("");
}

/** Why a scenario is not verified where it is not asked for by its full name, or undefined. */
export function whyNot(model: Model, scenario: Scenario): string | undefined {
	const why = model.leavesOut(scenario);
	return model.refuses(scenario) ?? (why && `${why}; asked for by its full name it is verified`);
}

/** The scenarios that the command line chooses, and those of them that the model refuses or leaves out. */
export function scenariosOf(
	model: Model,
	options: Pick<Options, "all" | "set" | "scenario">,
): { chosen: Scenario[]; refused: Refused[] } {
	const set = settings(model, options.set);
	const named = options.scenario.length > 0;
	const usual: Choices = Object.fromEntries(
		Object.entries(model.axes).map(([axis, values]) => [
			axis,
			(options.all || named ? undefined : model.defaults[axis]) ?? values,
		]),
	);
	const sizes: Choices = Object.fromEntries(Object.entries(model.sizes).map(([size, { default: n }]) => [size, [n]]));
	const all = named
		? options.scenario.flatMap((name) => matching(model, name, { ...usual, ...sizes, ...set }))
		: product({ ...usual, ...sizes, ...set });
	const unique = [...new Map(all.map((scenario) => [nameOf(model, scenario), scenario])).entries()];
	const exact = named && !options.scenario.some((name) => name.includes("*"));
	const refused = unique.flatMap(([name, scenario]) => {
		const reason = exact ? model.refuses(scenario) : whyNot(model, scenario);
		return reason === undefined ? [] : [{ name, reason }];
	});
	const [first] = refused;
	if (first && (exact || refused.length === unique.length))
		throw new UsageError(`${model.name} leaves out ${first.name}: ${first.reason}`);
	const names = new Set(refused.map(({ name }) => name));
	return { chosen: unique.filter(([name]) => !names.has(name)).map(([, scenario]) => scenario), refused };
}

/** The scenario with these values: of every axis, and of the sizes that are not to be the default. */
export function scenarioOf(model: Model, values: Scenario): Scenario {
	for (const name of Object.keys(values))
		if (!(name in model.axes || name in model.sizes))
			throw new UsageError(`${model.name} has no axis or size ${name}: ${describe(model)}`);
	const unsaid = Object.keys(model.axes).find((axis) => !(axis in values));
	if (unsaid !== undefined)
		throw new UsageError(`its scenario does not say which ${unsaid}: ${model.axes[unsaid]?.join(" or ")}`);
	const value = (name: string) => parsed(model, name, String(values[name]));
	const axes = Object.keys(model.axes).map((axis) => [axis, value(axis)]);
	const sizes = Object.entries(model.sizes).map(([size, { default: n }]) => [size, size in values ? value(size) : n]);
	return Object.fromEntries([...axes, ...sizes]);
}

/** Whether `model` has the axis or size that `--set` names. */
export const knows = (model: Model, setting: string): boolean => {
	const [name = ""] = setting.split("=");
	return name in model.axes || name in model.sizes;
};

function settings(model: Model, set: readonly string[]): Choices {
	const chosen: Record<string, Value[]> = {};
	for (const setting of set) {
		const [name = "", list] = setting.split("=");
		if (list === undefined || list === "")
			throw new UsageError(`--set ${setting}: write it as axis=value or axis=value,value`);
		if (!knows(model, setting)) continue;
		chosen[name] = list.split(",").map((text) => parsed(model, name, text));
	}
	return chosen;
}

function parsed(model: Model, name: string, text: string): Value {
	const values = model.axes[name];
	if (values) {
		const value = values.find((known) => String(known) === text);
		if (value === undefined)
			throw new UsageError(`${model.name} has no ${name} ${text}: it is one of ${values.join(", ")}`);
		return value;
	}
	const { min, max } = model.sizes[name] as { min: number; max: number };
	const n = Number(text);
	if (!Number.isInteger(n) || n < min || n > max)
		throw new UsageError(`${model.name}: ${name} is a whole number from ${min} to ${max}, not ${text}`);
	return n;
}

/** The scenarios of a name; `*` stands for every value of an axis. */
function matching(model: Model, name: string, choices: Choices): Scenario[] {
	const [path = "", ...sizes] = name.trim().split(/\s+/);
	const axes = Object.keys(model.axes);
	const parts = axes.length === 0 && path === "default" ? [] : path.split("/");
	if (parts.length !== axes.length)
		throw new UsageError(
			`${model.name} has no scenario ${name}: its scenarios are named ${axes.join("/") || "default"} (--list --all shows them)`,
		);
	for (const setting of sizes)
		if (!((setting.split("=")[0] as string) in model.sizes))
			throw new UsageError(`${model.name} has no size ${setting.split("=")[0]}: ${describe(model)}`);
	const fixed = Object.fromEntries(
		axes.flatMap((axis, i) => (parts[i] === "*" ? [] : [[axis, [parsed(model, axis, parts[i] as string)]]])),
	);
	return product({ ...choices, ...fixed, ...settings(model, sizes) });
}

/** Names the axes and sizes of a model. */
export function describe(model: Model): string {
	const axes = Object.entries(model.axes).map(([axis, values]) => `${axis} (${values.join(", ")})`);
	const sizes = Object.entries(model.sizes).map(([size, { min, max }]) => `${size} (${min} to ${max})`);
	return [...axes, ...sizes].join(", ") || "it has no axes and no sizes";
}

function product(choices: Choices): Scenario[] {
	return Object.entries(choices).reduce<Scenario[]>(
		(scenarios, [name, values]) =>
			scenarios.flatMap((scenario) => values.map((value) => ({ ...scenario, [name]: value }))),
		[{}],
	);
}

/** Whether these are every scenario of the model. */
export function isWhole(model: Model, scenarios: readonly { readonly name: string }[]): boolean {
	const { chosen } = scenariosOf(model, { all: true, set: [], scenario: [] });
	const names = new Set(scenarios.map(({ name }) => name));
	return chosen.every((scenario) => names.has(nameOf(model, scenario)));
}
