import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { collect } from "../html/collect.ts";
import type { Form } from "./form.ts";

/** One page for the browser that needs nothing else: the matrix, and every counterexample to walk through. */
export const html: Form = {
	whole: (all, setting) => {
		const data = gzipSync(JSON.stringify(collect(all, setting)), { level: 9 }).toString("base64");
		const title = all.map(({ model }) => model.name).join(", ");
		return page()
			.replace("{{title}}", () => escaped(title))
			.replace("{{data}}", () => data);
	},
};

/** Built from `html/page/`; it stands beside the built command. */
const page = (): string => readFileSync(new URL("report.html", import.meta.url), "utf8");

const escaped = (text: string): string => text.replace(/[&<>]/g, (char) => `&#${char.charCodeAt(0)};`);
