import type { Expectations, Mutants } from "preempt";
import { expecting, vacuous, violated } from "./expected.ts";

// What the rules demand of models/dm-poll-context.ts, found by hand; rule ids are those of docs/linux.md, E12 the design as
// docs/findings.md tells it.

const HOLDS = {
	P1: "a bio is in the context, or in the hands of a poll that ends it or puts it back; who waits for it polls the context, and what is left is drained by whoever drops the last reference",
	P2: "a bio is taken from the context under its lock, by one poll at a time (LK1)",
	P3: "a bio is ended once its completion has flagged it",
	P11: "the context lives as long as somebody has a reference (RC1), and a bio until its submission has returned",
	P14: "one lock, taken alone and in tasks (LK1), and all polls end when the bios have",
	P16: "end handlers here end no other bio",
};

const KEEPS = "E12: what has not ended stays on the poll queue of who has polled, where nobody else looks";

const expectations: Expectations = (scenario) => {
	const { design, owner, pollers } = scenario as Readonly<Record<string, string>>;
	const { verdicts, set } = expecting(HOLDS);
	switch (design) {
		case "v6":
			if (pollers === "two") {
				set(
					violated(
						"E12: a poll finds a bio done by another's place on its queue and ends it, while the submitter is still to store its cookie in it; and no poll has a reference of the context (RC1)",
					),
					"P11",
				);
				set(violated(`${KEEPS} once he stops, and who waits polls for ever`), "P1", "P14");
			} else if (owner === "exits") set(violated(`${KEEPS}: the exit drains the submission queue alone`), "P1");
			break;
		case "repaired-no-get":
			set(violated("the context is freed while a poll has its bios, which are then put back (RC1)"), "P11");
			set(violated("bios are put back after the context was drained, and before it is freed"), "P1", "P14");
			break;
		case "repaired-pq":
			set(violated(KEEPS), "P1", "P14");
			break;
		case "repaired-not-ready":
			set(violated("a bio that is done is ended before its cookie is stored in it"), "P11");
			break;
		case "repaired-no-pid":
			set(
				violated("a poll has the bios just when the cookie is chosen: who has submitted them never polls"),
				"P1",
				"P14",
			);
			break;
		case "repaired-drain-at-exit":
			set(
				violated("the exit drains an empty queue while another's poll has the bios, which are then put back"),
				"P1",
				"P14",
			);
			break;
		case "repaired-no-drain":
			set(violated("the task exits, and nobody polls for what it has submitted (PO3)"), "P1");
			break;
		case "repaired-no-lock":
			set(violated("two polls have a bio, and each ends it"), "P2", "P11");
			set(violated("a bio added between the copy and the removal is forgotten"), "P1", "P14");
			break;
		case "v6-ends-twice":
			set(violated("a completion ends and frees its bio, of which the poll has still to look at the flag"), "P11");
			set(vacuous("every poll looks at it"), "P1", "P14");
			break;
	}
	return verdicts;
};

export default expectations;

const two = { owner: "waits", pollers: "two" };
export const mutants: Mutants = {
	v6: {
		scenario: { design: "v6-ends-twice", owner: "waits", pollers: "owner" },
		caughtBy: "P11",
		because: "a completion ends its bio, too",
	},
	repaired: [
		{
			scenario: { design: "repaired-no-get", owner: "exits", pollers: "two" },
			caughtBy: "P11",
			because: "who polls has no reference of the context",
		},
		{
			scenario: { design: "repaired-pq", ...two },
			caughtBy: "P1",
			because: "what has not ended goes to the poll queue of who polls",
		},
		{
			scenario: { design: "repaired-not-ready", ...two },
			caughtBy: "P11",
			because: "a bio is ended before its submission has returned",
		},
		{
			scenario: { design: "repaired-no-pid", ...two },
			caughtBy: "P1",
			because: "the cookie is no pid where the submission queue is just empty",
		},
		{
			scenario: { design: "repaired-drain-at-exit", owner: "exits", pollers: "two" },
			caughtBy: "P1",
			because: "the context is not drained when it is freed",
		},
		{
			scenario: { design: "repaired-no-drain", owner: "exits", pollers: "owner" },
			caughtBy: "P1",
			because: "the task exits with bios in its context",
		},
		{ scenario: { design: "repaired-no-lock", ...two }, caughtBy: "P2", because: "sq_lock is not taken" },
	],
};
