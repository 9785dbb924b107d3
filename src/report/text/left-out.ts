import type { ModelResult } from "../result.ts";
import { groupBy } from "./group.ts";
import { beside, count } from "./wrap.ts";

/** So many names are told; of more, the first as an example. */
const FEW = 3;

/** The scenarios that the model itself refuses or leaves out, by its reasons. */
export function leftOut(refused: ModelResult["refused"], width: number): string[] {
	return [...groupBy(refused, ({ reason }) => reason)].flatMap(([reason, each]) => {
		const names = each.map(({ name }) => name);
		const which = names.length <= FEW ? names.join(", ") : `${count(names.length, "scenario")} such as ${names[0]}`;
		return beside("Left out: ", `${which}: ${reason}.`, width);
	});
}
