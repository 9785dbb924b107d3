export { text } from "./diff.ts";
export { type Ending, rebuild, type Subject } from "./rebuild.ts";
export { Disagreement } from "./replay.ts";
export { type SourceLine, Sources } from "./sources.ts";
export { type Call, type Change, isMark, type Trace, type TraceStep, type Value } from "./trace.ts";
