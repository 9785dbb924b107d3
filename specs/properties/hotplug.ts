import type { Id } from "preempt";
import type { Kernel } from "preempt/linux";
import type { Sees, Sys } from "../catalogue.ts";
import { elsewhere } from "../why.ts";

type Cpu = Id<"cpu">;

/** P5, while the list's CPU is online: only then is its place wrong. */
export function P5d(k: Kernel, sys: Sys): void {
	sys.property("P5d", {
		title: "queued on CPU X is processed on CPU X while that is online",
		statement: "A bio queued on list c has its end handler run on CPU c, if CPU c is online at that time.",
		on: {
			end_io: ({ s, me }, bio) => {
				const { phase, cpu } = s.bio[bio];
				if (phase !== "queued" || cpu === null || !s.cpu[cpu].online) return undefined;
				return cpu === me.cpu || `${elsewhere(k, bio, cpu, me)}, while CPU ${cpu} is online`;
			},
		},
	});
}

/** `isEmpty`: whether nothing is on the list of a CPU. */
export function P17(k: Kernel, sys: Sys, isEmpty: (v: Sees, cpu: Cpu) => boolean): void {
	const offline = ({ s }: Sees): Cpu[] => k.Cpu.all.filter((c) => !s.cpu[c].online);
	sys.property("P17", {
		title: "the list of a dead CPU is drained",
		statement:
			"When the callback that drains the list of a dead CPU returns, that list is empty; and in every terminal state the lists of all CPUs that are offline are.",
		antecedent: (v) => offline(v).length > 0,
		terminal: (v) => offline(v).every((c) => isEmpty(v, c)),
		on: { drained: (v, cpu) => isEmpty(v, cpu) },
		explain: (v) =>
			offline(v)
				.filter((c) => !isEmpty(v, c))
				.map((c) => `CPU ${c} is dead, and something is left on its list`),
	});
}
