// SQ10: the interrupts of a driver, where handlers are forced to be threads.
import { expect, test } from "vitest";
import {
	addHardirqs,
	addSoftirqs,
	type ContextRecord,
	in_task,
	interruptSource,
	Kernel,
	type Preempt,
	raise_softirq,
	request_irq,
	spin_lock,
	spin_unlock,
	spinlock,
} from "../../src/kernel/index.ts";
import { bool, forget, type In, ids, perId, range, record, type Stmt, step } from "../../src/lang/index.ts";
import { explore, kindsOf, statesOf } from "../support/reduced.ts";
import { failures, litmus, observe, spawn, type Variant } from "./litmus.ts";

/** An interrupt that comes `times`, on any CPU; its handler takes a lock that a task takes, too. */
const device = (
	preempt: Preempt,
	times: number,
	options: Variant & { IRQF_NO_THREAD?: boolean; cpus?: number } = {},
) => {
	const { IRQF_NO_THREAD = false, cpus = 1, ...variant } = options;
	const k = new Kernel({ cpus, preempt, threadirqs: true, ...variant });
	const sys = k.system({
		state: { left: range(0, times), running: range(0, 2), ran: bool, hard: bool, on: bool, off: bool, waits: bool },
		init: (s) => {
			s.left = times;
		},
	});
	type Here = In<typeof sys>;
	const lock = spinlock(k, "dev->lock");
	const [take, drop] = [spin_lock<Here>(k, "dev->lock", () => lock), spin_unlock<Here>(k, "dev->lock", () => lock)];
	const inTask = in_task(k);
	const begins: Stmt<Here> = step("handler", (c) => {
		const { s, me } = c;
		s.running++;
		s.ran = true;
		s.hard = !inTask(c);
		s.off = s.cpu[me.cpu].irqs_off;
		s.on = !s.off;
	});
	const ends: Stmt<Here> = step("handler returns", ({ s }) => {
		s.running--;
		s.hard = false;
		s.off = false;
		s.on = false;
	});
	const source = request_irq(
		k,
		sys,
		"dev",
		{
			arrivals: [
				{
					label: "<interrupt>",
					pending: ({ s }) => s.left > 0,
					enter: ({ s }) => {
						s.left--;
					},
				},
			],
			handler: [begins, take, drop, ends],
		},
		{ IRQF_NO_THREAD },
	);
	const isThread = ({ id }: ContextRecord): boolean => k.Context.nameOf(id).startsWith("irq/dev");
	const looks: Stmt<Here> = step("dev->busy = true", ({ s }) => {
		s.waits = k.tasks.some((id) => isThread(s.context[id]) && s.context[id].waits_for === lock);
	});
	spawn(k, sys, "task", [take, looks, drop], { boundTo: k.Cpu.id(0) });
	addHardirqs(k, sys, [source]);
	return { k, sys };
};

litmus("SQ10", "the handler of a driver runs in a thread with bottom halves off, without RT interrupts off", {
	RT: (variant) => {
		const { sys } = device("rt", 1, variant);
		return observe(sys, {
			allows: { "it waits for a lock": ({ s }) => s.waits, "it runs": { end: ({ s }) => s.ran } },
			forbids: {
				"it runs in a hard interrupt": ({ s }) => s.hard,
				"it runs with interrupts off": ({ s }) => s.off,
				"it does not run": { end: ({ s }) => !s.ran },
			},
		});
	},
	threadirqs: (variant) => {
		const { sys } = device("none", 1, variant);
		return observe(sys, {
			allows: { "it runs": { end: ({ s }) => s.ran } },
			forbids: {
				"it runs in a hard interrupt": ({ s }) => s.hard,
				"it runs with interrupts on": ({ s }) => s.on,
				"it does not run": { end: ({ s }) => !s.ran },
			},
		});
	},
});

test("SQ10: IRQF_ONESHOT: the interrupt does not come again, on any CPU, before its thread has handled it", () => {
	const { k, sys } = device("none", 2, { cpus: 2 });
	const isWoken = (s: In<typeof sys>["s"]): number => k.Cpu.all.filter((c) => s.irq_desc[k.Irq.id(0)].cpu === c).length;
	const experiment = observe(sys, {
		allows: { "it comes twice": { end: ({ s }) => s.left === 0 && s.ran } },
		forbids: {
			"two threads handle it at a time": ({ s }) => s.running > 1,
			"it is still masked, or left": { end: ({ s }) => s.left > 0 || isWoken(s) > 0 },
		},
	});
	expect(failures(experiment)).toEqual([]);
});

test("SQ10: with IRQF_NO_THREAD it stays a hard interrupt, where a spinlock_t of RT is an error", () => {
	const { sys } = device("rt", 1, { IRQF_NO_THREAD: true });
	expect(failures(observe(sys, { reports: ["P15"] }))).toEqual([]);
	const { sys: spins } = device("full", 1, { IRQF_NO_THREAD: true });
	expect(failures(observe(spins, { allows: { "it is hard": ({ s }) => s.hard }, reports: ["P14"] }))).toEqual([]);
});

test("SQ10: who finds nothing pending any more has nothing to handle", () => {
	const { k, sys } = device("rt", 1, { cpus: 2 });
	const isNoted = ({ s }: Pick<In<typeof sys>, "s">): boolean => s.irq_desc[k.Irq.id(0)].cpu !== null;
	const polls: Stmt<In<typeof sys>> = step("dev->poll()", ({ s }) => {
		s.left = 0;
	});
	spawn(k, sys, "poller", [polls], { boundTo: k.Cpu.id(1) });
	const experiment = observe(sys, {
		allows: {
			"it is noted, and no more pending": (v) => isNoted(v) && v.s.left === 0 && !v.s.ran,
			"it is not handled": { end: ({ s }) => !s.ran },
			"it is": { end: ({ s }) => s.ran },
		},
		forbids: {
			"it is masked for ever": { end: isNoted },
			"a thread does not sleep": { end: ({ s }) => k.tasks.some((id) => s.context[id].on_rq) },
		},
	});
	expect(failures(experiment)).toEqual([]);
});

/** Interrupts that report items; `after` stands at the end of their handler, in a thread on RT. */
const reporting = (preempt: Preempt, after: Stmt<never, string>[] = []) => {
	const k = new Kernel({ cpus: 1, preempt });
	const Item = ids("item", 2);
	const sys = k.system({ state: { item: perId(Item, record({ reported: bool, handled: bool })) } });
	const source = interruptSource(
		sys,
		{ item: Item },
		{
			arrivals: Item.all.map((item) => ({
				label: `<interrupt: ${Item.nameOf(item)}>`,
				pending: ({ s }) => !s.item[item].reported,
				enter: ({ s, f }) => {
					s.item[item].reported = true;
					f.item = item;
				},
			})),
			handler: [
				step("handle(item)", ({ s, f }) => (s.item[f.item].handled = true)),
				step("return", () => {}),
				...(after as never[]),
			],
		},
	);
	addHardirqs(k, sys, [request_irq(k, sys, "dev", source)]);
	return sys;
};

test.each<Preempt>(["full", "rt"])("interrupts of interchangeable objects are interchangeable, under %s", (preempt) => {
	const build = () => reporting(preempt);
	const [off, on] = [explore(build), explore(build, { symmetry: true })];
	expect(statesOf(on)).toEqual(kindsOf(off, on.machine));
	expect(on.store.count).toBeLessThan(off.store.count);
});

test.each<Preempt>(["full", "rt"])("the variables of a handler are forgotten at its end, under %s", (preempt) => {
	const explicit = explore(() => reporting(preempt, [forget<{ f: { item: number } }>("item") as never]));
	expect(explore(() => reporting(preempt)).store.count).toBe(explicit.store.count);
});
test.each(["none", "rt"] as const)(
	"SQ10: the interrupt may come again when the handler has returned, before what it raised has run (%s)",
	(preempt) => {
		const k = new Kernel({ cpus: 2, preempt, threadirqs: true });
		const sys = k.system({ state: { left: range(0, 2), handling: bool, serving: bool, early: bool, beside: bool } });
		type Here = In<typeof sys>;
		k.initial.push((s) => {
			(s as Here["s"]).left = 2;
		});
		const raise = raise_softirq(k);
		const handler: Stmt<Here>[] = [
			step("handler", (c) => {
				const { s } = c;
				s.early = s.handling;
				s.handling = true;
				s.beside = s.serving;
				raise(c);
			}),
			step("handler returns", ({ s }) => {
				s.handling = false;
			}),
		];
		const action: Stmt<Here>[] = [
			step("softirq", ({ s }) => {
				s.serving = true;
			}),
			step("softirq ends", ({ s }) => {
				s.serving = false;
			}),
		];
		const arrival = {
			label: "<interrupt>",
			pending: ({ s }: Here) => s.left > 0,
			enter: ({ s }: Here) => {
				s.left--;
			},
		};
		const source = request_irq(k, sys, "dev", { arrivals: [arrival], handler }, { action });
		addSoftirqs(k, sys, action);
		addHardirqs(k, sys, [source]);
		const experiment = observe(sys, {
			allows: { "it is handled beside the softirq": ({ s }) => s.beside },
			forbids: { "it is handled twice at a time": ({ s }) => s.early },
		});
		expect(failures(experiment)).toEqual([]);
	},
);
