import type { Argv } from "yargs";

/** Options of the commands that take one scenario. */
export const scenarioOptions = (cli: Argv) =>
	cli.options({
		scenario: { type: "string", requiresArg: true, describe: "the scenario, by its name" },
		set: { type: "string", requiresArg: true, describe: "axis=value: choose an axis or a size; repeatable" },
		property: { alias: "p", type: "string", requiresArg: true, describe: "ID[,ID]: look at these properties alone" },
		color: { type: "boolean", describe: "colours (default: on a terminal that has them)" },
	});
