import type { Expectations, Mutants } from "preempt";
import { expecting, violated } from "./expected.ts";

// What the rules demand of models/bio-task-memory.ts, found by hand; rule ids are those of docs/linux.md, B6 the
// designs as docs/findings.md tells them.

const REASONS: Readonly<Record<string, string>> = {
	P1: "whoever finds the list empty queues the work (LL1, WQ1), and a worker or the rescuer runs it (WQ3, WQ8)",
	P2: "llist_del_all() gives a bio to one taker alone (LL2), and each end is called once (BI2)",
	P4: "the list is empty, or its first adder has PENDING set or is to set it, or the worker looks at it again (LL1, WQ1, WQ4)",
	P5k: "the work is queued on the batch's own CPU by an interrupt there (MG1)",
	P5h: "worker and rescuer are bound to the CPU of the pool (WQ6, WQ8)",
	P6: "the chain is turned round (LL3), and one worker at a time takes from a list (WQ2)",
	P7: "workers and the rescuer are tasks (WQ6, WQ8)",
	P8: "they run with preemption, interrupts and bottom halves on (BI6)",
	P9: "interrupt contexts are exempt (MG4)",
	P14: "whatever the end handler waits for does not wait for it",
	P15: "nothing here sleeps where it may not (PR1)",
	P16: "end handlers here end no other bio",
	P20: "a work item does not run concurrently with itself (WQ2, WQ4)",
};

const expectations: Expectations = ({ workqueue, other }) => {
	const reclaim = other === "reclaim";
	const { verdicts, set } = expecting(
		reclaim
			? {
					...REASONS,
					P25: "where no worker can be created, the rescuer runs the work, and the bio frees the memory (WQ8)",
				}
			: REASONS,
	);
	if (reclaim && workqueue !== "mem-reclaim")
		set(
			violated(
				"B6: the item that waits for the bio and the bio's work are in one pool. Its last idle worker must first create another (WQ7), which waits for the bio too; and the workqueue has no rescuer (WQ8), dedicated or not",
			),
			"P1",
			"P14",
			"P25",
		);
	if (!reclaim && workqueue === "system")
		set(
			violated(
				"B6, second form: the flush waits for the bio's work, which is on the same workqueue; its end handler waits for the mutex, and the mutex for the flush",
			),
			"P14",
		);
	return verdicts;
};

export default expectations;

const unlike = (workqueue: string, other: string, because: string) => ({
	scenario: { workqueue, other, preempt: "full" },
	caughtBy: "P14",
	because,
});

export const mutants: Mutants = {
	dedicated: unlike("system", "flush", "the work is on the system workqueue"),
	"mem-reclaim": unlike("dedicated", "reclaim", "WQ_MEM_RECLAIM is dropped"),
};
