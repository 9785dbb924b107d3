import { REDUCTIONS } from "../../explore/reductions.ts";
import { differences, diffReport, FORMS } from "../../report/index.ts";
import { Sources } from "../../trace/index.ts";
import { compare, versusOf } from "../compare.ts";
import { EXIT, UsageError, worst } from "../exit.ts";
import { paintOf, widthOf } from "../output/output.ts";
import { limitsOf, workersOf } from "../plan/limits.ts";
import { planOf } from "../plan/plan.ts";
import { onlyOf, requireProperties } from "../plan/properties.ts";
import { FIGURES_AT_MOST } from "../plan/settings.ts";
import { Watched } from "../run/watched.ts";
import { command, listed, repeated } from "./command.ts";
import { colorOption, limitOptions } from "./options.ts";

/** `check diff FILE --axis design=a,b`: two variants of a model side by side. */
export const diffCommand = command(
	"diff <file>",
	"put two variants of a model side by side",
	(cli) =>
		limitOptions(
			cli.positional("file", { type: "string", demandOption: true, describe: "the model's file" }).options({
				axis: {
					type: "string",
					requiresArg: true,
					demandOption: true,
					describe: "axis=value,value: the axis, or size, and the two values to compare",
				},
				all: { type: "boolean", describe: "of the other axes, take every value" },
				set: {
					type: "string",
					requiresArg: true,
					describe: "axis=value[,value]: choose other axes or sizes; repeatable",
				},
				property: { alias: "p", type: "string", requiresArg: true, describe: "ID[,ID]: compare only these properties" },
				color: colorOption,
			}),
		),
	async ({ file, axis, all, set, property, color, ...limits }, tool) => {
		const sources = new Sources();
		const paint = paintOf(color);
		const versus = versusOf(axis);
		const options = { files: [file], all, scenario: [], set: [...repeated(set), axis], property: listed(property) };
		const plans = await planOf(options, sources, () => {});
		const [plan] = plans;
		if (!plan || plans.length > 1) throw new UsageError(`${file}: holds several models; compare one`);
		requireProperties(plans, options.property);
		const watched = new Watched(plans);
		const settings = {
			only: onlyOf(options.property),
			limits: limitsOf(limits),
			workers: workersOf(),
			reductions: new Set(REDUCTIONS),
			minimise: "steps",
			shows: false,
			figures: FIGURES_AT_MOST,
		} as const;
		const result = await watched.run(plan, settings, sources);
		await watched.end();
		if (result.scenarios.some(({ failure }) => failure)) {
			process.stdout.write(
				FORMS.text.each({ model: result, gate: undefined }, { tool, paint, width: widthOf(), sources }),
			);
			return EXIT.model;
		}
		const comparison = compare(plan, result, versus, paint);
		process.stdout.write(diffReport(comparison, widthOf(), paint));
		const differ = comparison.pairs.some((pair) => differences(pair).length > 0);
		const unseen = result.notBegun.length > 0 || result.scenarios.some(({ stopped }) => stopped);
		return worst([...(differ ? [EXIT.violated] : []), ...(unseen ? [EXIT.incomplete] : [])]);
	},
);
