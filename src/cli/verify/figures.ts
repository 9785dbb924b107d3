import { setImmediate } from "node:timers/promises";
import { dearestOf, dearestWay } from "../../explore/dearest.ts";
import type { Exploration } from "../../explore/exploration.ts";
import type { Stop } from "../../explore/limits.ts";
import { pathAlong } from "../../explore/path.ts";
import { Pricing } from "../../explore/priced-graph.ts";
import { type Progress, Search } from "../../explore/search.ts";
import { ModelError, type Property } from "../../lang/index.ts";
import type { PropertyResult } from "../../report/index.ts";
import type { Found } from "./evidence.ts";
import type { Task, Watcher } from "./task.ts";

/** Milliseconds between looks at the terminal and at Ctrl-C. */
const SLICE = 100;

/**
 * The costs of a scenario that was searched, each with the most that any run comes to; and, of those that were asked for
 * by name, with such a run.
 */
export async function figuresOf(
	task: Task,
	search: Exploration,
	watcher: Pick<Watcher, "interrupted" | "tick">,
	name: string,
): Promise<PropertyResult<Found>[]> {
	const { machine, stopped } = search;
	const costs = machine.properties.filter(({ class: kind }) => kind === "cost");
	if (costs.length === 0) return [];
	if (!(search instanceof Search) || stopped) return costs.map((cost) => result(cost, "search"));
	const free = costs.every((cost) => machine.exercised[machine.properties.indexOf(cost)] === 0);
	if (free) return costs.map((cost) => result(cost, 0));
	if (search.progress.states > task.figures) return costs.map((cost) => result(cost, "size"));
	try {
		return await computed(task, search, costs, watcher, name);
	} finally {
		machine.pricing = false;
	}
}

async function computed(
	{ limits, figures, only }: Task,
	search: Search,
	costs: readonly Property[],
	{ interrupted, tick }: Pick<Watcher, "interrupted" | "tick">,
	name: string,
): Promise<PropertyResult<Found>[]> {
	const { machine } = search;
	const { time, memory, states } = limits;
	const pricing = new Pricing(machine, {
		states: Math.min(states, figures),
		memory: memory - search.progress.bytes,
		time,
	});
	while (pricing.slice(SLICE)) {
		tick(`${name} ${costs.map(({ id }) => id).join(", ")}`, pricing.progress);
		await setImmediate();
		if (interrupted()) pricing.stop("interrupt");
	}
	if (pricing.stopped) return costs.map((cost) => result(cost, pricing.stopped as Stop));
	requireSame(search, pricing, costs[0] as Property);
	const { graph } = pricing;
	const most = dearestOf(graph);
	return costs.map((cost, i) => {
		const of = most[i] as Float64Array;
		const known = result(cost, of[0] as number);
		if (!only?.has(cost.id) || of[0] === 0 || !Number.isFinite(of[0])) return known;
		const way = dearestWay(graph, graph.prices[i] as Uint16Array, of);
		const chain = [0, ...way.map(({ state }) => state)].map((state) => pricing.state(state));
		const prices = way.map(({ price }) => price);
		return {
			...known,
			run: { property: cost.id, steps: pathAlong(machine, cost.id, chain, prices), message: undefined, prices },
		};
	});
}

/** The second look at all steps is one more test of whether they do the same each time. */
function requireSame({ progress: first }: Search, { progress: second }: Pricing, { id, origin }: Property): void {
	const told = ({ states, transitions }: Progress) => `${states} states and ${transitions} transitions`;
	if (told(first) !== told(second))
		throw new ModelError(
			`nondeterministic model: it has ${told(first)}, and when cost ${id} is asked for ${told(second)}; a step may use only s, f and me`,
			origin.author,
		);
}

function result(
	{ id, title, statement, per }: Property,
	most: number | Stop | "search" | "size",
): PropertyResult<Found> {
	const known = typeof most === "number";
	return {
		id,
		title,
		statement,
		class: "cost",
		declared: true,
		verdict: !known ? "incomplete" : Number.isFinite(most) ? `at most ${most}` : "unbounded",
		per,
		unknown: known ? undefined : most,
		counterexample: undefined,
		witness: undefined,
	};
}
