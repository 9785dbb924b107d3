import type { Machine } from "../machine/index.ts";
import { derived } from "./derived.ts";

/** Who may not step in at a point that is made atomic: everybody else, or those on the same lane (CPU). */
export type Kept = "everybody" | "lane";

/**
 * The same machine, but with points of its code made atomic: while some process stands at one of them and can go on,
 * the others that `kept` names take no step. `points` has, by step id, whether the step is taken from such a point;
 * these are no background steps. What remains are runs of `machine`, and its ends are the same states, for only states
 * where a step is left lose any.
 */
export function atomic(machine: Machine, points: Uint8Array, kept: Kept): Machine {
	const { out, words, steps, found } = machine;
	const processOf = (edge: number) => steps[edge]?.process as number;
	const laneOf = (process: number) => machine.place(process).lane;
	return derived(machine, {
		expand() {
			const from = out.count;
			const live = machine.expand();
			const inside = new Set<number>();
			for (let i = from; i < out.count; i++)
				if (points[out.edges[i] as number] === 1) inside.add(processOf(out.edges[i] as number));
			for (const { edge } of found) if (points[edge] === 1) inside.add(processOf(edge));
			if (inside.size === 0) return live;
			const lanes = kept === "lane" ? new Set([...inside].map(laneOf)) : undefined;
			const stays = (process: number) => inside.has(process) || (lanes !== undefined && !lanes.has(laneOf(process)));
			let count = from;
			for (let i = from; i < out.count; i++) {
				if (!stays(processOf(out.edges[i] as number))) continue;
				out.words.copyWithin(count * words, i * words, (i + 1) * words);
				out.hashes[count] = out.hashes[i] as number;
				out.edges[count++] = out.edges[i] as number;
			}
			out.count = count;
			const left = found.filter(({ edge }) => stays(processOf(edge)));
			found.splice(0, found.length, ...left);
			return live;
		},
	});
}
