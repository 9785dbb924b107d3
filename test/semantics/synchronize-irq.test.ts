// IR3: synchronize_irq(), disable_irq() and enable_irq().
import { expect, test } from "vitest";
import { P14, seen } from "../../specs/index.ts";
import {
	addHardirqs,
	addSoftirqs,
	disable_irq,
	disable_irq_nosync,
	enable_irq,
	free_irq,
	Kernel,
	local_irq_disable,
	type Preempt,
	raise_softirq,
	request_irq,
	synchronize_irq,
} from "../../src/kernel/index.ts";
import { bool, type In, range, type Stmt, step } from "../../src/lang/index.ts";
import { failures, litmus, observe, spawn, type Variant } from "./litmus.ts";

/** An interrupt that comes twice, whose handler uses what a task frees, and raises a softirq that does so, too, where that is the thread's. */
function device(preempt: Preempt, cpus: number, variant: Variant & { threadirqs?: boolean } = {}) {
	const k = new Kernel({ cpus, preempt, ...variant });
	const sys = k.system({
		state: { left: range(0, 2), inside: bool, serving: bool, freed: bool, used: bool, over: bool, waited: bool },
		init: (s) => {
			s.left = 2;
		},
	});
	type Here = In<typeof sys>;
	const raise = raise_softirq(k);
	const uses = ({ s }: Here): void => {
		s.used ||= s.freed;
	};
	const action: Stmt<Here>[] = k.threadirqs ? [step("softirq", uses)] : [];
	const handler: Stmt<Here>[] = [
		step("handler", (c) => {
			c.s.inside = true;
			uses(c);
			if (k.threadirqs) raise(c);
		}),
		step("handler returns", (c) => {
			c.s.inside = false;
			uses(c);
		}),
	];
	const arrival = {
		label: "<interrupt>",
		pending: ({ s }: Here) => s.left > 0,
		enter: ({ s }: Here) => {
			s.left--;
		},
	};
	const irq = request_irq(k, sys, "dev", { arrivals: [arrival], handler }, { action });
	addSoftirqs(k, sys, action);
	addHardirqs(k, sys, [irq]);
	const which = () => irq;
	const waits = ({ s }: Here): boolean => k.tasks.some((id) => s.context[id].waits_on === k.irqQueues[0]);
	return {
		k,
		sys,
		waits,
		disable: disable_irq<Here>(k, "dev", which),
		freeIrq: free_irq<Here>(k, "dev", which),
		disableNosync: disable_irq_nosync<Here>(k, "dev", which),
		enable: enable_irq<Here>(k, "dev", which),
		synchronize: synchronize_irq<Here>(k, "dev", which),
		free: step<Here, string>("kfree(dev)", ({ s }) => {
			s.freed = true;
		}),
		allocate: step<Here, string>("dev = kmalloc()", ({ s }) => {
			s.freed = false;
		}),
		over: step<Here, string>("over", ({ s }) => {
			s.over = true;
		}),
	};
}

const disabled =
	(preempt: Preempt, cpus: number, options: { threadirqs?: boolean } = {}) =>
	(variant: Variant) => {
		const { k, sys, ...t } = device(preempt, cpus, { ...options, ...variant });
		spawn(k, sys, "task", [t.disable, t.free, t.allocate, t.enable, t.over]);
		P14(k, seen(sys) as never);
		return observe(sys, {
			allows: {
				...(k.threadirqs ? { "the task sleeps until a thread is back": (v) => v.s.inside && t.waits(v as never) } : {}),
				"it comes while it is disabled, and is handled later": ({ s }) => s.freed && s.left === 2,
				"all of them have come": { end: ({ s }) => s.left === 0 && s.over },
			},
			forbids: {
				"a handler uses what is freed": ({ s }) => s.used,
				"one is left": { end: ({ s }) => s.left > 0 || !s.over },
				...(k.threadirqs ? {} : { "the task sleeps": (v) => t.waits(v as never) }),
			},
		});
	};

litmus("IR3", "disable_irq() waits for the handler, and keeps the interrupt away until it is enabled", {
	"a hard interrupt, on two CPUs": disabled("none", 2),
	"a thread": disabled("none", 2, { threadirqs: true }),
	"on RT": disabled("rt", 2),
});

const freed =
	(preempt: Preempt, options: { threadirqs?: boolean } = {}) =>
	(variant: Variant) => {
		const { k, sys, ...t } = device(preempt, 2, { ...options, ...variant });
		spawn(k, sys, "task", [t.freeIrq, t.free, t.over]);
		P14(k, seen(sys) as never);
		return observe(sys, {
			allows: {
				"it is handled before": { end: ({ s }) => s.left === 0 && s.over },
				"it does not come any more": { end: ({ s }) => s.left === 2 && s.over },
			},
			forbids: {
				"a handler uses what is freed": ({ s }) => s.used,
				"the wait never ends": { end: ({ s }) => !s.over },
			},
		});
	};

litmus("IR3", "free_irq() waits for the handler, after which the interrupt does not come any more", {
	"a hard interrupt": freed("none"),
	"a thread": freed("full", { threadirqs: true }),
	"on RT": freed("rt"),
});

test.each<[string, "disableNosync" | "synchronize"]>([
	["disable_irq_nosync() does not wait for the handler", "disableNosync"],
	["synchronize_irq() does not keep the next away", "synchronize"],
])("IR3: %s", (_, name) => {
	const { k, sys, ...t } = device("full", 2);
	spawn(k, sys, "task", [t[name], t.free]);
	expect(failures(observe(sys, { allows: { "a handler uses what is freed": ({ s }) => s.used } }))).toEqual([]);
});

test("IR3: who waits for a hard interrupt spins: nothing else runs on its CPU", () => {
	const { k, sys, ...t } = device("none", 2);
	type Here = In<typeof sys>;
	const waits = step<Here, string>("is going to wait", ({ s }) => {
		s.serving = true;
	});
	const other = step<Here, string>("another task", ({ s }) => {
		s.waited = s.serving && !s.over;
	});
	const cpu = k.Cpu.id(0);
	spawn(k, sys, "task", [waits, t.synchronize, t.over], { boundTo: cpu });
	spawn(k, sys, "other", [other], { boundTo: cpu });
	const experiment = observe(sys, {
		allows: { "it waits": ({ s }) => s.serving && !s.over && s.inside },
		forbids: { "another task runs meanwhile": ({ s }) => s.waited },
	});
	expect(failures(experiment)).toEqual([]);
});

test("IR3: who enables what is not disabled, or waits in atomic context, is wrong", () => {
	const enables = device("full", 1);
	spawn(enables.k, enables.sys, "task", [enables.enable]);
	expect(failures(observe(enables.sys, { reports: ["negative-count"] }))).toEqual([]);
	for (const threadirqs of [false, true]) {
		const waits = device("full", 1, { threadirqs });
		spawn(waits.k, waits.sys, "task", [local_irq_disable(waits.k), waits.synchronize]);
		expect(failures(observe(waits.sys, { reports: ["P15"] }))).toEqual([]);
	}
});
