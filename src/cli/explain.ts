import { EXIT, UsageError } from "./exit.ts";
import { LoadError } from "./failure.ts";

/** Says on standard error what ended the command, and returns its exit code. */
export function explain(error: unknown): number {
	if (error instanceof UsageError) return said(error.message, EXIT.usage);
	if (error instanceof LoadError) {
		const { source, message } = error.failure;
		return said(`model error  ${source ? `${source.file}:${source.line}` : error.path}: ${message}`, EXIT.model);
	}
	const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
	return said(`check: internal error, please report it with the model\n${what}`, EXIT.internal);
}

function said(text: string, code: number): number {
	process.stderr.write(`${text}\n`);
	return code;
}
