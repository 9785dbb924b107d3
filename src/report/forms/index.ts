import type { Form } from "./form.ts";
import { github } from "./github.ts";
import { html } from "./html.ts";
import { json } from "./json.ts";
import { junit } from "./junit.ts";
import { lkml } from "./lkml.ts";
import { mermaid } from "./mermaid.ts";
import { sarif } from "./sarif.ts";
import { summary } from "./summary.ts";
import { text } from "./text.ts";

/** Every form of report, by the name that the command line gives it. */
export const FORMS = { text, html, lkml, json, junit, sarif, github, mermaid, summary } as const satisfies Readonly<
	Record<string, Form>
>;

export type FormName = keyof typeof FORMS;
export const FORM_NAMES = Object.keys(FORMS) as FormName[];
