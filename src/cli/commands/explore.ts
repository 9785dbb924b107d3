import { createInterface } from "node:readline";
import { Sources } from "../../trace/index.ts";
import { EXIT } from "../exit.ts";
import { paintOf } from "../output/output.ts";
import { oneOf } from "../plan/one.ts";
import { Stepper } from "../walk/stepper.ts";
import { command, listed, repeated } from "./command.ts";
import { colorOption, scenarioOptions } from "./options.ts";

/** `check explore FILE`: an interactive walk through one scenario. Without a terminal it reads commands from a pipe. */
export const exploreCommand = command(
	"explore <file>",
	"walk through a scenario by hand",
	(cli) => scenarioOptions(cli).options({ color: colorOption }),
	async ({ file, scenario, set, property, color }) => {
		const sources = new Sources();
		const one = await oneOf(
			{ files: [file], all: false, scenario: listed(scenario), set: repeated(set), property: listed(property) },
			sources,
		);
		const { stdin, stdout } = process;
		const terminal = stdin.isTTY === true && stdout.isTTY === true;
		const lines = createInterface({ input: stdin, output: stdout, terminal });
		let busy = false;
		let stopped = false;
		lines.on("SIGINT", () => {
			if (!busy) lines.close();
			stopped = true;
		});
		const stepper = new Stepper(one, sources, paintOf(color), () => stopped);
		const ask = () => {
			lines.setPrompt(stepper.prompt);
			lines.prompt();
		};
		stdout.write(stepper.greeting);
		ask();
		for await (const line of lines) {
			// What is typed into a terminal is seen there already.
			if (!terminal) stdout.write(`${line}\n`);
			busy = true;
			stopped = false;
			const { say, quit } = await stepper.answer(line);
			busy = false;
			stdout.write(say);
			if (quit) break;
			ask();
		}
		lines.close();
		return EXIT.holds;
	},
);
