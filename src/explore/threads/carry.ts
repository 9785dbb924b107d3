import { type Machine, ModelError, NotInterchangeable, PropertyError, StepError } from "../../machine/index.ts";

/** An error that a model led to, as data that one thread can hand to another. */
export interface CarriedError {
	/** Ids that are not interchangeable: the exchange. */
	readonly swap: string | undefined;
	/** The step or the property that it is about, by its number in the machine. */
	readonly step: number | undefined;
	readonly property: number | undefined;
	/** What was thrown there. */
	readonly name: string;
	readonly message: string;
	readonly stack: string | undefined;
	/** Of a model error: where. Of anything else: nothing. */
	readonly model: { readonly location: ModelError["location"] } | undefined;
}

export function pack(error: unknown, machine: Machine): CarriedError {
	const wrapped = error instanceof StepError || error instanceof PropertyError;
	const cause = wrapped ? error.cause : error;
	const { name, message, stack } = cause instanceof Error ? cause : new Error(String(cause));
	return {
		swap: error instanceof NotInterchangeable ? error.swap : undefined,
		step: error instanceof StepError ? error.edge.id : undefined,
		property: error instanceof PropertyError ? machine.properties.indexOf(error.property) : undefined,
		name,
		message,
		stack,
		model: cause instanceof ModelError ? { location: cause.location } : undefined,
	};
}

export function unpack(carried: CarriedError, machine: Machine): unknown {
	const { swap, step, property, name, message, stack, model } = carried;
	if (swap !== undefined) return new NotInterchangeable(swap, message);
	const cause = model
		? Object.assign(new ModelError(message), { stack, location: model.location })
		: Object.assign(new Error(message), { name, stack });
	const [edge, about] = [machine.steps[step ?? -1], machine.properties[property ?? -1]];
	if (edge) return new StepError(cause, edge);
	return about ? new PropertyError(cause, about) : cause;
}
