import { type Id, perId, range, record } from "preempt";
import type { Kernel } from "preempt/linux";
import type { Sees, Sys, Waiting } from "../catalogue.ts";

/**
 * For designs that delay by timers. `ticks`: how many ticks of its CPU a bio may see on the list. What remains is the
 * safety part; that the worker gets its CPU in time is a matter of fairness.
 */
export function P24(k: Kernel, sys: Sys, waiting: Waiting, ticks: number): void {
	const armed = ({ s }: Sees): Id<"timer">[] => k.Timer.all.filter((t) => s.timer[t].base !== null);
	sys.property("P24", {
		title: "bios wait no longer than the delay",
		statement: `No bio is on the list of a CPU at more than ${ticks} of its ticks; and in no terminal state does a bio on a list wait for a timer.`,
		ghost: { seen: perId(k.Bio, record({ ticks: range(0, ticks + 1) })) },
		on: {
			ticked: (v, cpu) => {
				for (const bio of waiting(v, cpu)) {
					const seen = v.g.seen[bio];
					if (seen.ticks === ticks + 1) continue;
					seen.ticks++;
				}
				return waiting(v, cpu).every((bio) => v.g.seen[bio].ticks <= ticks);
			},
			// What was taken is counted no more.
			end_io: ({ g }, bio) => {
				g.seen[bio].ticks = 0;
				return undefined;
			},
		},
		terminal: (v) => armed(v).length === 0 || k.Cpu.all.every((c) => waiting(v, c).length === 0),
		explain: (v) => [
			...k.Cpu.all.flatMap((c) =>
				waiting(v, c).map(
					(bio) => `${k.Bio.nameOf(bio)} waits on the list of CPU ${c} at one tick more than the delay`,
				),
			),
			...armed(v).map((t) => `${k.Timer.nameOf(t)} is armed on CPU ${v.s.timer[t].base}`),
		],
	});
}
