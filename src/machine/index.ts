export { compile, StepError } from "./compile.ts";
export type { Description, Machine, Step, StepViolation, Successors } from "./machine.ts";
