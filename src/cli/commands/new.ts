import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { EXIT, UsageError } from "../exit.ts";
import { root } from "../load/root.ts";
import { makeFolder } from "../output/folder.ts";
import { command } from "./command.ts";

/** Both are models in their own right, so that what is written works. */
const TEMPLATES = ["models", "specs"].map((folder) => ({
	folder,
	text: () => readFileSync(join(root, "templates", folder, "primitive.ts"), "utf8"),
}));

/** `check new NAME`: writes a small working model and its spec, to be changed into what is wanted. */
export const newCommand = command(
	"new <name>",
	"write a small model, and its spec, to start from",
	(cli) =>
		cli.positional("name", {
			type: "string",
			demandOption: true,
			describe: "the model's name: models/NAME.ts and specs/NAME.ts are written",
		}),
	async ({ name }) => {
		if (!/^[A-Za-z][\w-]*$/.test(name))
			throw new UsageError(`${name}: a model's name is letters, digits, - and _, and begins with a letter`);
		const files = TEMPLATES.map(({ folder, text }) => ({ path: `${folder}/${name}.ts`, text: text() }));
		for (const { path } of files)
			if (existsSync(path)) throw new UsageError(`${path} exists already: choose another name`);
		for (const { path, text } of files)
			write(path, text.replace('"primitive"', `"${name}"`).replace("primitive.ts", `${name}.ts`));
		const [model] = files.map(({ path }) => path);
		process.stdout.write(
			`${files.map(({ path }) => `wrote ${path}\n`).join("")}Next:\n  npx check ${model}\n  npx check --gate ${model}\n`,
		);
		return EXIT.holds;
	},
);

function write(path: string, text: string): void {
	try {
		makeFolder(dirname(path));
		writeFileSync(path, text, { flag: "wx" });
	} catch (error) {
		throw new UsageError(`${path}: cannot be written: ${(error as Error).message}`);
	}
}
