// A guard against searches that have become much slower, which counts alone do not show.
import { expect, test } from "vitest";
import bioTask from "../bench/models/bio-task-twin.ts";
import { Search } from "../src/explore/search.ts";
import { compile } from "../src/machine/index.ts";

/**
 * A transition may cost as much as so many turns of the loop below: about six times what it costs. The loop is measured in
 * the same run, and processor time instead of time, so that neither the machine nor its load matters.
 */
const MOST = 250;
const RUNS = 3;

/** Microseconds of processor time that `work` takes, of several runs the least. */
function cost(work: () => void): number {
	const { user } = process.cpuUsage();
	work();
	return process.cpuUsage().user - user;
}

/** Looks into a table of a few MiB at random places, and does arithmetic on what is there. */
function calibrate(turns: number): void {
	const table = new Int32Array(1 << 20);
	for (let i = 0, x = 1; i < turns; i++) {
		x = (Math.imul(x, 1664525) + 1013904223) | 0;
		const at = (x >>> 12) & (table.length - 1);
		table[at] = ((table[at] as number) ^ (x >>> 3)) + i;
	}
}

test("a transition costs no more than so many turns of a simple loop", () => {
	const turns = 5_000_000;
	const costs = { search: Number.POSITIVE_INFINITY, loop: Number.POSITIVE_INFINITY };
	let transitions = 0;
	for (let run = 0; run < RUNS; run++) {
		costs.loop = Math.min(
			costs.loop,
			cost(() => calibrate(turns)),
		);
		const search = new Search(compile(bioTask.build({ cpus: 2, tasks: 3, bios: 1, fix: 0, workfn: 0 })), {
			states: 1_000_000,
			time: 600,
			memory: 2 ** 28,
			depth: Number.POSITIVE_INFINITY,
		});
		costs.search = Math.min(
			costs.search,
			cost(() => {
				while (search.slice(60_000));
			}),
		);
		({ transitions } = search);
		expect([search.store.count, transitions]).toEqual([654_280, 2_175_852]);
	}
	expect(costs.search / transitions / (costs.loop / turns)).toBeLessThan(MOST);
});
