import type { Axes, Sizes } from "../lang/index.ts";
import { beside, count } from "./text/wrap.ts";

/** What there is to verify in a model. */
export interface Listing {
	readonly name: string;
	readonly about: string;
	readonly file: string;
	readonly axes: Axes;
	readonly sizes: Sizes;
	/** Names of the scenarios that were chosen. */
	readonly scenarios: readonly string[];
	readonly properties: readonly { readonly id: string; readonly title: string; readonly statement: string }[];
}

export function listText({ name, about, file, axes, sizes, scenarios, properties }: Listing, width: number): string {
	const indent = (text: string) => `    ${text}`;
	return `${[
		`${name}  ${about}  (${file})`,
		"  axes",
		...Object.entries(axes).flatMap(([axis, values]) => beside(indent(`${axis}: `), values.join(", "), width)),
		"  sizes",
		...Object.entries(sizes).map(([size, { default: usual, min, max }]) =>
			indent(`${size}: ${usual} (${min} to ${max})`),
		),
		"  properties",
		...properties.flatMap(({ id, title }) => beside(indent(`${id}: `), title, width)),
		`  ${count(scenarios.length, "scenario")}`,
		...scenarios.map(indent),
	].join("\n")}\n`;
}
