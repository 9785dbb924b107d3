import { choicesText, type Paint } from "../../report/index.ts";
import type { Departure, SavedStep, SavedTrace, Subject } from "../../trace/index.ts";
import { choicesOf } from "./choices.ts";

/** At which step of a trace a system does something else, and what. */
export function departed(
	subject: Subject,
	{ steps }: Pick<SavedTrace, "steps">,
	{ step, how, now, instead, from }: Departure,
	paint: Paint,
): string {
	const { process, routine, label, changes } = steps[step - 1] as SavedStep;
	const what = `  step ${step} of ${process} in ${routine}(): ${label}\n`;
	switch (how) {
		case "gone":
			return instead.length > 0
				? `${what}  is not possible there; possible are\n${choicesText(choicesOf(subject, from, instead), paint)}`
				: `${what}  is not possible there, nor is any other\n`;
		case "raises":
			return `${what}  raises an error there: ${now.join()}\n`;
		case "quiet":
			return `${what}  raises no error there\n`;
		case "changes":
			return [
				`${what}  changes other values there, (+) and not (-)\n`,
				...changes.filter((line) => !now.includes(line)).map((line) => `  - ${line}\n`),
				...now.filter((line) => !changes.includes(line)).map((line) => `  + ${line}\n`),
			].join("");
	}
}
