import type { Expectations, Mutants } from "preempt";
import { expecting, violated } from "./expected.ts";

// What the rules demand of models/erofs-kthread.ts, found by hand; rule ids are those of docs/linux.md, C7 the design as
// docs/findings.md tells it.

const REASONS: Readonly<Record<string, string>> = {
	P1: "what is on a worker's list is done before that is destroyed, and nothing comes after (HP6); the rest is on a workqueue (WQ9, WQ11)",
	P2: "a bio is on one list or in one hand at a time, and each end is called once (BI2)",
	P5h: "the worker is bound to its CPU (TS6), and is there while no CPU goes",
	P6: "a worker does its works one after the other, in order (TS6)",
	P7: "worker and kworker are tasks (TS6, WQ6)",
	P8: "worker and kworker run with preemption, interrupts and bottom halves on (BI6)",
	P11: "whoever has the worker's pointer is a reader, and the grace period before it is destroyed waits for readers (HP6)",
	P14: "every sleeper is woken (TS2, WQ3), and the grace periods end",
	P15: "the worker's lock is a raw_spinlock_t; nothing here sleeps where it may not (PR1)",
};

const expectations: Expectations = ({ design, caller, preempt, hotplug }) => {
	const { verdicts, set } = expecting(REASONS);
	if (hotplug === "off") return verdicts;
	set(
		violated(
			"C7: the worker is bound and has no KTHREAD_IS_PER_CPU (TS6): woken while its CPU is dying it runs elsewhere, until it is destroyed (HP3, HP6)",
		),
		"P5h",
	);
	if (caller === "hardirq" && (hotplug === "rollback" || hotplug === "downup"))
		set(
			violated(
				"C7: what an interrupt gave to the workqueue while the CPU had no worker is overtaken by what another gives to the new worker (HP10, TS5)",
			),
			"P6",
		);
	// The grace period of HP6 has waited for whoever runs on the CPU; a thread that is per-CPU begins after it, too.
	const overtaken = preempt === "full" && (design === "early-unlock" || (design !== "merged" && caller === "kworker"));
	if (overtaken) {
		set(
			violated(
				"C7: preempted between reading the pointer and queueing (PR2), it queues on a worker that is destroyed meanwhile, for nothing waits for it",
			),
			"P11",
		);
		set(
			violated(
				"C7: or queues before that is freed, behind the flush: its thread is told to stop, and ends with works on its list",
			),
			"P1",
		);
	}
	return verdicts;
};

export default expectations;

const onTheWayDown = (design: string, caller: string, because: string) => ({
	scenario: { design, caller, preempt: "full", hotplug: "down" },
	caughtBy: "P11",
	because,
});

export const mutants: Mutants = {
	merged: [
		onTheWayDown("no-synchronize-rcu", "kworker", "the worker is destroyed without a grace period"),
		onTheWayDown("early-unlock", "direct", "the work is queued outside the read-side section"),
	],
};
