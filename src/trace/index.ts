export { text } from "./diff.ts";
export { type Departure, type Followed, follow } from "./follow.ts";
export { type Ending, rebuild, type Subject } from "./rebuild.ts";
export { Disagreement } from "./replay.ts";
export { inWords, readSaved, SAVED, type SavedStep, type SavedTrace, saved, savedText } from "./saved.ts";
export { type SourceLine, Sources } from "./sources.ts";
export { changesBy, type Way } from "./steps.ts";
export { type Call, type Change, isMark, type Trace, type TraceStep, type Value } from "./trace.ts";
export { Walker } from "./walker.ts";
