import type { Argv } from "yargs";

export const colorOption = { type: "boolean", describe: "colours (default: on a terminal that has them)" } as const;

/** What the commands take that look at one scenario. */
export const scenarioOptions = (cli: Argv) =>
	cli.positional("file", { type: "string", demandOption: true, describe: "the model's file" }).options({
		scenario: { type: "string", requiresArg: true, describe: "the scenario, by its name" },
		set: { type: "string", requiresArg: true, describe: "axis=value: choose an axis or a size; repeatable" },
		property: { alias: "p", type: "string", requiresArg: true, describe: "ID[,ID]: look at these properties alone" },
	});

/** Options that limit the search of each scenario. */
export const limitOptions = <T>(cli: Argv<T>) =>
	cli
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
			compress: {
				type: "boolean",
				describe: "compressed: half of the memory for three times the time",
			},
			"hash-compact": {
				type: "boolean",
				describe: "of each a hash only; what is not violated is then never said to hold",
			},
			bitstate: {
				type: "boolean",
				describe: "of each some bits only, in half of --max-memory: likewise, and less certain",
			},
		})
		.group(["compress", "hash-compact", "bitstate"], "How states are kept:");
