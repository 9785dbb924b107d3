import { capture, type Location } from "./location.ts";

/** The model itself is wrong: the run stops with exit code 3, naming file and line. */
export class ModelError extends Error {
	override readonly name = "ModelError";
	/** Where in the author's source, when the error is about a declaration. */
	readonly location: Location | undefined;
	constructor(message: string, location: Location | undefined = capture(ModelError)) {
		super(message);
		this.location = location;
	}
}

/** A field that is declared fixed was to change. */
export class FixedField extends ModelError {}

/**
 * An error that a step finds on the path it is on: the path is cut there, and the property of that id is
 * violated. The Linux library raises its errors with it (docs/linux.md).
 */
export class Fault extends Error {
	override readonly name = "Fault";
	constructor(
		readonly property: string,
		message: string,
	) {
		super(message);
	}
}

/** Thrown by `assume`: the step that met it is not possible in this state. */
export class Blocked extends Error {
	override readonly name = "Blocked";
}

/** Ends the path with a violation of property `id`. */
export function fault(id: string, message: string): never {
	throw new Fault(id, message);
}

/** Inside a step: `condition` must hold, or the path ends with a violation of property "assert". */
export function assert(condition: boolean, message: string): asserts condition {
	if (!condition) throw new Fault("assert", message);
}

/** Inside a step: only executions in which `condition` holds are considered. */
export function assume(condition: boolean): asserts condition {
	if (!condition) throw new Blocked();
}

/** The value of a `maybe`; null is a model error. */
export function must<V>(value: V | null, what = "value"): V {
	if (value === null) throw new ModelError(`absent ${what} read`);
	return value;
}
