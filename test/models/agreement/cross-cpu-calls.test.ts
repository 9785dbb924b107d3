// Running a function on another CPU, and the pattern of csd and softirq: both interpreters on some of their graphs.
import { expect, test } from "vitest";
import csdIrqWork from "../../../models/csd-irq-work.ts";
import csdSoftirq from "../../../models/csd-softirq.ts";
import { agree } from "../../support/agree.ts";

test.each([
	["csd", "two-raisers", "full", "none"],
	["csd", "sync", "full", "none"],
	["csd", "polling", "full", "none"],
	["csd", "migrating", "full", "none"],
	["irq-work", "own-cpu", "full", "none"],
	["irq-work", "request", "full", "none"],
	["irq-work", "per-cpu", "full", "late-pending"],
	["irq-work-soft", "two-objects", "rt", "none"],
	["remote", "two-raisers", "none", "none"],
	["static", "request", "full", "touched"],
	["once", "offline", "rt", "none"],
	["own-list", "polling", "none", "none"],
	["static", "interrupted", "full", "irqs-on"],
])(
	"%s/%s/%s/%s: both interpreters agree",
	(design, use, preempt, mutant) => {
		const { complete, errors } = agree(csdIrqWork.build({ design, use, preempt, mutant, cpus: 3 }));
		expect({ complete, errors }).toEqual({ complete: true, errors: [] });
	},
	600_000,
);

test.each([
	["first-sends", "polls-before-5.12", "full"],
	["all-send", "halts", "rt"],
	["sample-empty", "halts", "none"],
])(
	"%s/%s/%s: both interpreters agree",
	(design, idle, preempt) => {
		const { complete, errors } = agree(csdSoftirq.build({ design, idle, preempt, cpus: 2, items: 2 }));
		expect({ complete, errors }).toEqual({ complete: true, errors: [] });
	},
	600_000,
);
