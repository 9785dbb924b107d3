/** A state of a graph, or several that were merged. */
export interface GraphNode {
	/** Lines. */
	readonly label: readonly string[];
	readonly initial: boolean;
	/** Nothing but background steps is possible from here on. */
	readonly end: boolean;
	/** Something is violated here. */
	readonly bad: boolean;
	/** Shown where the mouse rests. */
	readonly tip: string;
}

export interface GraphEdge {
	readonly from: number;
	readonly to: number;
	/** Lines: what is done. */
	readonly label: readonly string[];
	/** By a process in the background, such as the scheduler. */
	readonly background: boolean;
}

/** A graph in the language of Graphviz; nodes are numbered from 0. */
export function dotOf(title: string, nodes: readonly GraphNode[], edges: readonly GraphEdge[]): string {
	return `digraph ${quoted(title)} {
	label = ${quoted(title)}; labelloc = t;
	node [shape = box, fontname = "Courier", fontsize = 10];
	edge [fontname = "Courier", fontsize = 9];
${nodes.map(nodeText).join("")}${edges.map(edgeText).join("")}}
`;
}

function nodeText({ label, initial, end, bad, tip }: GraphNode, i: number): string {
	const style = [
		...(initial ? ["penwidth = 2.5"] : []),
		...(end ? ["peripheries = 2"] : []),
		...(bad ? ['color = "#b00020"', 'fontcolor = "#b00020"'] : []),
	];
	return `	n${i} [${[`label = ${lines(label)}`, ...style, `tooltip = ${quoted(tip)}`].join(", ")}];\n`;
}

function edgeText({ from, to, label, background }: GraphEdge): string {
	const style = background ? ", style = dashed" : "";
	return `	n${from} -> n${to} [label = ${lines(label)}${style}];\n`;
}

const escaped = (text: string): string => text.replaceAll("\\", "\\\\").replaceAll('"', '\\"');
const quoted = (text: string): string => `"${escaped(text).replaceAll("\n", "\\n")}"`;
/** Lines that begin at the left. */
const lines = (texts: readonly string[]): string => `"${texts.map((text) => `${escaped(text)}\\l`).join("")}"`;
