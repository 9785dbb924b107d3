import type { Expectations, Expected, Mutants } from "preempt";
import { atMost, holds, vacuous, violated } from "./expected.ts";

// What the rules demand of models/blk-mq-done.ts, found by hand; rule ids are those of docs/linux.md.

const ALL = ["P1", "P2", "P4", "P5k", "P5h", "P5s", "P6", "P9", "P12", "P14", "P15", "P18", "P19"];
/** Those that say something only of requests on a done list. */
const OF_LISTED = ["P4", "P4s", "P5k", "P5h", "P6", "P9", "P10"];
const IN_TASK = ["direct", "direct-untested", "local-helper", "workqueue"];
const LIST_HEAD = ["list-head", "always-softirq", "list-head-irqs-on", "always-softirq-irqs-on"];

const expectations: Expectations = ({ design, caller, preempt, queues, hotplug, kernel }) => {
	const rt = preempt === "rt";
	// LAZY lets any task be moved at any time, for the stopper is of a higher class (PR2, TS5).
	const preemptive = preempt === "full" || preempt === "lazy" || rt;
	const isListHead = LIST_HEAD.includes(design as string);
	const verdicts: Record<string, Expected> = Object.fromEntries(
		[
			...ALL,
			...(hotplug === "off" ? ["P4s"] : []),
			...(isListHead ? ["P10"] : []),
			...(IN_TASK.includes(design as string) ? ["P8"] : []),
		].map((id) => [id, holds(REASONS[id] as string)]),
	);
	const set = (expected: Expected, ...ids: readonly string[]): void => {
		for (const id of ids) if (id in verdicts) verdicts[id] = expected;
	};

	// Patch 1/3: where handlers are threads (SQ10), nothing is sent to another CPU.
	const threads = rt || caller === "threaded-irq";
	const sendsIpis = !threads || design === "list-head" || design === "no-patch-1";
	const isTask = caller === "task" || caller === "task-bh-off" || caller === "task-irqs-off";
	const inline =
		(design === "direct" && (isTask || caller === "threaded-irq")) ||
		design === "local-helper" ||
		design === "direct-untested";
	const irqsOff = caller === "task-irqs-off" || caller === "hardirq" || (caller === "threaded-irq" && !rt);
	/** The completing code can be preempted and moved (PR2, MG1). */
	const moves = caller === "task" && preemptive;

	// Where requests are completed
	if ((!sendsIpis && design !== "workqueue") || inline)
		set(
			violated(
				inline
					? "the handler runs where the completing task is"
					: "nothing is sent to the submitting CPU where interrupt handlers are threads (patch 1/3)",
			),
			"P5s",
		);
	if (moves && design !== "workqueue")
		set(violated("the task is moved between blk_mq_complete_need_ipi() and what it decides (PR2, MG1)"), "P5s");
	if (inline || design === "workqueue" || queues === "many")
		set(vacuous("no request comes on a done list"), ...OF_LISTED, "P18");
	if (queues === "many") set(holds("a request's csd is free when the request is completed again"), "P18");
	if (design === "direct" && !inline) set(vacuous("the handler is called in task context by nobody"), "P8");
	if (design === "direct" && inline && caller !== "task")
		set(
			violated(
				"in_task() is true with bottom halves or interrupts disabled, and in a forced-threaded handler (CX3, SQ10)",
			),
			"P8",
		);

	// ksoftirqd
	const raisesInTask = (caller === "task" || caller === "task-irqs-off") && design !== "bh-disable";
	const raisesInIrq = rt && caller === "hardirq";
	const ipiRaises = threads && sendsIpis;
	if ((raisesInTask || raisesInIrq || ipiRaises) && !inline && design !== "workqueue" && queues === "one")
		set(
			violated(
				raisesInTask
					? "raise_softirq() in task context wakes ksoftirqd, with preemption or interrupts off as well (SQ1)"
					: "where interrupt handlers are threads, the end of the interrupt that raised it wakes ksoftirqd (SQ2)",
			),
			"P12",
		);
	if (design === "list-head" && caller === "task-bh-off" && queues === "one" && !rt)
		set(
			violated(
				"the call is flushed by the idle task, which leaves for another task before the interrupt comes (IP4, IP5): raise_softirq_irqoff() in task context wakes ksoftirqd (SQ1)",
			),
			"P12",
		);
	// In atomic context
	if (design === "bh-disable" && irqsOff)
		set(violated("local_bh_disable() in a hard interrupt or with interrupts off is an error (BH1, BH2)"), "P15");
	if (rt && queues === "many")
		set(
			violated("the function of the IPI calls the handler in a hard interrupt; spinlock_t sleeps on RT (LK2)"),
			"P15",
		);
	if (design === "direct" && rt && caller === "task-irqs-off")
		set(violated("the handler takes a spinlock_t with interrupts off, which sleeps on RT (LK2)"), "P15");
	if (String(design).endsWith("-irqs-on"))
		set(violated("the softirq takes the list with interrupts on, and an interrupt may add to it meanwhile"), "P10");
	if (design === "direct-untested")
		set(vacuous("the handler is called in a hard interrupt, and sleeps nowhere"), "P8", "P15");
	cuts(verdicts, { design, caller, preempt, queues }, set);

	if (
		design === "no-reverse" &&
		!(caller === "threaded-irq") &&
		!(rt && (caller === "softirq" || caller === "task-bh-off"))
	)
		set(violated("llist_del_all() takes the newest first (LL2), and nothing turns the chain round (LL3)"), "P6");

	const unguarded = design === "posted" || design === "no-reverse";
	if (unguarded && caller === "task") {
		set(violated("this_cpu_ptr() in a task with preemption and interrupts on (MG4)"), "P9");
		if (preemptive) {
			set(
				violated(
					"A1: the task is moved between llist_add(), which told it to raise, and raise_softirq(), which raises on the CPU at hand (MG1, MG5, SQ1); all later adders find the list not empty (LL1)",
				),
				"P1",
				"P4",
				"P4s",
				"P5k",
			);
		}
	}
	if (moves && sendsIpis && !inline && design !== "workqueue" && !isListHead)
		set(
			violated(
				"the task is moved to the target: smp_call_function_single_async() calls the function directly (IP2), and __raise_softirq_irqoff() in a task wakes nobody (SQ1); the CPU goes idle (SQ7)",
			),
			"P19",
		);
	if (kernel === "5.10" && isTask && sendsIpis && !inline && design !== "workqueue" && !isListHead)
		set(
			violated(
				"the call is flushed by the idle task, which leaves for another task before the interrupt comes (IP5), and runs no softirq before 5.12 (IP4); the CPU goes idle again (SQ7)",
			),
			"P19",
		);
	if (design === "workqueue") verdicts.P13 = atMost(2, "each request queues a work item, which wakes a worker (WQ3)");
	if (hotplug === "down") goesDown(set, { design, caller, preempt }, sendsIpis);
	return verdicts;
};

export default expectations;

type Set = (expected: Expected, ...ids: readonly string[]) => void;
type Chosen = Readonly<Record<string, string | number | undefined>>;

/** An error ends its path; where every path ends so early, nothing is left to judge. */
function cuts(
	verdicts: Readonly<Record<string, Expected>>,
	{ design, caller, preempt, queues }: Chosen,
	set: Set,
): void {
	const rt = preempt === "rt";
	const because = "every path ends where P15 is violated";
	const others = Object.keys(verdicts).filter((id) => id !== "P15" && id !== "P19");
	if (design === "bh-disable" && ((rt && caller === "hardirq") || (!rt && caller === "threaded-irq")))
		set(vacuous(because), ...others);
	// Before that, the requests were added.
	if (design === "bh-disable" && rt && caller === "task-irqs-off")
		set(vacuous(because), "P1", "P2", "P5h", "P5s", "P6", "P12", "P14");
	if (design === "direct" && rt && caller === "task-irqs-off") set(vacuous(because), ...others);
	if (queues === "many" && rt && caller === "hardirq") set(vacuous(because), ...others.filter((id) => id !== "P18"));
	if (queues === "many" && !rt && caller === "hardirq") set(vacuous("nothing here asks whether it may sleep"), "P15");
}

/** Hotplug of the submitting CPU. */
function goesDown(set: Set, { design, caller, preempt }: Chosen, sendsIpis: boolean): void {
	const rt = preempt === "rt";
	if (sendsIpis || caller !== "threaded-irq")
		set(
			violated(
				"after ksoftirqd is parked (HP2), what a softirq leaves to it at its limits (SQ3), or a task raises, stays pending when the CPU goes idle (SQ7)",
			),
			"P19",
		);
	if (design === "list-head")
		set(violated("the dead callback raises in task context, which wakes ksoftirqd (SQ1)"), "P12");
	if (rt && caller === "softirq")
		set(violated("a tick that finds the softirq pending asks for ksoftirqd (SQ2), which is parked (HP2)"), "P12");
	const preemptible = (caller === "task" && preempt !== "none") || (rt && caller !== "hardirq");
	if (!preemptible || !sendsIpis) return;
	const lost =
		"need_ipi sees the CPU online; it goes offline where the caller is preempted (HP4); smp_call_function_single_async() returns -ENXIO (IP2), which is ignored";
	if (design === "list-head") set(violated(`${lost}: the request is lost`), "P1");
	else set(violated(`${lost}: the request is on the list of a dead CPU, after that was drained (MQ5)`), "P1", "P4");
}

const changed = (design: string, caller: string, preempt: string, caughtBy: string, because: string) => ({
	scenario: { design, caller, preempt, queues: "one", hotplug: "off", kernel: "6.12" },
	caughtBy,
	because,
});
const irqsOn = (design: string) =>
	changed(`${design}-irqs-on`, "hardirq", "none", "P10", "the softirq takes the list with interrupts on");

export const mutants: Mutants = {
	posted: changed("no-reverse", "hardirq", "none", "P6", "llist_reverse_order() is dropped"),
	"list-head": irqsOn("list-head"),
	"always-softirq": irqsOn("always-softirq"),
	"preempt-disable": changed("posted", "task", "full", "P4s", "preempt_disable() is dropped"),
	"bh-disable": changed("preempt-disable", "task", "none", "P12", "preempt_disable() in place of local_bh_disable()"),
	direct: changed("direct-untested", "hardirq", "none", "P5s", "the test of in_task() is dropped"),
	workqueue: changed("local-helper", "task", "full", "P5s", "the handler is called without the work item"),
};

const REASONS: Readonly<Record<string, string>> = {
	P1: "who finds a list empty raises the softirq of its CPU, and a raise is never lost (SQ4, IP1); offline, a list is drained (MQ5)",
	P2: "a request is on one list or in one hand at a time",
	P4: "add and kick happen on one CPU (SQ9a, MG1, MG3), or the kick is a call to the CPU of the list (IP1, IP3)",
	P4s: "llist_add() tells exactly one adder that the list was empty (LL1), and the pass that clears the bit takes the list (SQ4)",
	P5k: "add and raise happen on one CPU (SQ9a, MG1, MG3)",
	P5h: "the softirq takes the list of its own CPU (SQ3)",
	P5s: "an IPI brings the request to the CPU that submitted it (MQ1, IP1), and nothing moves in between",
	P6: "llist_reverse_order() (LL3), or a list with a tail; and one pass at a time on a CPU (SQ3)",
	P8: "the handler is called by a plain task, or by a worker (WQ6)",
	P9: "interrupts, or preemption, are off where the CPU is read (MG4)",
	P10: "every access is on the list's own CPU with interrupts off",
	P12: "what is raised in an interrupt, or with bottom halves off, is run at its end without ksoftirqd (SQ1, SQ2, BH1)",
	P14: "no lock is held while another is awaited",
	P15: "tasks sleep only where nothing is disabled (PR1)",
	P18: "one adder calls for a list that it found empty, and the csd is free again before the function runs (IP3)",
	P19: "who raises a softirq has it run, or wakes ksoftirqd (SQ1, SQ2)",
};
