import { failureLine } from "../report/index.ts";
import { EXIT, UsageError } from "./exit.ts";
import { LoadError } from "./failure.ts";

/** Says on standard error what ended the command, and returns its exit code. */
export function explain(error: unknown): number {
	if (error instanceof UsageError) return said(error.message, EXIT.usage);
	if (error instanceof LoadError) return said(`model error  ${failureLine(error.failure, error.path)}`, EXIT.model);
	const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
	return said(`check: internal error, please report it with the model\n${what}`, EXIT.internal);
}

function said(text: string, code: number): number {
	process.stderr.write(`${text}\n`);
	return code;
}
