export { apart, isTogether, moveTo } from "./apart.ts";
export { isRoutine, isStatement, named } from "./body.ts";
export { assert, assume, Blocked, Fault, FixedField, fault, ModelError, must } from "./error.ts";
export type { Expectations, Expected, Figure, Mutant, Mutants, Unreachable, Verdict } from "./expectation.ts";
export { type Names, requireKnown } from "./known.ts";
export { labelsIn, routinesIn } from "./labels.ts";
export type { Location, Origin } from "./location.ts";
export { type Axes, type BuiltSystem, type Model, model, type Scenario, type Sizes } from "./model.ts";
export type { Entering, Exit, Gate, Place, Placement, Process } from "./process.ts";
export type {
	Answer,
	CostDeclaration,
	EventSight,
	Per,
	Property,
	PropertyClass,
	PropertyDeclaration,
	Sight,
	Where,
} from "./property.ts";
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
export {
	type AnyRoutine,
	branchName,
	type Closure,
	type Context,
	type LabelsOf,
	type Local,
	type Node,
	type Routine,
	type Stmt,
} from "./syntax.ts";
export {
	type Emitters,
	type EventTypes,
	type In,
	type Quotient,
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
	type Member,
	maybe,
	membersIn,
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
