export {
	type CaughtMutant,
	type Comparison,
	type CoverageDifference,
	type Difference,
	surprising,
} from "./comparison.ts";
export type { Form, Setting, Tool, Verified } from "./forms/form.ts";
export { FORM_NAMES, FORMS, type FormName } from "./forms/index.ts";
export { gapsIn } from "./gaps.ts";
export { dotOf, type GraphEdge, type GraphNode } from "./graph/dot.ts";
export { coloured, type Paint, plain } from "./paint.ts";
export {
	type Counterexample,
	type DeclaredRoutine,
	type Failure,
	isBad,
	type ModelResult,
	type Outcome,
	type PropertyResult,
	type ScenarioResult,
	type Shown,
	type StateComparison,
	type Statement,
	type Status,
	shortest,
	type Which,
} from "./result.ts";
export { failureLine } from "./text/counterexample.ts";
export { differences, diffReport, type Pair, type Variants } from "./text/diff.ts";
export { type Listing, listText } from "./text/list.ts";
export { type Choice, choicesText, walkText } from "./text/walk.ts";
export { count, WIDTH } from "./text/wrap.ts";
