import type { ArgumentsCamelCase, Argv } from "yargs";
import type { Tool } from "../../report/index.ts";

/** What a command line asks for. Resolves to the exit code. */
export type Action = () => Promise<number>;

/** Adds one command to the command line; `chosen` hears what to do when it is the one that was given. */
export interface Command {
	(cli: Argv, tool: Tool, chosen: (action: Action) => void): void;
	/** Its name and positionals. */
	readonly usage: string;
}

/** A command: its name and positionals as yargs writes them, a line for the help, its options, and what it does. */
export function command<A>(
	usage: string,
	about: string,
	options: (cli: Argv) => Argv<A>,
	run: (args: ArgumentsCamelCase<A>, tool: Tool) => Promise<number>,
): Command {
	const add = (cli: Argv, tool: Tool, chosen: (action: Action) => void) =>
		void cli.command(usage, about, options, (args) => chosen(() => run(args, tool)));
	return Object.assign(add, { usage });
}

/** Values of an option that may be repeated. */
export const repeated = (value: string | readonly string[] | undefined): string[] => [value ?? []].flat();
/** Values of an option that may be repeated and may list several with commas. */
export const listed = (value: string | readonly string[] | undefined): string[] =>
	repeated(value).flatMap((text) => text.split(",").filter((part) => part !== ""));
