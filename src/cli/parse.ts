import yargs from "yargs";
import { UsageError } from "./exit.ts";
import type { Options } from "./options.ts";

const EXITS = `Exit codes:
   0  every property holds (with --gate: every verdict is the expected one)
   1  a property is violated (with --gate: a verdict is not the expected one)
   2  the command or a file is wrong, or --typecheck found errors
   3  the model is wrong
   4  incomplete: a limit or Ctrl-C ended a search before everything was seen
  70  a bug in the checker
Of several that apply, the first of 70, 2, 3, 1, 4 counts.`;

/** Values of an option that may be repeated and may list several with commas. */
const listed = (value: string | readonly string[] | undefined): string[] =>
	[value ?? []].flat().flatMap((text) => text.split(",").filter((part) => part !== ""));
const repeated = (value: string | readonly string[] | undefined): string[] => [value ?? []].flat();

/** The options of a command line; nothing when it asked for help or the version and has been answered. */
export async function parse(args: readonly string[], version: string): Promise<Options | undefined> {
	let options: Options | undefined;
	await yargs([...args])
		.scriptName("check")
		.locale("en")
		.usage("$0 FILE...\n\nVerifies the models in the files; a folder stands for the files in it.")
		.command(
			"$0 [files..]",
			false,
			(command) =>
				command
					.positional("files", { type: "string", array: true, hidden: true })
					.options({
						all: {
							type: "boolean",
							default: false,
							describe: "take every scenario, not only the model's default ones",
						},
						scenario: {
							type: "string",
							requiresArg: true,
							describe: "take scenarios by name, * for any value; repeatable",
						},
						set: {
							type: "string",
							requiresArg: true,
							describe: "axis=value[,value]: choose an axis or a size; repeatable",
						},
						property: {
							alias: "p",
							type: "string",
							requiresArg: true,
							describe: "ID[,ID]: check only these properties",
						},
						list: { type: "boolean", default: false, describe: "show the scenarios and properties, verify nothing" },
					})
					.group(["all", "scenario", "set", "property", "list"], "What to verify:")
					.options({
						"max-states": { type: "number", requiresArg: true, describe: "states" },
						"max-memory": {
							type: "string",
							requiresArg: true,
							describe: "bytes, as 512M or 2G (default: half of what there is)",
						},
						"max-time": { type: "number", requiresArg: true, describe: "seconds" },
						"max-depth": { type: "number", requiresArg: true, describe: "steps from the initial state" },
					})
					.group(["max-states", "max-memory", "max-time", "max-depth"], "Limits of each scenario's search:")
					.options({
						gate: {
							type: "boolean",
							default: false,
							describe: "compare with the expected verdicts in ../specs/NAME.ts",
						},
						spec: { type: "string", requiresArg: true, describe: "with --gate: the file of expected verdicts" },
						typecheck: { type: "boolean", default: false, describe: "type-check the files meanwhile" },
					})
					.group(["gate", "spec", "typecheck"], "Beside the search:")
					.options({
						format: { choices: ["text", "json"] as const, default: "text" as const, describe: "form of the report" },
						out: { type: "string", requiresArg: true, describe: "write the report to this file" },
						color: { type: "boolean", describe: "colours (default: on a terminal that has them)" },
					})
					.group(["format", "out", "color"], "Report:"),
			(argv) => {
				options = {
					...argv,
					files: repeated(argv.files),
					scenario: listed(argv.scenario),
					set: repeated(argv.set),
					property: listed(argv.property),
				} as Options;
			},
		)
		.strict()
		.parserConfiguration({ "strip-aliased": true, "strip-dashed": true })
		.epilogue(EXITS)
		.version(version)
		.help()
		.alias("help", "h")
		.wrap(100)
		.exitProcess(false)
		.fail((message: string | undefined, error: Error | undefined) => {
			throw error ?? new UsageError(`${message} (check --help shows what there is)`);
		})
		.parseAsync();
	if (options && options.files.length === 0)
		throw new UsageError("name a model file, as in: check models/bio-task.ts (check --help shows more)");
	if (options?.spec && !options.gate) throw new UsageError("--spec goes with --gate");
	return options;
}
