import type { Expectations, Mutants } from "preempt";
import { expecting, violated } from "./expected.ts";

// What the rules demand of models/dm-poll-queues.ts, found by hand; rule ids are those of docs/linux.md, E11 the design
// as docs/findings.md tells it.

const HOLDS = {
	P1: "whoever waits for a bio polls every queue on which something is left, again and again, and a poll finds anything that is finished there (PO2)",
	P2: "a request is found once, and the parent is counted (BI1, BI2)",
	P3: "the parent is counted once for each clone (BI1)",
	P11: "nothing has a pointer to a bio of another's: there are no cookies",
	P14: "there is no lock, and who polls is told in the end",
	P16: "the end of a clone goes on to its parent without recursion (BI2)",
};

const NEVER_POLLED: Readonly<Record<string, string>> = {
	pending:
		"E11a: a poller sees the queue empty, another task queues a bio and sets the bit, which is set still, and the poller clears it",
	"pending-set-first":
		"E11a: a poller clears the bit after another task has set it, before that has queued its bio or after",
	"clear-first-set-first": "a poll between setting the bit and queueing clears it and finds nothing",
	"busy-for-ever": "a queue that is never let go of is polled by nobody",
	"busy-found": "E11b: what a poll finds may be another's (PO2), and who has found it stops polling",
};

const expectations: Expectations = ({ design }) => {
	const { verdicts, set } = expecting(HOLDS);
	const why = NEVER_POLLED[design as string];
	if (why) set(violated(`${why}: its requests are never found (PO3), and their owner polls for ever`), "P1", "P14");
	return verdicts;
};

export default expectations;

export const mutants: Mutants = {
	"clear-first": {
		scenario: { design: "clear-first-set-first" },
		caughtBy: "P1",
		because: "the bit is set before the bio is queued",
	},
	busy: [
		{ scenario: { design: "busy-for-ever" }, caughtBy: "P1", because: "nobody lets go of a queue" },
		{ scenario: { design: "busy-found" }, caughtBy: "P1", because: "the flag of the own bio is not looked at" },
	],
};
