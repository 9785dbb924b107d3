import { type Listing, listText } from "../../report/index.ts";
import { Sources } from "../../trace/index.ts";
import { EXIT, UsageError } from "../exit.ts";
import { typecheck } from "../load/typecheck.ts";
import { Output, widthOf } from "../output/output.ts";
import type { Options } from "../plan/options.ts";
import { type Plan, planOf } from "../plan/plan.ts";
import { nameOf } from "../plan/scenarios.ts";

/** Shows what the command line would verify, without verifying it. */
export async function list(options: Options): Promise<number> {
	if (options.format !== "text" && options.format !== "json")
		throw new UsageError(`--list has the forms text and json, not ${options.format}`);
	const output = new Output(options.out, `--out ${options.out}`);
	const plans = await planOf(options, new Sources(), (message) => void process.stderr.write(`${message}\n`));
	const types = options.typecheck ? typecheck(plans.map(({ path }) => path)) : undefined;
	const listings = plans.map(listing);
	if (options.format === "json") output.write(`${JSON.stringify(listings, undefined, "\t")}\n`);
	else output.write(listings.map((each) => listText(each, widthOf())).join("\n"));
	output.end();
	const errors = await types;
	if (!errors) return EXIT.holds;
	process.stderr.write(errors);
	return EXIT.usage;
}

function listing({ path, model, chosen, refused }: Plan): Listing {
	const { name, about, axes, sizes } = model;
	const [first] = chosen;
	const built = first && model.build(first);
	return {
		name,
		about,
		file: path,
		axes,
		sizes,
		scenarios: chosen.map((scenario) => nameOf(model, scenario)),
		refused,
		properties: [...(built?.properties ?? []), ...(built?.costs ?? [])].map(({ id, title, statement }) => ({
			id,
			title,
			statement,
		})),
	};
}
