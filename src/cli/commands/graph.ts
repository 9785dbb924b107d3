import { dotOf } from "../../report/index.ts";
import { Sources } from "../../trace/index.ts";
import { type Drawing, drawingOf } from "../drawing.ts";
import { EXIT, UsageError } from "../exit.ts";
import { failureOf, LoadError } from "../failure.ts";
import { Output } from "../output/output.ts";
import { oneOf } from "../plan/one.ts";
import { command, listed, repeated } from "./command.ts";
import { scenarioOptions } from "./options.ts";

/** `check graph FILE`: the state graph of one scenario. */
export const graphCommand = command(
	"graph <file>",
	"draw the states of a small scenario and the steps between them",
	(cli) =>
		scenarioOptions(cli).options({
			by: {
				type: "string",
				requiresArg: true,
				describe: "PATH[,PATH]: merge the states that agree in these parts",
			},
			format: {
				choices: ["dot", "svg"] as const,
				requiresArg: true,
				default: "dot" as const,
				describe: "form of the drawing",
			},
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
		const output = new Output(out, `--out ${out}`);
		output.write(text);
		output.end();
		return EXIT.holds;
	},
);
