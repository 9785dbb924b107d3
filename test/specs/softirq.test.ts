// P12 on systems so small that it is plain who wakes ksoftirqd.
import { describe, expect, test } from "vitest";
import { P12, seen } from "../../specs/index.ts";
import {
	addInterrupts,
	addSoftirqs,
	completeInSoftirq,
	Kernel,
	type Options,
	raise_softirq,
} from "../../src/kernel/index.ts";
import { bool, step } from "../../src/lang/index.ts";
import { spawn } from "../semantics/litmus.ts";
import { explore } from "../support/reduced.ts";

/** Interrupts complete two bios in softirqs; or a task raises one. */
function verdict(by: "interrupt" | "task", options: Partial<Options>) {
	const search = explore(() => {
		const k = new Kernel({ cpus: 1, bios: 2, preempt: "none", ...options });
		const sys = k.system({ state: { left: bool } });
		const raise = raise_softirq(k);
		if (by === "task") spawn(k, sys, "task", [step("raise_softirq()", raise)]);
		addInterrupts(k, sys, by === "task" ? [] : [completeInSoftirq(k)]);
		addSoftirqs(k, sys, [
			step("completed", ({ s, emit }) => {
				for (const bio of k.Bio.all) if (s.bio[bio].phase !== "issued") emit.end_io(bio);
			}),
		]);
		P12(k, seen(sys));
		sys.property("left", {
			title: "ksoftirqd runs",
			statement: "",
			sometimes: ({ s }) => k.ksoftirqd.some((id) => s.context[id].on_rq),
		});
		return sys;
	});
	const { machine, findings } = search;
	return {
		P12: findings.has("P12") ? "violated" : machine.exercised[0] === 1 ? "holds" : "vacuous",
		ksoftirqdRuns: findings.has("left"),
	};
}

describe("P12", () => {
	test("a raise in an interrupt wakes nobody; what the softirq leaves to ksoftirqd at its limit does not count", () => {
		expect(verdict("interrupt", {})).toEqual({ P12: "holds", ksoftirqdRuns: true });
	});
	test("a raise in plain task context wakes it (SQ1)", () => {
		expect(verdict("task", {})).toEqual({ P12: "violated", ksoftirqdRuns: true });
	});
	test("so does the end of an interrupt where interrupts are forced into threads (SQ2)", () => {
		expect(verdict("interrupt", { threadirqs: true })).toEqual({ P12: "violated", ksoftirqdRuns: true });
	});
});
