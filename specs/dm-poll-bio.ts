import type { Expectations, Expected, Mutants, Unreachable } from "preempt";
import { holds, vacuous, violated } from "./expected.ts";

// What the rules demand of models/dm-poll-bio.ts, found by hand; rule ids are those of docs/linux.md, E8 and E9 the
// designs as docs/findings.md tells them.

type Verdicts = Readonly<Record<string, Expected>>;
const all = (ids: string, expected: Expected): Verdicts =>
	Object.fromEntries(ids.split(" ").map((id) => [id, expected]));

const HOLDS: Verdicts = {
	P1: holds("each struct dm_io stays on the list until a poll has dropped its last reference, and the owner polls on"),
	P2: holds("the bio is counted once for each struct dm_io (BI1), and each of these ends with the poll's reference"),
	P3: holds("a struct dm_io has a reference for its clone: the poll's is the last only when that has ended"),
	P11: holds(
		"the poll has a reference on what is on the list, and touches the bio again only if something is left there",
	),
	P14: holds("there is no lock, and the owner polls only until it is told"),
	P16: holds("a clone's end ends no bio: the poll does, one for each level of devices"),
	P21: holds("one task polls the bio (PO4), and takes a struct dm_io off the list with the reference that it drops"),
};

/** PO4 is broken: two polls of one bio at a time. */
const twice = (how: string): Verdicts => ({
	P11: violated(`${how}: the second takes for a list what the first has put back, or uses what the first has freed`),
	P21: violated(`${how}: both see the count at 1, and each drops that reference`),
	"negative-count": violated(`${how}: the second drop comes before the first has freed the struct dm_io`),
});

const MUTANTS: Readonly<Record<string, Verdicts>> = {
	"no-reference": {
		P11: violated("the other's poll ends the clone, and frees the struct dm_io that is on the list"),
		P21: violated("the poll drops a reference that is the clone's"),
		"negative-count": violated("the poll and the end of the clone drop one reference"),
	},
	"touches-bio": {
		P11: violated("the handler frees the bio with the last struct dm_io (BI4)"),
		...all("P1 P14", vacuous("every path ends there")),
	},
	"inherits-flag": {
		P11: violated("the lower device takes the clone's bi_private for a list, for the flag says so"),
		...all("P1 P2 P3 P14 P16", vacuous("every path ends at the submission")),
	},
};

const changes = (design: string, pollers: string): Verdicts => {
	const mutant = Object.entries(MUTANTS).find(([name]) => design.endsWith(name));
	if (mutant) return mutant[1];
	switch (pollers) {
		case "same-bio":
			return twice("PO4 is not kept");
		case "stale-kiocb":
			return twice("a kiocb has a pointer to the bio from before it was freed and allocated again (RC1)");
		case "others":
			return {
				...all("P1 P21", violated("by design: without a poll nobody finds the clones (PO3), or drops the references")),
				...all("P2 P3 P16", vacuous("no end handler runs")),
			};
		default:
			return {};
	}
};

const expectations: Expectations = ({ design, pollers }) => ({
	...HOLDS,
	...changes(design as string, pollers as string),
});

export default expectations;

export const mutants: Mutants = {
	merged: {
		scenario: { design: "merged-no-reference", clones: "polled", pollers: "same-queue", root: "stack" },
		caughtBy: "P11",
		because: "no reference is kept for the poll",
	},
	v3: {
		scenario: { design: "v3-no-reference", clones: "polled", pollers: "same-queue", root: "stack" },
		caughtBy: "P11",
		because: "no reference is kept for the poll",
	},
};

const deeper = "no stack of devices here has more levels";
export const unreachable: Unreachable = [
	{ routine: "bio_poll", label: "dm_poll_bio() /* deeper than 2 */", because: deeper },
	{ routine: "bio_endio", label: "clone_endio() /* deeper than 2 */", because: deeper },
	{ routine: "clone_endio", label: "dm_io_dec_pending() /* deeper than 2 */", because: deeper },
];
