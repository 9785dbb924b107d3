import type { Expectations, Expected, Mutants, Unreachable } from "preempt";
import { holds, vacuous, violated } from "./expected.ts";

// What the rules demand of models/dm-iopoll.ts, found by hand; rule ids are those of docs/linux.md, E1 to E7 and E1m
// the cases as docs/findings.md tells them.

type Verdicts = Readonly<Record<string, Expected>>;
const all = (ids: string, expected: Expected): Verdicts =>
	Object.fromEntries(ids.split(" ").map((id) => [id, expected]));

const HOLDS: Verdicts = {
	P1: holds("the owner polls until it is told, and each clone is on the list until it is found (PO2)"),
	P2: holds("the root is counted: its clones, and one pin that is dropped once (BI1)"),
	P3: holds("the root's count has one for its dm_io, which counts its clones (BI1)"),
	P11: holds("the end handler comes last, and whoever frees the bio has seen that it ran (BI4)"),
	P14: holds("the lock is taken in tasks alone, and let go of before anything else is taken (LK1)"),
	P16: holds("a clone's end ends the bio above it: as many levels as there are devices (BI2)"),
	P21: holds("the pin is dropped by the first poll that finds the list empty, and by no other"),
};

/** Polls that drop the pin each time that they find the list empty. */
const dropsAgain = (why: string): Verdicts => ({
	...all(
		"P2 P21",
		violated(
			`each poll that finds the list empty drops a pin that is there once: ${why}; then BIO_CHAIN is clear, and a further bio_endio() ends the root again (BI1)`,
		),
	),
	...all("P11", violated(`the root ends while somebody still has to end it (${why}), and its owner frees it (BI4)`)),
	"negative-count": violated(
		`one completion too many comes between the last one and the clearing of BIO_CHAIN: a BUG (BI1); ${why}`,
	),
});
const early = (why: string): Verdicts => ({
	...all("P3", violated(`E5: ${why}: the list is empty while I/O is outstanding, two polls end the root`)),
	...all("P21", violated("E5: the second of these polls drops a pin that is gone")),
});
const neverFound = (why: string): Verdicts =>
	all("P1", violated(`E5: ${why}: its request is on a polled queue, and nobody polls that for it (PO3)`));
const waitsForever = (why: string): Verdicts => ({
	...all("P1 P21", violated(`${why}: the root's count never comes to zero (BI1)`)),
	P14: violated(`${why}: the owner polls for ever`),
});
const freedInHandler = all(
	"P11",
	violated(
		"E6: the handler frees the root in another's context, between the owner's test of its flag and its poll (BI4)",
	),
);

const rfc = (clones: string, pollers: string): Verdicts => {
	switch (`${clones}/${pollers}`) {
		case "polled/same-bio":
			return dropsAgain("E3, two tasks see it empty");
		case "polled/same-queue":
			return dropsAgain("E4, another's poll has taken the clone off the list and has not called its handler yet");
		case "polled/others":
			return all("P1 P21", violated("E2: without a poll for the root its pin is never dropped"));
		case "irq/owner":
		case "irq/same-queue":
			return { ...dropsAgain("E5, a clone without a cookie is still to come"), ...early("a clone has no cookie") };
		case "deferred/owner":
		case "nested/owner":
			return { ...early("the target has the clone"), ...neverFound("a clone submitted by a worker") };
		case "deferred/same-queue":
			return {
				...early("the target has the clone"),
				...neverFound("a clone submitted by a worker"),
				...all("P11", violated("E4: the other's poll ends a clone whose root has ended and is freed (BI4)")),
			};
		case "requeue/owner":
			return {
				...early("the bio waits to be mapped again"),
				...neverFound("the new clone"),
				...all("P11", violated("E5: the bio that the worker maps again has ended and is freed (BI4)")),
			};
		case "native-split/owner":
			return {
				...dropsAgain("E5, a clone without a cookie is still to come"),
				...early("a clone has no cookie"),
				P14: interruptTakesLock,
			};
		case "md/owner":
			return remapped;
		default:
			return {};
	}
};

const interruptTakesLock = violated(
	"E7: dm's own split has bi_root and, never submitted, cookie 0, which is valid: its end in an interrupt takes bi_plock, which that CPU's task may hold (LK1)",
);
const remapped: Verdicts = {
	...waitsForever("E1m: the root is on its own list, and its end stops at the pin before list_del() (BI1)"),
	...all("P2 P3 P16", vacuous("no end handler runs")),
};

const pinOnce = (clones: string, pollers: string, root: string): Verdicts => {
	const kiocb = root === "kiocb";
	switch (`${clones}/${pollers}`) {
		case "polled/same-bio":
			return all("P11", violated("E6: a second poller has the cookie when the root is freed"));
		case "polled/others":
			return all("P1 P21", violated("E2: without a poll for the root its pin is never dropped"));
		case "polled/same-queue":
		case "irq/owner":
		case "irq/same-queue":
			return kiocb ? freedInHandler : {};
		case "deferred/owner":
		case "deferred/same-queue":
			return waitsForever("E5a: the clone that a worker submits is on a polled queue, and nobody polls for it (PO3)");
		case "requeue/owner":
			return waitsForever("E5b: the new clone is on a polled queue, and nobody polls for it (PO3)");
		case "nested/owner":
			return waitsForever("E5: the clone has a pin of its own, which nobody drops");
		case "native-split/owner":
			return { P14: interruptTakesLock, ...(kiocb ? freedInHandler : {}) };
		case "md/owner":
			return remapped;
		default:
			return {};
	}
};

/** What the mutants break. */
const mutant = (design: string, root: string): Verdicts | undefined => {
	const kiocb = root === "kiocb";
	switch (design) {
		case "rfc-no-pin":
			return kiocb
				? {
						P11: violated("the last clone's end frees the root below its poll"),
						...all("P1 P14 P21", vacuous("every path ends there")),
					}
				: all("P2 P21", violated("the poll that found the last clone ends the root once more"));
		case "pin-once-no-xchg":
			return dropsAgain("two tasks have seen it set");
		case "pin-once-late-read":
			return all("P11", violated("the clone ends and is freed after the list is unlocked (PO2)"));
		case "pin-once-no-count":
			return {
				...all("P1 P14 P21", violated("a clone that has ended is added to the list, and is never found")),
				...(kiocb ? freedInHandler : {}),
			};
		default:
			return undefined;
	}
};

const expectations: Expectations = (scenario) => {
	const { design, clones, pollers, root } = scenario as Readonly<Record<string, string>>;
	const changes =
		mutant(design as string, root as string) ??
		(design === "rfc"
			? rfc(clones as string, pollers as string)
			: pinOnce(clones as string, pollers as string, root as string));
	return { ...HOLDS, ...changes };
};

export default expectations;

export const mutants: Mutants = {
	rfc: {
		scenario: { design: "rfc-no-pin", clones: "polled", pollers: "owner", root: "stack" },
		caughtBy: "P2",
		because: "the root is not pinned",
	},
	"pin-once": {
		scenario: { design: "pin-once-no-xchg", clones: "polled", pollers: "same-bio", root: "stack" },
		caughtBy: "P2",
		because: "the pin is tested and then dropped",
	},
};

export const unreachable: Unreachable = [
	{
		routine: "clone_endio",
		label: "dec_pending() /* deeper than 2 */",
		because: "no stack of devices here has more levels",
	},
	{
		routine: "bio_endio",
		label: "clone_endio() /* deeper than 2 */",
		because: "no stack of devices here has more levels",
	},
];
