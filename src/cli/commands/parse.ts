import yargs from "yargs";
import type { Tool } from "../../report/index.ts";
import { UsageError } from "../exit.ts";
import { checkCommand } from "./check.ts";
import type { Action, Command } from "./command.ts";
import { diffCommand } from "./diff.ts";
import { exploreCommand } from "./explore.ts";
import { graphCommand } from "./graph.ts";
import { newCommand } from "./new.ts";
import { replayCommand } from "./replay.ts";

const COMMANDS: readonly Command[] = [
	checkCommand,
	exploreCommand,
	replayCommand,
	newCommand,
	diffCommand,
	graphCommand,
];

const EXITS = `Exit codes:
   0  every property holds (with --gate: every verdict is the expected one)
   1  a property is violated (with --gate: a verdict is not the expected one)
   2  the command or a file is wrong, or --typecheck found errors
   3  the model is wrong
   4  incomplete: a limit or Ctrl-C ended a search early, or --simulate was all
  70  a bug in the checker
Of several that apply, the first of 70, 2, 3, 1, 4 counts.`;

/** Options that say more the more often they are given. */
const REPEATABLE = new Set(["_", "files", "scenario", "set", "property", "report"]);

function givenOnce(args: Readonly<Record<string, unknown>>): true {
	for (const [name, value] of Object.entries(args))
		if (Array.isArray(value) && !REPEATABLE.has(name))
			throw new UsageError(`--${name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)} is given ${value.length} times`);
	return true;
}

/** What yargs finds wrong, with where help is: that of the command, where one is named. */
function wrong(args: readonly string[], message: string): string {
	const [first = ""] = args;
	const usage = COMMANDS.map(({ usage }) => usage).find((usage) => usage.split(" ")[0] === first);
	const lacks = usage && message.startsWith("Not enough non-option arguments");
	const says = lacks ? `${first} is written check ${usage}` : inOwnWords(args, message);
	return `${says} (check ${usage ? `${first} ` : ""}--help shows what there is)`;
}

/** The same of an option: yargs names it without its dashes, and lists the values that it may have over several lines. */
function inOwnWords(args: readonly string[], message: string): string {
	const [, unknown] = /^Unknown arguments?: (.*)$/.exec(message) ?? [];
	const [, lacking] = /^Not enough arguments following: (.*)$/.exec(message) ?? [];
	const [, missing] = /^Missing required arguments?: (.*)$/.exec(message) ?? [];
	const [, name, given, choices] = /^ *Argument: (.*), Given: "(.*)", Choices: (.*)$/m.exec(message) ?? [];
	const options = (names: string) => names.split(", ").map((each) => `--${each}`);
	if (lacking) return `${dashed(lacking)} takes a value`;
	if (missing) return `${options(missing).join(" and ")} must be given`;
	if (choices) return `--${name} ${given}: it is one of ${choices.replaceAll('"', "")}`;
	const [first = ""] = unknown?.split(", ") ?? [];
	if (first === "") return message;
	const isOption = args.some((arg) => arg === `-${first}` || arg.replace(/^--(no-)?|=.*$/g, "") === first);
	return isOption && !args.includes(first)
		? `${dashed(first)}: there is no such option`
		: `${first} is one argument too many`;
}

const dashed = (option: string): string => (option.length === 1 ? `-${option}` : `--${option}`);

/** What a command line asks for; nothing when it asked for help or the version and has been answered. */
export async function parse(args: readonly string[], tool: Tool): Promise<Action | undefined> {
	let action: Action | undefined;
	const cli = yargs([...args])
		.scriptName("check")
		.locale("en")
		.usage("$0 FILE...\n\nVerifies the models in the files; a folder stands for the files in it.")
		.strict()
		.parserConfiguration({ "strip-aliased": true, "strip-dashed": true })
		.epilogue(EXITS)
		.version(tool.version)
		.help()
		.alias("help", "h")
		.wrap(100)
		.exitProcess(false)
		.check(givenOnce)
		.fail((message: string | undefined, error: Error | undefined) => {
			// What yargs itself finds wrong with a command line comes either way.
			throw error && error.name !== "YError" ? error : new UsageError(wrong(args, `${message}`));
		});
	for (const add of COMMANDS)
		add(cli, tool, (chosen) => {
			action = chosen;
		});
	await cli.parseAsync();
	return action;
}
