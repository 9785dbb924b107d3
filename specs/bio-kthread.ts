import type { Expectations, Mutants } from "preempt";
import { atMost, expecting, vacuous, violated } from "./expected.ts";

// What the rules demand of models/bio-kthread.ts, found by hand; rule ids are those of docs/linux.md, C1 to C6 the
// designs as docs/findings.md tells them.

const REASONS: Readonly<Record<string, string>> = {
	P1: "the thread sets its state before it takes the list under the lock, and whoever finds the list empty wakes it (TS3)",
	P2: "one taker at a time has the lock, and leaves the list empty (LK1, LK2)",
	P4: "the list is empty, or its first adder is to wake the thread, or the thread is RUNNING and looks again before it sleeps (TS2, TS3)",
	P5k: "the thread is bound, and its CPU is not dying (TS6)",
	P5h: "the thread is bound to the CPU of its batch (TS6)",
	P6: "the list is first in, first out (BL1), and its one thread takes from it",
	P7: "the thread is a task (TS6)",
	P8: "the thread has dropped the lock, and runs with preemption, interrupts and bottom halves on (BI6)",
	P9: "interrupt contexts, get_cpu() and migrate_disable() are exempt (MG3, MG4)",
	P10: "every access is made under the batch's spinlock (LK1, LK2)",
	P14: "no lock is held while another is awaited, and every sleeper is woken (TS2)",
	P15: "the lock sleeps nowhere but on RT, and there in a task that may (LK2)",
	P16: "end handlers here end no other bio",
	P20: "each list has one thread",
};
const WITH_HOTPLUG: Readonly<Record<string, string>> = {
	...REASONS,
	P1: "what the thread does not take, the drain of the dead CPU does, or the thread when it is unparked (HP2, TS2)",
	P5d: "the thread has KTHREAD_IS_PER_CPU, and does not run while it is parked (HP6, TS2)",
	P17: "adders are pinned, or not preemptible, so that the CPU stays until they are done (HP4, HP5), and the drain comes after (HP2)",
};

/** Designs that take a spinlock_t inside get_cpu(). */
const GETS_CPU = ["as-posted", "check-then-set", "plain-store", "unlocked-test", "wake-always", "wake-locked"];
/** Designs whose thread is bound, and not per-CPU. */
const LOSES_AFFINITY = ["as-posted", "no-get-cpu", "no-dead-callback"];

const expectations: Expectations = ({ design, caller, preempt, hotplug, bios }) => {
	const rt = preempt === "rt";
	if (rt && (GETS_CPU.includes(design as string) || caller === "hardirq"))
		return cutAtTheLock(caller === "hardirq" ? "in a hard interrupt" : "inside get_cpu(), which disables preemption");
	// A SCHED_FIFO thread that is woken preempts under LAZY, too (PR2).
	const preemptive = preempt === "full" || preempt === "lazy" || rt;
	const { verdicts, set } = expecting(hotplug === "off" ? REASONS : WITH_HOTPLUG);

	// C2: an interrupt comes between the look and the state; a thread of it only if it preempts SCHED_FIFO 1.
	const testsFirst = design === "check-then-set" || String(design).endsWith("-late");
	if (testsFirst && caller !== "direct" && (caller !== "threaded-irq" || preemptive))
		set(
			violated(
				"C2: an adder between the look at the list and the state finds the thread RUNNING, and its wake-up has no effect (TS2); the thread then sleeps, and later adders find the list non-empty",
			),
			"P1",
			"P4",
		);
	if (caller === "direct" && (design === "no-get-cpu" || design === "smpboot-unpinned"))
		set(violated("this_cpu_ptr() in a task with preemption, interrupts and migration on (MG4)"), "P9");
	if (hotplug === "off") {
		set(atMost(Number(bios), "each bio may find the thread asleep once more, and none wakes it twice (TS2)"), "P13");
		return verdicts;
	}

	if (LOSES_AFFINITY.includes(design as string))
		set(
			violated(
				"C1: the thread is bound without KTHREAD_IS_PER_CPU (TS6): woken while its CPU is dying it loses its affinity for ever, and runs elsewhere though its CPU is online (HP3, HP6)",
			),
			"P5k",
			"P5h",
			"P5d",
		);
	if (hotplug === "rollback") set(vacuous("no CPU goes offline (HP8)"), "P17");
	if (hotplug === "downup" && (design === "no-dead-callback" || design === "smpboot-no-drain"))
		set(vacuous("there is no callback for the dead CPU, and in the end none is offline"), "P17");

	const dies = hotplug !== "rollback";
	if (caller === "softirq" && !rt && dies && (design === "no-get-cpu" || design === "smpboot-unpinned"))
		set(
			violated(
				"what the softirq of the dead CPU has left (SQ8) is ended by the control task, with preemption on (MG4)",
			),
			"P9",
		);
	// A task on a CPU that goes is not interrupted by cpuhp/1 under NONE: it has added and woken before.
	// Without RT a softirq is as a hard interrupt; threads of interrupts do not run on a CPU that is dying (HP6).
	const interrupts = caller === "hardirq" || (caller === "softirq" && !rt);
	const ofTask = caller === "direct" && preemptive;
	if (design === "no-get-cpu" && caller === "direct" && preemptive && dies) {
		set(
			violated(
				"C4: an adder that has chosen the list is preempted, and adds after CPU 1 has died, while the drain ends what it took: the thread, woken elsewhere, drains beside it (HP4)",
			),
			"P6",
			"P20",
		);
		set(violated("C4: the adder adds after the drain has taken the list, before it returns"), "P17");
	}
	if (design === "smpboot-no-retest" && (caller !== "direct" || (ofTask && hotplug === "rollback")))
		set(
			violated(
				"C6: the wake-up of what is queued while the thread is parked, or unparked and yet to run, has no effect (TS2), and the thread goes to sleep",
			),
			"P1",
			"P4",
		);
	if (design === "smpboot-no-drain" && hotplug === "down" && (interrupts || ofTask))
		set(
			violated("C6: what is queued while the thread is parked stays on the list of the dead CPU (TS2, HP9)"),
			"P1",
			"P4",
			"P17",
		);
	if (design === "smpboot-unpinned" && ofTask && dies) {
		set(violated("C6: an adder that was moved away adds to the list of CPU 1 after it has been drained (HP4)"), "P17");
		if (hotplug === "down")
			set(violated("C6: and its wake-up has no effect, for the thread is parked (TS2)"), "P1", "P4");
	}
	return verdicts;
};

export default expectations;

/** RT: the lock is a sleeping lock, and every path ends there. */
function cutAtTheLock(where: string) {
	const { verdicts, set } = expecting(REASONS);
	set(vacuous("every path ends at the lock, where P15 is violated"), ...Object.keys(REASONS));
	set(violated(`C1: spin_lock_irqsave() is a sleeping lock on RT, taken here ${where} (LK2, MG3)`), "P15");
	set(atMost(0, "nothing is queued"), "P13");
	verdicts.P9 = { verdict: "holds", because: "the CPU number is read with preemption off, or in an interrupt (MG4)" };
	return verdicts;
}

const changed = (
	design: string,
	{ caller = "hardirq", preempt = "none", hotplug = "off" },
	caughtBy: string,
	because: string,
) => ({ scenario: { design, caller, preempt, hotplug }, caughtBy, because });
const late = (design: string) => changed(design, {}, "P1", "the thread sets its state after it has looked");

export const mutants: Mutants = {
	"as-posted": late("check-then-set"),
	"plain-store": late("plain-store-late"),
	"unlocked-test": late("unlocked-test-late"),
	"no-get-cpu": late("no-get-cpu-late"),
	"migrate-disable": late("migrate-disable-late"),
	"wake-always": late("wake-always-late"),
	"wake-locked": late("wake-locked-late"),
	smpboot: [
		changed("smpboot-no-retest", { hotplug: "rollback" }, "P1", "it does not look again when it is unparked"),
		changed("smpboot-no-drain", { hotplug: "down" }, "P17", "nobody drains the list of the dead CPU"),
		changed(
			"smpboot-unpinned",
			{ caller: "direct", preempt: "full", hotplug: "down" },
			"P1",
			"migrate_disable() is dropped",
		),
	],
};
