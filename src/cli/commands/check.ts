import type { Argv } from "yargs";
import { REDUCTIONS } from "../../explore/reductions.ts";
import { FORM_NAMES } from "../../report/index.ts";
import { check } from "../check/check.ts";
import { list } from "../check/list.ts";
import { watch } from "../check/watch.ts";
import { UsageError } from "../exit.ts";
import { type Options, reductionsOf } from "../plan/options.ts";
import { command, listed, repeated } from "./command.ts";
import { colorOption, limitOptions } from "./options.ts";

/** `check FILE...`: verifies models, or lists what there is to verify. */
export const checkCommand = command(
	"$0 [files..]",
	"verify models (the default)",
	(cli) =>
		limitOptions(whatToVerify(cli))
			.options({
				gate: {
					type: "boolean",
					describe: "compare all scenarios with the verdicts expected in ../specs/NAME.ts",
				},
				spec: { type: "string", requiresArg: true, describe: "with --gate: the file of expected verdicts" },
				watch: { type: "boolean", describe: "verify again whenever a file is saved" },
				typecheck: { type: "boolean", describe: "type-check the files meanwhile" },
				workers: {
					type: "number",
					requiresArg: true,
					describe: "threads that share a search once it is long enough (default: one for each core)",
				},
			})
			.group(["gate", "spec", "typecheck", "watch", "workers"], "Beside the search:")
			.options({
				reductions: {
					type: "string",
					requiresArg: true,
					describe: `NAME[,NAME] of ${REDUCTIONS.join(", ")}, or none (default: all)`,
				},
			})
			.options({
				audit: {
					type: "boolean",
					describe:
						"check in every state that steps are deterministic and ids interchangeable: takes several times as long",
				},
			})
			.options({
				figures: {
					type: "boolean",
					describe: "compute figures of large scenarios too, which takes as long again",
				},
			})
			.group(["reductions", "audit", "figures"], "How to search:")
			.options({
				simulate: {
					type: "number",
					requiresArg: true,
					describe: "walk at random so many times, which proves nothing",
				},
				seed: { type: "number", requiresArg: true, describe: "with --simulate: walk otherwise (default: 1)" },
			})
			.group(["simulate", "seed"], "Instead of the search:")
			.options({
				format: { choices: FORM_NAMES, requiresArg: true, default: "text" as const, describe: "form of the report" },
				out: { type: "string", requiresArg: true, describe: "write the report to this file" },
				report: {
					type: "string",
					requiresArg: true,
					describe: "FORM=FILE: write one more report; repeatable",
				},
				"save-traces": {
					type: "string",
					requiresArg: true,
					describe: "save the counterexamples into this folder, for check replay",
				},
				color: colorOption,
				minimise: {
					alias: "minimize",
					requiresArg: true,
					choices: ["steps", "switches"] as const,
					default: "steps" as const,
					describe: "what counterexamples have the fewest of",
				},
			})
			.group(["format", "out", "report", "minimise", "save-traces", "color"], "Report:"),
	async (args, tool) => {
		const options: Options = {
			...args,
			files: repeated(args.files),
			scenario: listed(args.scenario),
			set: repeated(args.set),
			property: listed(args.property),
			report: repeated(args.report),
			reductions: reductionsOf(args.reductions),
		};
		if (options.files.length === 0)
			throw new UsageError("name a model file, as in: check models/bio-task.ts (check --help shows more)");
		if (options.spec && !options.gate) throw new UsageError("--spec goes with --gate");
		if (options.report.length > 0 && options.list) throw new UsageError("--list has no --report");
		if (options.watch && options.list) throw new UsageError("--list verifies nothing, so there is nothing to --watch");
		if (options.list) return list(options);
		return options.watch ? watch(options, tool) : check(options, tool);
	},
);

const whatToVerify = (cli: Argv) =>
	cli
		.positional("files", { type: "string", array: true, describe: "model files, or folders of them" })
		.options({
			all: {
				type: "boolean",
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
			list: { type: "boolean", describe: "show the scenarios and properties, verify nothing" },
		})
		.group(["all", "scenario", "set", "property", "list"], "What to verify:");
