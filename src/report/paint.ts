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

// Whether there are colours at all is decided once, by the command line and the terminal, not by each text.
const style =
	(format: Parameters<typeof styleText>[0]): Style =>
	(text) =>
		styleText(format, text, { validateStream: false });

export const coloured: Paint = {
	bold: style("bold"),
	dim: style("dim"),
	good: style("green"),
	bad: style("red"),
	unsure: style("yellow"),
};
