import { ModelError } from "./error.ts";
import { requireKnown } from "./known.ts";
import { type Origin, origin } from "./location.ts";
import { outlineOf } from "./outline.ts";
import type { EventTypes, System } from "./system.ts";

type AxisValue = string | number;
/** The values of each axis by its name. */
export type Axes = Readonly<Record<string, readonly AxisValue[]>>;
/** Whole numbers by name: from `min` to `max`, and `default` where `--set` does not choose. */
export type Sizes = Readonly<Record<string, { readonly default: number; readonly min: number; readonly max: number }>>;
export type Choice<A extends Axes, Z extends Sizes> = { readonly [K in keyof A]: A[K][number] } & {
	readonly [K in keyof Z]: number;
};

/** A model: its axes, and how one choice of each becomes a system. */
export interface Model {
	readonly kind: "preempt-model";
	readonly name: string;
	/** One line that says what is modelled. */
	readonly about: string;
	readonly axes: Axes;
	readonly sizes: Sizes;
	/** Restriction of axes for the default scenarios; an axis that is absent takes all its values. */
	readonly defaults: Readonly<Record<string, readonly AxisValue[]>>;
	/** Why a choice makes no sense, or undefined when it does. */
	readonly refuses: (scenario: Scenario) => string | undefined;
	/** Why a choice is verified only where it is asked for by its full name, or undefined. */
	readonly leavesOut: (scenario: Scenario) => string | undefined;
	readonly build: (scenario: Scenario) => BuiltSystem;
	/** Where it is declared. */
	readonly origin: Origin;
}
/** One value of every axis, and of every size. */
export type Scenario = Readonly<Record<string, AxisValue>>;
/** What `build` of a model must return: a system, its types erased. */
export type BuiltSystem = Pick<
	System<never, never, EventTypes>,
	"state" | "init" | "events" | "running" | "quotient" | "processes" | "routines" | "properties" | "costs"
>;

/**
 * Declares a model, which a file exports under whatever name. Throws ModelError, with the author's line, where the
 * declaration contradicts itself. docs/language.md has an example.
 */
export function model<const A extends Axes, const Z extends Sizes = Record<never, never>>(
	name: string,
	declaration: {
		/** One line that says what is modelled. */
		readonly about: string;
		/** What `--all` enumerates. Scenarios are named by their values, in this order. */
		readonly axes?: A;
		/** Numbers that only `--set` changes. */
		readonly sizes?: Z;
		/** The values that a plain `check` takes; of an axis that is not named, all. */
		readonly defaults?: { readonly [K in keyof A]?: readonly A[K][number][] };
		/** Why a choice makes no sense, or undefined when it does. */
		readonly refuses?: (scenario: Choice<A, Z>) => string | undefined;
		/** Why a choice is verified only where it is asked for by its full name, or undefined. */
		readonly leavesOut?: (scenario: Choice<A, Z>) => string | undefined;
		/** Makes the system of one choice, with everything declared: the same each time that it is called. */
		readonly build: (scenario: Choice<A, Z>) => object;
	},
): Model {
	requireKnown(`model ${name}`, declaration, {
		about: true,
		axes: true,
		sizes: true,
		defaults: true,
		refuses: true,
		leavesOut: true,
		build: true,
	});
	const axes = own<Axes>(declaration.axes);
	const sizes = own<Sizes>(declaration.sizes);
	const where = origin(model);
	const defaults = own(declaration.defaults as Model["defaults"] | undefined);
	requireNames(name, axes, sizes);
	requireDefaults(name, axes, sizes, defaults);
	return {
		kind: "preempt-model",
		name,
		about: declaration.about,
		axes,
		sizes,
		defaults,
		refuses: (declaration.refuses ?? (() => undefined)) as Model["refuses"],
		leavesOut: (declaration.leavesOut ?? (() => undefined)) as Model["leavesOut"],
		build: builder(name, (scenario) => declaration.build(scenario as Choice<A, Z>), where),
		origin: where,
	};
}

/** Nothing but what was declared: an axis may be asked for, and named, `constructor` or `toString`. */
const own = <T extends object>(declared: T | undefined): T => Object.assign(Object.create(null), declared);

/** Builds the first scenario twice: what else it depends on, as a variable of the module, makes two systems of one scenario. */
function builder(model: string, build: (scenario: Scenario) => object, origin: Origin): Model["build"] {
	let isSteady: boolean | undefined;
	return (scenario) => {
		const system = requireSystem(model, build(scenario), origin);
		if (isSteady === undefined) {
			// Before the next one is built, which may add to its sets.
			const outline = outlineOf(system);
			isSteady = outline === outlineOf(requireSystem(model, build(scenario), origin));
		}
		if (isSteady) return system;
		throw new ModelError(
			`${model}: build() makes another system of a scenario when it is called again: it depends on more than the scenario`,
			origin.author,
		);
	};
}

function requireSystem(model: string, built: object | undefined, origin: Origin): BuiltSystem {
	if (!built || !("processes" in built))
		throw new ModelError(`${model}: build() must return the system`, origin.author);
	const system = built as BuiltSystem;
	if (system.processes.length > 0) return system;
	throw new ModelError(`${model}: the system has no process, so nothing ever happens in it`, origin.author);
}

/** Scenarios are named `value/value size=n`, and chosen by name, `*` and `axis=value,value`. */
function requireNames(model: string, axes: Axes, sizes: Sizes): void {
	const fits = (word: AxisValue) => /^[^\s/,=*]+$/.test(String(word));
	const rule = "write it without blanks and without / , = *";
	for (const name of [...Object.keys(axes), ...Object.keys(sizes)])
		if (!fits(name)) throw new ModelError(`${model}: an axis or size is named ${name}: ${rule}`);
	for (const [axis, values] of Object.entries(axes)) {
		if (axis in sizes) throw new ModelError(`${model}: axis and size are both named ${axis}`);
		if (values.length === 0) throw new ModelError(`${model}: axis ${axis} has no values`);
		for (const [i, value] of values.entries()) {
			if (!fits(value)) throw new ModelError(`${model}: axis ${axis} has the value ${value}: ${rule}`);
			if (values.slice(0, i).some((other) => String(other) === String(value)))
				throw new ModelError(`${model}: axis ${axis} has the value ${value} twice`);
		}
	}
}

/** What is checked unasked could as well be asked for. */
function requireDefaults(model: string, axes: Axes, sizes: Sizes, defaults: Model["defaults"]): void {
	for (const [axis, chosen] of Object.entries(defaults)) {
		const values = axes[axis];
		if (!values) throw new ModelError(`${model}: defaults speak of ${axis}, which is no axis`);
		if (chosen.length === 0) throw new ModelError(`${model}: defaults leave axis ${axis} no value`);
		const stray = chosen.find((value) => !values.includes(value));
		if (stray !== undefined)
			throw new ModelError(`${model}: defaults: axis ${axis} has no value ${stray}: it is one of ${values.join(", ")}`);
	}
	for (const [size, bounds] of Object.entries(sizes)) {
		requireKnown(`${model}: size ${size}`, bounds, { default: true, min: true, max: true });
		const { default: usual, min, max } = bounds;
		if (!Number.isInteger(usual) || usual < min || usual > max)
			throw new ModelError(
				`${model}: size ${size} is ${usual} by default, and not a whole number from ${min} to ${max}`,
			);
	}
}
