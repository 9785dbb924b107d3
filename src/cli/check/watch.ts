import { count, type Tool } from "../../report/index.ts";
import { Sources } from "../../trace/index.ts";
import { explain } from "../explain.ts";
import { filesOf } from "../load/files.ts";
import type { Options } from "../plan/options.ts";
import { Changes } from "./changes.ts";
import { check } from "./check.ts";

/** Verifies again whenever a file that the models are made of is saved, until Ctrl-C. Returns the last exit code. */
export async function watch(options: Options, tool: Tool): Promise<number> {
	// What is wrong with the command is no matter of waiting.
	filesOf(options.files);
	const changes = new Changes(options.files);
	const end = () => changes.end();
	process.on("SIGINT", end);
	for (;;) {
		const sources = new Sources();
		// Nothing happens where the output is no terminal.
		console.clear();
		const code = await check(options, tool, sources).catch(explain);
		const files = changes.watch(sources.files);
		process.stderr.write(`Watching ${count(files, "file")}; Ctrl-C ends.\n`);
		if (!(await changes.next())) {
			process.off("SIGINT", end);
			return code;
		}
	}
}
