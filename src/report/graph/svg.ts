import { instance } from "@viz-js/viz";

/** A file of its own when built, for it is large: Graphviz, which draws a graph in DOT as SVG. */
export async function svgOf(dot: string): Promise<string> {
	const graphviz = await instance();
	return graphviz.renderString(dot, { format: "svg" });
}
