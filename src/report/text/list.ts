import type { Axes, Sizes } from "../../lang/index.ts";
import type { ModelResult } from "../result.ts";
import { leftOut } from "./left-out.ts";
import { beside, count, grouped } from "./wrap.ts";

/** What there is to verify in a model. */
export interface Listing {
	readonly name: string;
	readonly about: string;
	readonly file: string;
	readonly axes: Axes;
	readonly sizes: Sizes;
	/** Names of the scenarios that were chosen. */
	readonly scenarios: readonly string[];
	/** Those that the model refuses or leaves out. */
	readonly refused: ModelResult["refused"];
	readonly properties: readonly { readonly id: string; readonly title: string; readonly statement: string }[];
}

export function listText(
	{ name, about, file, axes, sizes, scenarios, refused, properties }: Listing,
	width: number,
): string {
	const indent = (text: string) => `    ${text}`;
	return `${[
		`${name}  ${about}  (${file})`,
		...(Object.keys(axes).length > 0 ? ["  axes"] : []),
		...Object.entries(axes).flatMap(([axis, values]) => beside(indent(`${axis}: `), values.join(", "), width)),
		...(Object.keys(sizes).length > 0 ? ["  sizes"] : []),
		...Object.entries(sizes).map(([size, { default: usual, min, max }]) =>
			indent(`${size}: ${usual} (${min} to ${max})`),
		),
		...(properties.length > 0 ? ["  properties"] : []),
		...properties.flatMap(({ id, title }) => beside(indent(`${id}: `), title, width)),
		`  ${count(scenarios.length, "scenario")}${refused.length > 0 ? `, ${grouped(refused.length)} more left out` : ""}`,
		...scenarios.map(indent),
		...leftOut(refused, width - 2).map((line) => `  ${line}`),
	].join("\n")}\n`;
}
