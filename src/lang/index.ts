export { assert, assume, Blocked, Fault, fault, ModelError, must } from "./error.ts";
export type { Expectations, Expected, Verdict } from "./expectation.ts";
export type { Location, Origin } from "./location.ts";
export { type Axes, type BuiltSystem, type Model, model, type Scenario, type Sizes } from "./model.ts";
export type { EventSight, Property, PropertyClass, PropertyDeclaration, Sight, Where } from "./property.ts";
export {
	again,
	anyOf,
	block,
	breakIf,
	call,
	callOneOf,
	choose,
	forget,
	giveBack,
	ifdef,
	leave,
	loop,
	step,
	waitUntil,
	when,
} from "./statement.ts";
export type { AnyRoutine, Closure, Context, LabelsOf, Local, Node, Routine, Stmt } from "./syntax.ts";
export {
	type Emitters,
	type EventTypes,
	type In,
	type Place,
	type Process,
	type RoutineOf,
	routines,
	System,
	system,
} from "./system.ts";
export {
	type BoolType,
	bool,
	type Fields,
	type Id,
	type IdMask,
	type IdSet,
	type IdType,
	ids,
	type List,
	type ListType,
	list,
	type MaybeType,
	maybe,
	type OneOfType,
	oneOf,
	type PerId,
	type PerIdType,
	perId,
	type RangeType,
	type RecordOf,
	type RecordType,
	range,
	record,
	type Scalar,
	type SetType,
	setOf,
	type Type,
	type ValueOf,
} from "./types.ts";
