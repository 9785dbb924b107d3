import { Sources } from "../../trace/index.ts";
import { paintOf } from "../output/output.ts";
import { replay } from "../walk/replay.ts";
import { command } from "./command.ts";
import { colorOption } from "./options.ts";

/** `check replay TRACE`: shows a saved trace again, and whether its model still does that. */
export const replayCommand = command(
	"replay <trace> [file]",
	"show a saved trace again",
	(cli) =>
		cli
			.positional("trace", { type: "string", demandOption: true, describe: "a file that a trace was saved to" })
			.positional("file", { type: "string", describe: "the model's file, where it is not where the trace says" })
			.options({ color: colorOption }),
	async ({ trace, file, color }) => {
		const { text, code } = await replay(trace, file, new Sources(), paintOf(color));
		process.stdout.write(text);
		return code;
	},
);
