export { text } from "./diff.ts";
export { Disagreement, type Ending, rebuild } from "./rebuild.ts";
export { type SourceLine, Sources } from "./sources.ts";
export { type Call, type Change, isMark, type Trace, type TraceStep, type Value } from "./trace.ts";
