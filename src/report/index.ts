export { commandFor } from "./command.ts";
export {
	type CaughtMutant,
	type Comparison,
	type CoverageDifference,
	type Difference,
	surprising,
} from "./comparison.ts";
export { differences, diffReport, type Pair, type Separating, type Variants } from "./diff.ts";
export { dotOf, type GraphEdge, type GraphNode } from "./dot.ts";
export type { Form, Setting, Tool, Verified } from "./form.ts";
export { FORM_NAMES, FORMS, type FormName } from "./forms.ts";
export { gapsIn } from "./gaps.ts";
export { type Listing, listText } from "./list.ts";
export { coloured, type Paint, plain } from "./paint.ts";
export {
	type Counterexample,
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
export { count } from "./text/wrap.ts";
export { WIDTH } from "./text.ts";
export { type Choice, choicesText, walkText } from "./walk.ts";
