import type { Expectations, Mutants } from "preempt";
import { expecting, holds, vacuous, violated } from "./expected.ts";

// What the rules demand of models/csd-irq-work.ts, found by hand; D0 to D10 as docs/findings.md tells them.

const REASONS: Readonly<Record<string, string>> = {
	P1: "who finds the call queue empty sends an interrupt or kicks the idle task, and whoever comes takes all there is (IP1, IP3, IP4)",
	P6: "the flush turns the list round, so that what one CPU has queued is called in its order (IP3)",
	P14: "nobody waits but for what a raiser does; interrupts and the idle task flush without waiting",
	P18: "the raiser is alone, or the claim is atomic (IW1); LOCK and PENDING are cleared before the function (IP3, IW4)",
	P23: "LOCK or PENDING is cleared before the function reads: whoever finds it set has written before that (D2, D3)",
};
const RFC = ["remote", "static", "once"];
const never = vacuous("the step that raises an error cuts every path before the end");

const expectations: Expectations = ({ design, use, preempt, mutant }) => {
	const own = design === "own-list";
	const [csd, soft, rfc] = [design === "csd", design === "irq-work-soft", RFC.includes(design as string)];
	const rt = preempt === "rt";
	const hotplug = use === "offline" || use === "online-again";
	const { verdicts, set } = expecting(REASONS);
	if (!hotplug)
		set(
			holds("whoever finds the queue empty goes on to tell the target; a polling idle task is told, too (D10)"),
			"P4",
		);
	if (own && !hotplug) set(vacuous("nothing goes on a call queue (IW3)"), "P4");
	if (rfc) set(holds("the target is another CPU, and the raiser cannot move"), "P22");

	switch (use) {
		case "per-cpu":
			if (design === "once")
				set(violated("D5: the work is initialised while it is pending, for it may be on its way (IW7)"), "P18");
			break;
		case "two-raisers":
			if (csd || design === "static" || design === "once")
				set(
					violated(
						"D1, D5: both raisers find the flag clear, and both queue the node, for it is tested and set in two steps (IP2, IW7)",
					),
					"P18",
				);
			break;
		case "interrupted":
			if (mutant === "irqs-on")
				set(violated("the interrupt raises between the test of the flag and its setting (IP2, IW7)"), "P18");
			else if (design === "once")
				set(violated("D5: the work is initialised while it is pending, for it may be on its way (IW7)"), "P18");
			break;
		case "two-objects":
		case "polling":
			if (own) set(violated("D0: the raised list is run newest first (IW5), also what came from another CPU"), "P6");
			if (soft)
				set(violated("D7: on RT what is not hard goes on the lazy list, which is run newest first (IW3, IW5)"), "P6");
			break;
		case "own-cpu":
			set(vacuous("nothing goes on a call queue"), "P4");
			if (csd) set(vacuous("D4: the function is called directly, and nothing is queued (IP2)"), "P6", "P18");
			else if (rfc) {
				set(vacuous("the step that raises an error cuts every path before it queues"), "P1", "P6", "P14", "P18", "P23");
				set(violated("D4: the target is the CPU at hand (IW7)"), "P22");
			} else set(violated("D7: the lists of the own CPU are run newest first (IW5)"), "P6");
			break;
		case "migrating":
			moved();
			break;
		case "request":
			set(holds("nothing touches the node after its function (IP3, IW7)"), "P11");
			if (!csd && design !== "static" && design !== "once") {
				set(violated("D6: BUSY is cleared in the request after its function has freed that (IW4)"), "P11");
				set(never, "P1", "P14", "P23");
			}
			break;
		case "lock":
			set(holds(soft ? "D8: the function runs in a thread (IW6)" : "without RT a spinlock_t spins (LK1)"), "P15");
			if (rt && !soft) {
				set(violated("D8: on RT a spinlock_t sleeps (LK2), and the function runs in a hard interrupt"), "P15");
				set(never, "P1", "P14", "P23");
			}
			break;
		case "sync":
			set(violated("D7: what a caller waits for is called first (IP3)"), "P6");
			break;
		case "crossed":
			if (mutant === "irqs-off") {
				set(violated("each waits with interrupts off for the other, which takes no interrupt (CX4)"), "P14");
				set(violated("neither function is ever called"), "P1");
			}
			break;
		case "offline":
			if (!csd)
				set(violated("D9: it is queued on the offline CPU (IW3), which flushes nothing until it returns"), "P1");
			break;
		case "online-again":
			if (own)
				set(violated("D0: the idle task of a CPU that returns flushes its call queue (IP4) and no other list"), "P1");
			break;
	}
	if (mutant === "late-unlock" || mutant === "late-pending")
		set(violated("a raiser that comes after the function has read and before the flag is cleared is not seen"), "P23");
	if (mutant === "no-kick") {
		set(violated("nobody tells the idle task, which polls need_resched alone (IP1)"), "P4");
		set(violated("nobody flushes the queue of an idle CPU"), "P1");
	}
	if (mutant === "touched") {
		set(violated("BUSY is set, so that it is cleared after the function has freed the request"), "P11");
		set(never, "P1", "P14", "P23");
	}
	return verdicts;

	/** D4: the task may have moved to the target between the look at its CPU and the raise. */
	function moved(): void {
		set(
			holds("the function runs in an interrupt, whose end runs the softirq it raises, or wakes ksoftirqd for it (SQ2)"),
			"P19",
		);
		if (preempt !== "none" && rfc)
			set(violated("D4: the task that looked at its CPU has moved to the target (PR2, MG1)"), "P22");
		if (preempt !== "none" && csd)
			set(
				violated(
					"D4: the task that looked at its CPU has moved to the target (PR2, MG1); the direct call (IP2) raises the softirq in a task, which wakes nobody (SQ1)",
				),
				"P19",
			);
		if (soft)
			set(violated("the function runs in a thread (IW6), where __raise_softirq_irqoff() wakes nobody (SQ1)"), "P19");
	}
};

export default expectations;

const mutant = (name: string, design: string, caughtBy: string, because: string) => ({
	scenario: {
		design,
		use: name === "touched" ? "request" : "per-cpu",
		preempt: design === "irq-work-soft" ? "rt" : "full",
		mutant: name,
	},
	caughtBy,
	because,
});
const late = (design: string) => mutant("late-pending", design, "P23", "PENDING is cleared after the function has run");

export const mutants: Mutants = {
	csd: mutant("late-unlock", "csd", "P23", "csd_unlock() comes after the function"),
	"irq-work": late("irq-work"),
	"irq-work-soft": late("irq-work-soft"),
	"own-list": late("own-list"),
	remote: late("remote"),
	static: late("static"),
	once: mutant("touched", "once", "P11", "the work has BUSY, which is cleared after its function"),
};
