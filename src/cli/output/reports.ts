import {
	FORM_NAMES,
	FORMS,
	type Form,
	type FormName,
	type Setting,
	type Tool,
	type Verified,
	WIDTH,
} from "../../report/index.ts";
import type { Sources } from "../../trace/index.ts";
import { UsageError } from "../exit.ts";
import type { Options } from "../plan/options.ts";
import { announced } from "./announced.ts";
import { Output, paintOf, widthOf } from "./output.ts";
import type { ProgressLine } from "./progress.ts";

/** The reports that the command line asks for: one by `--format` and `--out`, further ones by `--report`. */
export class Reports {
	readonly #reports: readonly Report[];
	readonly #verified: Verified[] = [];

	constructor(options: Pick<Options, "format" | "out" | "report" | "color">, tool: Tool, sources: Sources) {
		const { format, out, report, color } = options;
		const further = report.map(parsed);
		const files = [out, ...further.map(({ file }) => file)].filter((file) => file !== undefined);
		const twice = files.find((file, i) => files.indexOf(file) < i);
		if (twice !== undefined) throw new UsageError(`two reports are to be written to ${twice}`);
		this.#reports = [{ name: format, file: out, option: `--out ${out}` }, ...further].map(({ name, file, option }) => {
			// A file has colours only when they are asked for.
			const paint = paintOf(color ?? (file === undefined ? undefined : false));
			const width = file === undefined ? widthOf() : WIDTH;
			return new Report(FORMS[name], new Output(file, option), { tool, sources, paint, width });
		});
	}

	/** Hears of each model when it is verified. What is told of counterexamples is made now, and `progress` says so. */
	add({ model, gate }: Verified, progress: ProgressLine): void {
		const verified = { model: announced(model, (which) => progress.rebuilding(which)), gate };
		this.#verified.push(verified);
		for (const report of this.#reports) report.add(verified, progress);
	}

	end(progress: ProgressLine): void {
		for (const report of this.#reports) report.end(this.#verified, progress);
	}
}

class Report {
	#empty = true;

	constructor(
		readonly form: Form,
		readonly output: Output,
		readonly setting: Setting,
	) {}

	add(verified: Verified, progress: ProgressLine): void {
		if (!("each" in this.form)) return;
		const text = this.form.each(verified, this.setting);
		progress.clear();
		this.output.write((this.#empty ? "" : "\n") + text);
		this.#empty = false;
	}

	end(all: readonly Verified[], progress: ProgressLine): void {
		const text = "whole" in this.form ? this.form.whole(all, this.setting) : "";
		progress.clear();
		this.output.write(text);
		this.output.end();
	}
}

interface Asked {
	readonly name: FormName;
	readonly file: string | undefined;
	readonly option: string;
}

/** `FORM`, `FORM=FILE` or `FORM=-`. */
function parsed(text: string): Asked {
	const [, name = "", file] = /^([^=]*)=?(.*)$/s.exec(text) ?? [];
	if (!isForm(name)) throw new UsageError(`--report ${text}: give FORM=FILE, the form one of ${FORM_NAMES.join(", ")}`);
	return { name, file: file === "" || file === "-" ? undefined : file, option: `--report ${text}` };
}

const isForm = (name: string): name is FormName => Object.hasOwn(FORMS, name);
