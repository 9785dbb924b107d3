export { commandFor } from "./command.ts";
export { type Difference, gateReport } from "./gate.ts";
export { jsonReport, SCHEMA, type Tool } from "./json.ts";
export { type Listing, listText } from "./list.ts";
export { coloured, type Paint, plain } from "./paint.ts";
export {
	type Counterexample,
	type Failure,
	type ModelResult,
	type PropertyResult,
	type ScenarioResult,
	type Shown,
	type Statement,
	type Status,
	shortest,
	type Which,
} from "./result.ts";
export { count } from "./text/wrap.ts";
export { counterexamples, textReport, WIDTH } from "./text.ts";
export { type Choice, choicesText, walkText } from "./walk.ts";
