import { type Id, perId, range, record } from "preempt";
import type { Kernel } from "preempt/linux";
import type { Sees, Sys, Waiting } from "../catalogue.ts";

/**
 * For designs that delay by timers. `timerOf`: the timer that a CPU's list waits for; `ticks`: how often it may have to
 * fall due for one bio, once whoever adds it has armed it, and is no longer `adding`. What remains is the safety part; that the worker gets its CPU in time is a matter of fairness.
 */
export function P24(
	k: Kernel,
	sys: Sys,
	waiting: Waiting,
	timerOf: (cpu: Id<"cpu">) => Id<"timer">,
	adding: (v: Sees, bio: Id<"bio">) => boolean,
	ticks: number,
): void {
	const isArmed = ({ s }: Sees, cpu: Id<"cpu">): boolean => s.timer[timerOf(cpu)].base !== null;
	sys.property("P24", {
		title: "bios wait no longer than the delay",
		statement: `After its adder has armed the timer of a list, or left it armed, no bio is on that list when the timer falls due ${["at all", "more than once"][ticks] ?? `more than ${ticks} times`}; and in no terminal state does a bio on a list wait for its timer.`,
		ghost: { seen: perId(k.Bio, record({ ticks: range(0, ticks + 1) })) },
		on: {
			ticked: (v, _, timer) => {
				const bios = k.Cpu.all
					.filter((c) => timerOf(c) === timer)
					.flatMap((c) => waiting(v, c))
					.filter((bio) => !adding(v, bio));
				for (const bio of bios) if (v.g.seen[bio].ticks <= ticks) v.g.seen[bio].ticks++;
				const late = bios.filter((bio) => v.g.seen[bio].ticks > ticks);
				return (
					late.length === 0 ||
					`${late.map((bio) => k.Bio.nameOf(bio)).join(" and ")} was on its list the last ${ticks + 1} times that the timer fell due`
				);
			},
			// What was taken is counted no more.
			end_io: ({ g }, bio) => {
				g.seen[bio].ticks = 0;
				return undefined;
			},
		},
		terminal: (v) => k.Cpu.all.every((c) => !isArmed(v, c) || waiting(v, c).length === 0),
		explain: (v) =>
			k.Cpu.all
				.filter((c) => isArmed(v, c))
				.flatMap((c) =>
					waiting(v, c).map(
						(bio) =>
							`${k.Bio.nameOf(bio)} waits on the list of CPU ${c} for ${k.Timer.nameOf(timerOf(c))}, which is armed on CPU ${v.s.timer[timerOf(c)].base}`,
					),
				),
	});
}
