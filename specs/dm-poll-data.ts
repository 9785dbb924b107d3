import type { Expectations, Mutants, Unreachable } from "preempt";
import { expecting, vacuous, violated } from "./expected.ts";

// What the rules demand of models/dm-poll-data.ts, found by hand; rule ids are those of docs/linux.md, E10, E10b and
// E10c the designs as docs/findings.md tells them.

const HOLDS = {
	P1: "each clone's queue is polled until its bio is done, and a poll finds whatever is finished there (PO2)",
	P2: "the bio ends with the last of its clones, which struct dm_io counts",
	P3: "struct dm_io counts the clones, and a pin comes on top of them (BI1)",
	P11: "what a poll looks at outlives the poll (RC1)",
	P14: "there is no lock, and the owner polls only until it is told",
	P16: "a clone's end ends the bio above it: two levels (BI2)",
};
const P21 = "the pin is taken once, and dropped by the poll that found something";
const P25 = "a clone goes back to the pool when it ends, whoever found it";

const expectations: Expectations = (scenario) => {
	const { design, clones, pollers, pool } = scenario as Readonly<Record<string, string>>;
	const pins = design?.startsWith("one-cookie-pin");
	const { verdicts, set } = expecting({ ...HOLDS, ...(pins ? { P21 } : {}), ...(pool === "one" ? { P25 } : {}) });
	const neverFound = (why: string): void => {
		set(violated(`${why}: its request is never found (PO3), and the owner polls for ever`), "P1", "P14");
		if (pins) set(violated(`${why}: the pin or the bio's other completion stays outstanding`), "P21");
	};
	const others = pollers === "same-queue";

	if (design === "one-cookie-none") {
		neverFound("no queue is noted");
		set(vacuous("no end handler runs"), "P2", "P3", "P16");
	}
	if (design === "one-cookie" && clones !== "one") {
		set(
			violated("E10: the cookie is that of the last clone, with which the data goes; the owner polls on for the other"),
			"P11",
		);
		if (!others) set(vacuous("the owner always polls once more"), "P1", "P14");
	}
	if (design === "one-cookie-pin" && clones !== "one")
		neverFound("E10: there is one cookie for two clones, and the last is kept");
	if (design === "array-one-slot") neverFound("there is one slot for two targets, and the last is kept");
	if (design === "array-per-target" && clones === "two-queues")
		neverFound("E10c: there is one slot for two queues of a target, and the last is kept");

	if ((design === "one-cookie" || design === "array-per-target") && others)
		set(
			violated("E10: another's poll ends the I/O, and the data goes with it, while the owner polls by it (RC1)"),
			"P11",
		);
	if (design === "node-no-get")
		set(
			violated("E10b: another's poll ends the I/O, and drops the node's only reference, while the owner polls by it"),
			"P11",
		);
	if (design === "table")
		set(violated("E10: a table that is loaded frees the array of the old one, from which a poll reads (RC1)"), "P11");

	if (design === "one-cookie-pin" && clones === "one" && others) {
		set(
			violated(
				"E2: another's poll has found the clone, the owner's finds nothing, and the pin stays: the bio never ends (BI1)",
			),
			"P1",
			"P14",
		);
		set(
			violated("a poll that finds another's request drops the pin, as does the one that finds the clone"),
			"P2",
			"P21",
		);
	}
	if (design === "one-cookie-pin-kept") neverFound("the pin is not dropped");
	if (design === "held" && pool === "one")
		set(
			violated(
				"the clone goes back to the pool when its bio is polled, and who would poll waits for a clone of the next bio",
			),
			"P1",
			"P14",
			"P25",
		);
	return verdicts;
};

export default expectations;

const one = { clones: "one", pollers: "owner", pool: "enough" };
export const mutants: Mutants = {
	"one-cookie": {
		scenario: { design: "one-cookie-none", ...one },
		caughtBy: "P1",
		because: "the cookie is not kept",
	},
	"one-cookie-pin": {
		scenario: { design: "one-cookie-pin-kept", ...one },
		caughtBy: "P21",
		because: "the pin is never dropped",
	},
	"array-per-target": {
		scenario: { ...one, design: "array-one-slot", clones: "two-targets" },
		caughtBy: "P1",
		because: "one slot instead of one for each target",
	},
	node: {
		scenario: { ...one, design: "node-no-get", pollers: "same-queue" },
		caughtBy: "P11",
		because: "whoever polls has no reference of his own",
	},
	held: {
		scenario: { ...one, design: "one-cookie", pollers: "same-queue" },
		caughtBy: "P11",
		because: "the clone and its data are not kept until the poll",
	},
	"table-srcu": { scenario: { ...one, design: "table" }, caughtBy: "P11", because: "the table is read without SRCU" },
};

const deeper = "no stack of devices here has more levels";
export const unreachable: Unreachable = [
	{ routine: "clone_endio", label: "bio_endio() /* deeper than 2 */", because: deeper },
];
