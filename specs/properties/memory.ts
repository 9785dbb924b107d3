import type { EventTypes, Id } from "preempt";
import type { Kernel, KernelState, LinuxSystem } from "preempt/linux";
import { type Sees, seen } from "../catalogue.ts";

/** `isShort`: the memory that somebody waits for is still held by a bio that has not ended. */
export function P25<S extends KernelState, T extends EventTypes>(
	k: Kernel,
	system: LinuxSystem<S, T>,
	isShort: (v: { s: S }) => boolean,
): void {
	const short = isShort as unknown as (v: Sees) => boolean;
	/** Workers asleep in an item; and those that are to create another before they start one (WQ7). */
	const waiting = ({ s }: Sees): Id<"context">[] =>
		k.kworkers.filter((id) => s.context[id].current_work !== null || s.context[id].on_rq);
	seen(system).property("P25", {
		title: "progress when memory is short",
		statement:
			"In no terminal state does a worker wait, to go on or to be created, for memory that the end of a bio would free.",
		terminal: (v) => !short(v) || waiting(v).length === 0,
		explain: (v) =>
			waiting(v).map((id) => {
				const { current_work } = v.s.context[id];
				const what = current_work === null ? "to create a worker" : `in ${k.Work.nameOf(current_work)}`;
				return `${k.Context.nameOf(id)} waits for memory ${what}`;
			}),
	});
}
