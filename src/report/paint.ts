import { styleText } from "node:util";

type Style = (text: string) => string;

/** Styles of the text report. Nothing is said by colour alone. */
export interface Paint {
	readonly bold: Style;
	readonly dim: Style;
	readonly good: Style;
	readonly bad: Style;
	readonly unsure: Style;
}

const same: Style = (text) => text;

export const plain: Paint = { bold: same, dim: same, good: same, bad: same, unsure: same };

export const coloured: Paint = {
	bold: (text) => styleText("bold", text),
	dim: (text) => styleText("dim", text),
	good: (text) => styleText("green", text),
	bad: (text) => styleText("red", text),
	unsure: (text) => styleText("yellow", text),
};
