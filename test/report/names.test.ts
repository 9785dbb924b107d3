// Names of scenarios, as short as they can be said.
import { expect, test } from "vitest";
import { namesOf } from "../../src/report/names.ts";

const product = (...axes: string[][]): string[] =>
	axes.reduce(
		(names, values) => names.flatMap((name) => values.map((value) => (name ? `${name}/${value}` : value))),
		[""],
	);
const all = product(["v4", "v5"], ["irq", "task"], ["none", "full", "rt"]);
const said = (names: readonly string[], scenarios = all) =>
	namesOf(
		names,
		scenarios.map((name) => ({ name })),
	);

test("values of an axis that are all there become a star, of any axis", () => {
	expect(said(["v4/irq/none"])).toBe("v4/irq/none");
	expect(said(product(["v4"], ["irq"], ["none", "full", "rt"]))).toBe("v4/irq/*");
	expect(said(product(["v4"], ["irq", "task"], ["none"]))).toBe("v4/*/none");
	expect(said(product(["v4", "v5"], ["task"], ["none", "full", "rt"]))).toBe("*/task/*");
	expect(said(product(["v4"], ["irq", "task"], ["none", "full"]))).toBe("v4/*/none, v4/*/full");
	expect(said(["v4/irq/none", "v5/task/none"])).toBe("v4/irq/none, v5/task/none");
	expect(said(all)).toBe("any of these scenarios");
});

test("a star stands for scenarios that there are, of one size", () => {
	const some = ["v4/irq/none", "v4/irq/full", "v5/irq/none", "v4/irq/none cpus=3", "v4/irq/full cpus=3"];
	expect(said(["v4/irq/none", "v4/irq/full"], some)).toBe("v4/irq/*");
	expect(said(["v4/irq/none cpus=3", "v4/irq/full cpus=3"], some)).toBe("v4/irq/* cpus=3");
	const holed = [...product(["a", "b"], ["none", "full"], ["off", "down"]), "a/rt/off", "b/rt/off"];
	expect(
		said(
			holed.filter((name) => name.startsWith("a")),
			holed,
		),
	).toBe("a/*/*");
	expect(said(["v4/irq/none", "v5/irq/none"], some)).toBe("*/irq/none");
});
