import type { Expectations, Mutants } from "preempt";
import { expecting, vacuous, violated } from "./expected.ts";

// What models/dm-poll-context.ts obliges to, found by hand; rule ids are those of docs/linux.md, E12 the design as
// docs/findings.md tells it.

const HOLDS = {
	P1: "a bio is in the context, or in the hands of a poll that ends it or puts it back, until it has ended; exit waits for the first, and a poll of another for the rest",
	P2: "a bio is taken from the context under its lock, by one poll at a time (LK1)",
	P3: "a bio is ended once its completion has flagged it",
	P11: "the context lives as long as somebody has a reference (RC1)",
	P14: "one lock, taken alone and in tasks (LK1), and all polls end when the bios have",
	P16: "end handlers here end no other bio",
};

const expectations: Expectations = ({ design }) => {
	const { verdicts, set } = expecting(HOLDS);
	switch (design) {
		case "no-reference":
			set(
				violated(
					"E12: the submitter exits while another's poll has its bios, which are then put back, or its lock (RC1)",
				),
				"P11",
			);
			break;
		case "reference-no-drain":
			set(violated("the task exits, and nobody polls for what it has submitted (PO3)"), "P1");
			set(vacuous("no end handler runs"), "P2", "P3", "P16");
			break;
		case "reference-ends-twice":
			set(violated("a completion ends its bio, and a poll of the context does"), "P2");
			break;
		case "reference-no-lock":
			set(violated("two polls have a bio, and each ends it"), "P2");
			set(
				violated("a bio added between the copy and the removal is forgotten, and who waits for it polls for ever"),
				"P1",
				"P14",
			);
			break;
	}
	return verdicts;
};

export default expectations;

export const mutants: Mutants = {
	reference: {
		scenario: { design: "reference-no-drain", pollers: "owner" },
		caughtBy: "P1",
		because: "the task exits with bios in its context",
	},
};
