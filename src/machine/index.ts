export { compile } from "./compile.ts";
export type { Description, Machine, Step, StepViolation, Successors } from "./machine.ts";
export { type Reference, type ReferenceState, reference, type Transition, type Violation } from "./reference.ts";
export type { Change } from "./reference-changes.ts";
export { type FailedStep, PropertyError, StepError } from "./steperror.ts";
