import { join } from "node:path";
import { type ModelResult, shortest, type Which } from "../../report/index.ts";
import { UsageError } from "../exit.ts";
import { makeFolder } from "./folder.ts";
import { saveTrace } from "./traces.ts";

/** Saves the counterexamples that a report shows, as `MODEL.PROPERTY.json` in `folder`. Returns the files' names. */
export function saveCounterexamples(folder: string, result: ModelResult, which?: Which): string[] {
	return shortest(result, which).map(({ scenario, property, counterexample }) => {
		const file = join(folder, `${result.name}.${property.id}.json`);
		saveTrace(file, counterexample.trace(), {
			model: result.name,
			file: result.file,
			scenario: scenario.name,
			violates: [property.id],
		});
		return file;
	});
}

/** Makes the folder before the work, so that a wrong name is told before it. */
export function prepareFolder(folder: string): void {
	try {
		makeFolder(folder);
	} catch (error) {
		throw new UsageError(`--save-traces ${folder}: cannot be made: ${(error as Error).message}`);
	}
}
