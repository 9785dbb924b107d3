/** What a step may throw: it is not possible, or raises an error; and what a search reports of a model that is wrong. */
export { Blocked, Fault, ModelError } from "../lang/index.ts";
export { type Compilation, compile } from "./compile.ts";
export { CAME_FALSE, CAME_TRUE, type Decision } from "./decisions.ts";
export { hashWords } from "./hash.ts";
export type { Description, Machine, Step, StepViolation, Successors } from "./machine.ts";
export { stackOf } from "./program.ts";
export { QUOTIENT } from "./quotient.ts";
export { type Reference, reference } from "./reference/interpreter.ts";
export type { ReferenceState, Violation } from "./reference/state.ts";
export { messageOf, PropertyError, StepError } from "./steperror.ts";
export { NotInterchangeable } from "./symmetry/images.ts";
