import type { Machine, Step } from "../machine/index.ts";
import { derived } from "./derived.ts";

/**
 * Who may not step in at a point that is made atomic: everybody else, or those on the same lane (CPU). Neither way is the process
 * itself moved to another lane.
 */
export type Kept = "everybody" | "lane";

/**
 * The same machine, but with points of its code made atomic: while some process stands at one of them and can go on,
 * the others that `kept` names take no step. `points` has, by step id, whether the step is taken from such a point;
 * these are no background steps. What remains are runs of `machine`, and its ends are the same states, for only states
 * where a step is left lose any.
 */
export function atomic(machine: Machine, points: Uint8Array, kept: Kept): Machine {
	const { out, words, steps, found } = machine;
	const laneOf = (process: number) => machine.place(process).lane;
	const isMoved = ({ process, placement }: Step) => placement !== undefined && placement.lane !== laneOf(process);
	return derived(machine, {
		expand() {
			const from = out.count;
			const live = machine.expand();
			const inside = new Set<number>();
			const goOn = (edge: number) => {
				const step = steps[edge] as Step;
				if (points[edge] === 1 && !isMoved(step)) inside.add(step.process);
			};
			for (let i = from; i < out.count; i++) goOn(out.edges[i] as number);
			for (const { edge } of found) goOn(edge);
			if (inside.size === 0) return live;
			const lanes = kept === "lane" ? new Set([...inside].map(laneOf)) : undefined;
			const stays = (edge: number) => {
				const step = steps[edge] as Step;
				const { process, placement } = step;
				if (inside.has(process)) return !isMoved(step);
				return lanes !== undefined && !lanes.has(placement ? placement.lane : laneOf(process));
			};
			let count = from;
			for (let i = from; i < out.count; i++) {
				if (!stays(out.edges[i] as number)) continue;
				out.words.copyWithin(count * words, i * words, (i + 1) * words);
				out.hashes[count] = out.hashes[i] as number;
				out.edges[count++] = out.edges[i] as number;
			}
			out.count = count;
			const left = found.filter(({ edge }) => stays(edge));
			found.splice(0, found.length, ...left);
			return live;
		},
	});
}
