import { writeFileSync } from "node:fs";
import { dotOf } from "../../report/index.ts";
import { Sources } from "../../trace/index.ts";
import { command, listed, repeated } from "../command.ts";
import { EXIT, UsageError } from "../exit.ts";
import { failureOf, LoadError } from "../failure.ts";
import { type Drawing, drawingOf } from "../graph.ts";
import { oneOf } from "../one.ts";

/** `check graph FILE`: the state graph of one scenario. */
export const graphCommand = command(
	"graph <file>",
	"draw the states of a small scenario and the steps between them",
	(cli) =>
		cli.positional("file", { type: "string", demandOption: true, describe: "the model's file" }).options({
			scenario: { type: "string", requiresArg: true, describe: "the scenario, by its name" },
			set: { type: "string", requiresArg: true, describe: "axis=value: choose an axis or a size; repeatable" },
			property: { alias: "p", type: "string", requiresArg: true, describe: "ID[,ID]: look at these properties alone" },
			by: {
				type: "string",
				requiresArg: true,
				describe: "PATH[,PATH]: merge the states that agree in these parts",
			},
			format: { choices: ["dot", "svg"] as const, default: "dot" as const, describe: "form of the drawing" },
			out: { type: "string", requiresArg: true, describe: "write it to this file" },
		}),
	async ({ file, scenario, set, property, by, format, out }) => {
		const sources = new Sources();
		const one = await oneOf(
			{ files: [file], all: false, scenario: listed(scenario), set: repeated(set), property: listed(property) },
			sources,
		);
		let drawing: Drawing;
		try {
			const sizes = Object.keys(one.model.sizes).map((size) => `--set ${size}=1`);
			drawing = drawingOf(
				one.subject,
				listed(by),
				`choose a smaller scenario${sizes.length > 0 ? `, as by ${sizes.join(" ")}` : ""}`,
			);
		} catch (error) {
			throw error instanceof UsageError ? error : new LoadError(file, failureOf(error, sources));
		}
		const dot = dotOf(`${one.model.name} ${one.name}`, drawing.nodes, drawing.edges);
		// Large, and so loaded only when it is needed.
		const text = format === "dot" ? dot : await (await import("../../report/graph/svg.ts")).svgOf(dot);
		if (out === undefined) process.stdout.write(text);
		else write(out, text);
		return EXIT.holds;
	},
);

function write(file: string, text: string): void {
	try {
		writeFileSync(file, text);
	} catch (error) {
		throw new UsageError(`--out ${file}: cannot be written: ${(error as Error).message}`);
	}
}
