import type { Expectations, Mutants } from "preempt";
import { expecting, violated } from "./expected.ts";

// What the rules demand of models/blk-mq-csd.ts, found by hand; rule ids are those of docs/linux.md.

const expectations: Expectations = ({ design, idle, hotplug }) => {
	const { P4s, ...others } = REASONS;
	const { verdicts, set } = expecting(hotplug === "off" ? { ...others, P4s: P4s as string } : others);
	const before512 = idle === "polls-5.10" || idle === "polls-5.10-nohz";
	const always = design === "per-cpu-always" || design === "per-request-always";
	if (before512)
		set(
			violated(
				"the idle task flushes the queue in task context (IP4), where __raise_softirq_irqoff() wakes nobody (SQ1), and goes idle again (SQ7)",
			),
			"P19",
		);
	if (idle === "polls-5.10-nohz")
		set(violated("and with the tick stopped nothing comes that would run the softirq (SQ7)"), "P1");
	if (always) set(violated("requests that find the list not empty send, too: more tokens than one (MQ6)"), "P4s");
	if (design === "per-request-always")
		set(
			violated(
				"a pass completes a request whose own csd is still on its way; its tag is used again, and INIT_CSD() drops the lock of a queued csd (IP3)",
			),
			"P18",
		);
	if (hotplug === "downup") {
		set(
			violated(
				"SMPCFD_DYING runs the call on the dying CPU after ksoftirqd has parked (HP2, HP7): the bit stays (SQ8), until the CPU is back",
			),
			"P19",
		);
		set(violated("the CPU is back when the handler runs on another that was chosen while it was offline (MQ1)"), "P5s");
		if (design === "per-request")
			set(
				violated(
					"a bit that stayed pending over the death of the CPU (SQ8) makes a pass complete a request whose csd is still on its way; its tag is used again, and INIT_CSD() drops the lock of a queued csd (IP3)",
				),
				"P18",
			);
	}
	return verdicts;
};

export default expectations;

const scenario = (design: string, idle = "halts", hotplug = "off") => ({ design, idle, hotplug });

export const mutants: Mutants = {
	"per-cpu": {
		scenario: scenario("per-cpu-always"),
		caughtBy: "P4s",
		because: "the test of what llist_add() returned is dropped",
	},
	"per-request": {
		scenario: scenario("per-request-always"),
		caughtBy: "P18",
		because: "the test of what llist_add() returned is dropped",
	},
};

const REASONS: Readonly<Record<string, string>> = {
	P1: "who finds the list empty calls or raises, and neither is lost (IP1, IP3, SQ4); a tick finds what is pending (SQ7)",
	P2: "a request is on one list or in one hand at a time",
	P4: "who finds the list empty calls or raises (MQ2, MQ3)",
	P4s: "llist_add() tells exactly one adder that the list was empty (LL1, MQ6)",
	P5k: "interrupts do not move (SQ9a), and a call runs on the CPU that it was sent to (IP3)",
	P5h: "the softirq takes the list of its own CPU (MQ4)",
	P5s: "an IPI brings the request to the CPU that submitted it (MQ1)",
	P6: "llist_reverse_order() (LL3, MQ4), and one pass at a time on a CPU (SQ3)",
	P9: "the CPU is read in interrupts (MG4)",
	P12: "what is raised in an interrupt is run at its end (SQ2)",
	P14: "nothing here waits for another",
	P15: "kernel threads sleep only where nothing is disabled (PR1)",
	P18: "with one token a csd is free before its list is found empty again (MQ6); one that is locked is not queued again (IP2)",
	P19: "what a call raises is run at the end of the IPI (SQ2), or after the flush of the idle task (IP4)",
};
