export { compile } from "./compile.ts";
export type { Description, Machine, Step, StepViolation, Successors } from "./machine.ts";
export { StepError } from "./steperror.ts";
