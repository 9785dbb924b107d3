import type { Search } from "./search.ts";

/** What looks for violations: a search, or random walks. */
export type Exploration = Pick<
	Search,
	"machine" | "findings" | "stopped" | "failing" | "progress" | "slice" | "stop" | "path" | "pathToError"
>;
