// A symmetry that is wrong only in one of many states: where it leads to a way that cannot be taken, it is left out.
import { expect, test } from "vitest";
import { verify } from "../../src/cli/verify/verify.ts";
import { bool, ids, loop, model, perId, range, record, system, waitUntil } from "../../src/lang/index.ts";
import { Sources } from "../../src/trace/index.ts";

const told = model("told", {
	about: "two counters, one of which is told from the other where they stand at 40 and 30",
	axes: {},
	build() {
		const Item = ids("item", 2);
		const sys = system({ state: { n: perId(Item, record({ n: range(0, 60) })), told: bool } });
		for (const item of Item.all.toReversed())
			sys.process(
				`counter${item}`,
				sys.routine("count", { args: { item: Item } }, [
					loop([
						waitUntil(
							"n++",
							({ s, f }) => s.n[f.item].n < 60,
							({ s, f }) => {
								const [a, b] = Item.all.map((each) => s.n[each].n);
								if (f.item === Item.id(0) && a === 40 && b === 30) s.told = true;
								s.n[f.item].n++;
							},
						),
					]),
				]),
				{ args: { item }, of: [Item.member(item)] },
			);
		return sys.property("untold", { title: "", statement: "", invariant: ({ s }) => !s.told });
	},
});

test("the scenario is searched once more without it, and shown as the reference takes it", async () => {
	const task = {
		...{ model: told, scenario: {}, only: undefined, sources: new Sources(), minimise: "steps" as const },
		...{ workers: 1, figures: 0, shows: false },
		limits: { states: 10_000, time: 60, memory: 2 ** 28, depth: Number.POSITIVE_INFINITY },
		reductions: new Set(["symmetry"] as const),
	};
	const silent = { tick: () => {}, done: () => {}, interrupted: () => false };
	const { status, unreduced, properties } = await verify(task, silent);
	expect(status).toBe("violated");
	expect(unreduced).toEqual(["no symmetry over item0 and item1: a way that was found by it cannot be taken"]);
	expect(properties.find(({ id }) => id === "untold")?.counterexample?.trace().steps).toHaveLength(71);
});
