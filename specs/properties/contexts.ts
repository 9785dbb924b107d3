import type { Id } from "preempt";
import type { Kernel } from "preempt/linux";
import type { Sees, Sys } from "../catalogue.ts";

// What is asked of whoever runs, whatever it processes.

/** A warning. */
export function P9(k: Kernel, sys: Sys): void {
	sys.property("P9", {
		title: "no DEBUG_PREEMPT complaint",
		statement:
			"smp_processor_id() and this_cpu_ptr() are not evaluated where the caller could be moved to another CPU.",
		class: "warning",
		on: {
			cpu_id_read: ({ me }, complains) =>
				!complains ||
				`BUG: using smp_processor_id() in preemptible code: ${k.Context.nameOf(me.id)} may be moved before it uses the number`,
		},
	});
}

/** That a context spins for ever is raised by itself (LK1, TM5). */
export function P14(k: Kernel, sys: Sys): void {
	const isStuck = ({ s }: Sees, t: Id<"context">): boolean => {
		const { on_rq, waits_for, waits_on, current_work, state } = s.context[t];
		// TS8: a daemon may sleep on a wait queue for ever.
		const waits = waits_for !== null || (waits_on !== null && state === "RUNNING");
		return (
			on_rq ||
			waits ||
			current_work !== null ||
			state === "UNINTERRUPTIBLE" ||
			(t === k.hotplugControl && state !== "RUNNING")
		);
	};
	const stuck = (v: Sees): Id<"context">[] => k.Context.all.filter((t) => k.priority[t] !== undefined && isStuck(v, t));
	sys.property("P14", {
		title: "no deadlock",
		statement:
			"In every terminal state all tasks have ended or sleep, none uninterruptibly, no worker in the middle of an item and no CPU half-way offline or back; and no context spins on a lock whose owner it keeps from running.",
		terminal: (v) => stuck(v).length === 0 && k.Cpu.all.every((c) => !v.s.cpu[c].hardirq && !v.s.cpu[c].softirq),
		explain: (v) =>
			stuck(v).map((t) => {
				const { cpu, on_rq, state, waits_for, waits_on } = v.s.context[t];
				const name = k.Context.nameOf(t);
				const lock = waits_for === null ? "" : `, waiting for ${k.Lock.nameOf(waits_for)}`;
				const other = waits_on === null ? "" : `, waiting for ${k.WaitQueue.nameOf(waits_on)}`;
				if (!on_rq && state === "UNINTERRUPTIBLE")
					return `${name} sleeps uninterruptibly${other}, and nobody will wake it`;
				const has = cpu === null ? null : v.s.cpu[cpu].curr;
				if (has === t) return `${name} has CPU ${cpu} and does not go on${lock}${other}`;
				const whose = has === null || lock || other ? "" : `, which ${k.Context.nameOf(has)} has`;
				// Where it waits makes no difference to anybody (MG1).
				return `${name} is stuck${cpu === null ? "" : ` on CPU ${cpu}`}${lock}${other}${whose}`;
			}),
	});
}

/** The library raises it where something sleeps; it is put to the test wherever something might. */
export function P15(_k: Kernel, sys: Sys): void {
	sys.property("P15", {
		title: "nothing sleeps in atomic context",
		statement:
			"No sleeping lock, schedule() or mutex in atomic context; no change of bottom halves in a hard interrupt or with interrupts off.",
		raised: true,
		on: { may_sleep: () => true },
	});
}
