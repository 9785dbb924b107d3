// IW1–IW7: irq_work.
import { expect, test } from "vitest";
import {
	addHardirqs,
	addHotplug,
	addIrqWorkThreads,
	addTask,
	csd,
	Generations,
	type In,
	in_hardirq,
	init_irq_work,
	irq_work,
	irq_work_queue,
	irq_work_queue_on,
	irq_work_queue_remote,
	irq_work_queue_remote_static,
	irqWorkInterrupts,
	irqWorks,
	Kernel,
	type KernelState,
	local_irq_disable,
	local_irq_enable,
	type Options,
	smpCalls,
} from "../../src/kernel/index.ts";
import {
	bool,
	call,
	type Id,
	ids,
	ifdef,
	list,
	oneOf,
	perId,
	record,
	type Stmt,
	step,
	when,
} from "../../src/lang/index.ts";
import { failures, litmus, observe, spawn, type Variant } from "./litmus.ts";

interface Setup extends Partial<Options> {
	/** From and to which CPU each raise goes. */
	readonly raises: readonly (readonly [from: number, to: number])[];
	readonly how: "local" | "on" | "remote" | "static";
	readonly shared?: boolean;
	/** Each raises its work thrice, with "on". */
	readonly thrice?: boolean;
	readonly hard?: boolean | "the first";
	readonly lazy?: boolean | "the first";
	/** Interrupts are off on CPU 0 while both of its works are raised. */
	readonly together?: boolean;
	/** What the function does to its work, or to the object that this is a part of. */
	readonly after?: "raise again" | "free" | "keep";
	/** CPU 0 sends a csd, too. */
	readonly besideCsd?: boolean;
}

const is = (which: boolean | "the first", i: number): boolean => (which === "the first" ? i === 0 : which);

/** Tasks that raise irq_works, and what comes of it. */
function raising(variant: Variant, setup: Setup) {
	const { raises, how, shared, thrice, hard = true, lazy = false, together, after, besideCsd, ...options } = setup;
	const k = new Kernel({ cpus: 2, preempt: "none", ...options, ...variant });
	for (const [i] of raises.entries())
		if (!shared || i === 0) irq_work(k, `work${i}`, { hard: is(hard, i), lazy: is(lazy, i) });
	if (besideCsd) csd(k, "csd");
	const work = (i: number) => k.CallNode.id(shared ? 0 : i);
	const Obj = ids("object", 2);
	const objects = new Generations(k, Obj);
	const sys = k.system({
		state: {
			object: perId(Obj, record(objects.generation)),
			/** By task: whether what it has to say was written, and seen by a function that ran after. */
			told: perId(Obj, record({ written: bool, seen: bool })),
			raised: list(k.CallNode, 4),
			called: list(k.CallNode, 4),
			where: oneOf("nowhere", "a hard interrupt", "a task"),
			wrongCpu: bool,
			refused: bool,
			again: bool,
			early: bool,
			overtaken: bool,
			csd: bool,
			oldestFirst: bool,
		},
	});
	const queue = irq_work_queue(k);
	const func = sys.routine("work_func", { args: { work: k.CallNode }, locals: { ret: bool } }, [
		step("work_func()", (c) => {
			const { s, f, me } = c;
			const rest = s.raised_list[me.cpu].flushing;
			if (rest !== null && s.called.length === 0) s.oldestFirst = s.raised.at(0) === f.work;
			s.called.push(f.work);
			s.where = in_hardirq(c) ? "a hard interrupt" : "a task";
			if (raises.every(([, to]) => to !== me.cpu)) s.wrongCpu = true;
			for (const o of Obj.all) if (s.told[o].written) s.told[o].seen = true;
			if (after === "free") objects.free(s.object, Obj.id(f.work));
		}),
		ifdef(after === "raise again", [
			when("if (!again)", ({ s }) => !s.again, [
				call(queue, ({ f }) => ({ work: f.work }), "ret"),
				step("again = true", ({ s, f }) => {
					s.again = true;
					s.refused = !f.ret;
				}),
			]),
		]),
	]);
	const part = {
		generations: objects,
		objects: (s: unknown) => (s as { object: never }).object,
		of: (w: number) => Obj.id(w),
	};
	const works = irqWorks(k, { func }, () => "func", after === "free" || after === "keep" ? part : undefined);
	const csdFunc = sys.routine("csd_func", { args: { csd: k.CallNode } }, [
		step("csd_func()", ({ s }) => {
			s.csd = true;
		}),
	]);
	const smp = smpCalls(k, besideCsd ? { csdFunc } : {}, () => "csdFunc", works);
	const on = irq_work_queue_on(k);
	const remote = irq_work_queue_remote(k);
	const fixed = irq_work_queue_remote_static(k);
	for (const [i, [from, to]] of raises.entries()) {
		const target = { work: work(i), cpu: k.Cpu.id(to) };
		const o = Obj.id(i % 2);
		const locals = { ret: bool, err: oneOf("0", "-EBUSY"), csdErr: oneOf("0", "-EBUSY", "-ENXIO") };
		const raise = sys.routine(`raiser${i}`, { locals }, [
			ifdef(together === true, [local_irq_disable(k)]),
			step("write", ({ s }) => {
				s.told[o].written = true;
			}),
			ifdef(how === "local", [call(queue, () => ({ work: work(i) }), "ret")]),
			ifdef(how === "on", [call(on, () => target, "ret")]),
			ifdef(thrice === true, [call(on, () => target, "ret"), call(on, () => target, "ret")]),
			ifdef(how === "remote", [call(remote, () => target, "ret")]),
			ifdef(how === "static", [call(fixed, () => target, "err")]),
			step("raised", ({ s, f, me }) => {
				s.raised.push(work(i));
				if (how === "static" ? f.err !== "0" : !f.ret) s.refused = true;
				if (s.called.length > 0 && together) s.early = true;
				if (k.irqWorkThreads.some((id) => s.context[id].on_rq && s.context[id].cpu === me.cpu)) s.overtaken = true;
			}),
			ifdef(together === true, [local_irq_enable(k)]),
			ifdef(besideCsd === true, [
				call(
					smp.smp_call_function_single_async,
					() => ({ cpu: target.cpu, csd: k.CallNode.id(raises.length) }),
					"csdErr",
				),
			]),
		]);
		addTask(k, sys, `raiser${i}`, raise, { boundTo: k.Cpu.id(from) });
	}
	if (k.rt) addIrqWorkThreads(k, sys as never, works);
	addHardirqs(k, sys, [smp.interrupts, ...irqWorkInterrupts(k, works)] as never);
	const obj = (i: number): Id<"object"> => Obj.id(i);
	return { k, sys, obj };
}
type Sees = { readonly s: { readonly called: { readonly length: number } } };
/** Interrupts that are on their way to a CPU that is dead would come when it is back. */
const stale = (k: Kernel) => ({
	"an interrupt waits for the dead CPU": ({ s }: { s: KernelState }) => {
		const { online, irqs_off, call_ipi, irq_work_ipi } = s.cpu[k.Cpu.id(1)];
		return !online && !irqs_off && (call_ipi || irq_work_ipi);
	},
});
const runs = { "it runs": { end: ({ s }: Sees) => s.called.length > 0 } };
const lost = { "it does not run": { end: ({ s }: Sees) => s.called.length === 0 } };

const [local, there] = [[0, 0] as const, [0, 1] as const];
const onceOrTwice = {
	"one is refused, and the function runs once": {
		end: ({ s }: Sees & Refused) => s.refused && s.called.length === 1,
	},
	"it runs twice": { end: ({ s }: Sees & Refused) => !s.refused && s.called.length === 2 },
};
type Refused = { readonly s: { readonly refused: boolean } };

litmus("IW1", "one of two raisers claims the work, and its function sees what both have written before", {
	"two raisers": (variant) => {
		const { sys, obj } = raising(variant, {
			cpus: 3,
			how: "on",
			raises: [
				[0, 1],
				[2, 1],
			],
			shared: true,
		});
		return observe(sys, {
			allows: {
				"one is refused, and the function runs once": { end: ({ s }) => s.refused && s.called.length === 1 },
				"it runs twice": { end: ({ s }) => s.called.length === 2 },
			},
			forbids: {
				"what one has written is not seen": {
					end: ({ s }) => [0, 1].some((i) => s.told[obj(i)].written && !s.told[obj(i)].seen),
				},
			},
		});
	},
	"two raisers on its own CPU": (variant) => {
		const { sys } = raising(variant, { how: "local", raises: [local, local], shared: true, preempt: "full" });
		return observe(sys, { allows: { ...onceOrTwice } });
	},
});

test.each(["on", "remote", "static"] as const)(
	"IW1, IW7: of two raises one after the other the second is refused while the work is pending (%s)",
	(how) => {
		const { sys } = raising({}, { how, raises: [there, there], shared: true });
		expect(failures(observe(sys, { allows: { ...onceOrTwice } }))).toEqual([]);
	},
);

litmus("IW2", "a local work runs later, in an interrupt of its own; a lazy one at the next tick", {
	"with a self-IPI": (variant) => {
		const { sys } = raising(variant, { how: "local", raises: [[0, 0]], together: true });
		return observe(sys, {
			allows: { "in an interrupt": { end: ({ s }) => s.where === "a hard interrupt" } },
			forbids: { "before the raiser enables interrupts": ({ s }) => s.early, ...lost },
		});
	},
	lazy: (variant) => {
		const { k, sys } = raising(variant, { how: "local", raises: [[0, 0]], lazy: true });
		return observe(sys, {
			allows: { "in an interrupt": { end: ({ s }) => s.where === "a hard interrupt" } },
			forbids: { "it sends an interrupt": ({ s }) => s.cpu[k.Cpu.id(0)].irq_work_ipi, ...lost },
		});
	},
});

test("IW2: an architecture without a self-IPI leaves it to the tick", () => {
	const { k, sys } = raising({}, { how: "local", raises: [[0, 0]], irqWorkInterrupt: false });
	const forbids = { "an interrupt": ({ s }: { s: KernelState }) => s.cpu[k.Cpu.id(0)].irq_work_ipi, ...lost };
	expect(failures(observe(sys, { allows: runs, forbids }))).toEqual([]);
});

test("IW2: where there is a self-IPI the tick runs lazy works only", () => {
	const { k, sys } = raising({}, { how: "local", raises: [local, local], lazy: "the first" });
	const ahead = ({ s }: Sees & { s: KernelState }) =>
		s.called.length === 2 && !s.cpu[k.Cpu.id(0)].hardirq && s.cpu[k.Cpu.id(0)].irq_work_ipi;
	const forbids = { "before its interrupt": ahead, ...lost };
	expect(failures(observe(sys, { allows: runs, forbids }))).toEqual([]);
});

test("IW2, IW6: on RT the tick wakes the thread for a lazy work", () => {
	const { sys } = raising({}, { how: "local", raises: [local], lazy: true, hard: false, preempt: "rt" });
	const allows = { "in the thread": { end: ({ s }: { s: { where: string } }) => s.where === "a task" } };
	expect(failures(observe(sys, { allows, forbids: lost }))).toEqual([]);
});

litmus("IW3", "a work for another CPU goes on its call queue, beside csds; on RT one that is not hard by its thread", {
	"beside a csd": (variant) => {
		const { sys } = raising(variant, { how: "on", raises: [[0, 1]], besideCsd: true });
		return observe(sys, {
			allows: { "both run": { end: ({ s }) => s.csd && s.called.length === 1 } },
			forbids: { "on the wrong CPU": ({ s }) => s.wrongCpu, ...lost },
		});
	},
	"on RT": (variant) => {
		const { k, sys } = raising(variant, { how: "on", raises: [[0, 1]], preempt: "rt", hard: false });
		const cpu1 = k.Cpu.id(1);
		const [wakeup, thread] = [k.irqWorkWakeups[cpu1], k.irqWorkThreads[cpu1]] as [Id<"call_node">, Id<"context">];
		sys.property("spurious", {
			title: "spurious",
			statement: "The thread is woken only while something is on its list.",
			on: { woken: ({ s }, task) => task !== thread || s.lazy_list[cpu1].first !== null },
		});
		return observe(sys, {
			allows: { "in the thread": { end: ({ s }) => s.where === "a task" } },
			forbids: {
				"on the wrong CPU": ({ s }) => s.wrongCpu,
				"in an interrupt": ({ s }) => s.where === "a hard interrupt",
				"the wakeup has run and nobody is awake": ({ s }) =>
					s.raised.length > 0 &&
					s.lazy_list[cpu1].first !== null &&
					!s.call_node[wakeup].busy &&
					!s.context[thread].on_rq,
				...lost,
			},
		});
	},
});

test("IW3: on RT a wakeup that is on its way is not sent again", () => {
	const { k, sys } = raising({}, { how: "on", raises: [[0, 1]], thrice: true, preempt: "rt", hard: false });
	const cpu1 = k.Cpu.id(1);
	const wakeup = k.irqWorkWakeups[cpu1] as (typeof k.irqWorkWakeups)[number];
	const before = ({ s }: { s: KernelState & Sees["s"] }) =>
		s.called.length === 2 && s.call_node[wakeup].pending && s.lazy_list[cpu1].first !== null;
	const allows = {
		"the thread has taken the list before the wakeup comes, and there is another": before,
		"it runs three times": { end: ({ s }: Sees) => s.called.length === 3 },
	};
	const off = ({ s }: { s: KernelState }) => s.cpu[k.Cpu.id(0)].preempt > 0;
	expect(failures(observe(sys, { allows, forbids: { ...lost, "preemption stays off": { end: off } } }))).toEqual([]);
});

test("IW3: for the own CPU it is as irq_work_queue(), and never called directly", () => {
	const { k, sys } = raising({}, { how: "on", raises: [[0, 0]], together: true });
	const allows = { "in an interrupt": { end: ({ s }: { s: { where: string } }) => s.where === "a hard interrupt" } };
	const called = ({ s }: { s: KernelState }) => s.call_single_queue[k.Cpu.id(0)].first !== null;
	const forbids = { early: ({ s }: { s: { early: boolean } }) => s.early, "on its call queue": called, ...lost };
	expect(failures(observe(sys, { allows, forbids }))).toEqual([]);
});

test("IW3: on RT a hard work for another CPU goes on its call queue, too", () => {
	const { sys } = raising({}, { how: "on", raises: [there], preempt: "rt" });
	expect(failures(observe(sys, { forbids: { "in a task": ({ s }) => s.where === "a task", ...lost } }))).toEqual([]);
});

test("IW3: on RT, of a hard work and another for the same CPU, the other alone is its thread's", () => {
	const { k, sys } = raising({}, { how: "on", raises: [there, there], preempt: "rt", hard: "the first" });
	const on =
		(list: "lazy_list" | "call_single_queue", i: number) =>
		({ s }: { s: KernelState }) => {
			const { first, flushing } = s[list][k.Cpu.id(1)];
			return [first, flushing].includes(k.CallNode.id(i));
		};
	const allows = { "both run": { end: ({ s }: Sees) => s.called.length === 2 } };
	const forbids = {
		"the hard one is the thread's": on("lazy_list", 0),
		"the other is not": on("call_single_queue", 1),
	};
	expect(failures(observe(sys, { allows, forbids }))).toEqual([]);
});

test("IW3: on RT the thread of the own CPU needs no wakeup by another work", () => {
	const { k, sys } = raising({}, { how: "on", raises: [local], preempt: "rt", hard: false });
	const wakeup = k.irqWorkWakeups[0] as Id<"call_node">;
	const forbids = { "the wakeup is raised": ({ s }: { s: KernelState }) => s.call_node[wakeup].pending, ...lost };
	expect(failures(observe(sys, { allows: runs, forbids }))).toEqual([]);
});

test("IW3: before 5.8 works from another CPU wait on the raised list, which is run newest first", () => {
	const raises = [
		[0, 1],
		[0, 1],
	] as const;
	const { sys } = raising({}, { how: "on", raises, irqWorkOwnList: true });
	const allows = { turned: { end: ({ s }: Order) => s.called.toArray().join() !== s.raised.toArray().join() } };
	expect(failures(observe(sys, { allows, forbids: lost }))).toEqual([]);
});

test("IW2, IW3: a work of the CPU itself waits for its own interrupt; that of the call queue does not run it", () => {
	const raises = [[1, 1] as const, there];
	const { k, sys } = raising({}, { how: "on", raises });
	const [own, cpu1] = [k.CallNode.id(0), k.Cpu.id(1)];
	const allows = {
		"that of the call queue comes first": ({ s }: Order) => s.called.toArray()[0] === 1,
	};
	const forbids = {
		"it runs while its interrupt is on its way": ({ s }: Order & { s: KernelState }) =>
			s.called.toArray().includes(own) && s.cpu[cpu1].irq_work_ipi,
		...lost,
	};
	expect(failures(observe(sys, { allows, forbids }))).toEqual([]);
});

test.each([[local], [there]])("IW2, IW3: without RT a work that is not hard is as one that is (%j)", (raise) => {
	const { k, sys } = raising({}, { how: "on", raises: [raise], hard: false });
	const lazy = ({ s }: { s: KernelState }): boolean => k.Cpu.all.some((c) => s.lazy_list[c].first !== null);
	expect(failures(observe(sys, { allows: runs, forbids: { "it waits for a tick": lazy, ...lost } }))).toEqual([]);
});

litmus("IW4", "PENDING is clear before the function runs, which may raise its work again", {
	"raised again by its function": (variant) => {
		const { k, sys } = raising(variant, { how: "on", raises: [[0, 1]], after: "raise again" });
		return observe(sys, {
			allows: { "it runs twice": { end: ({ s }) => s.called.length === 2 } },
			forbids: {
				"it is refused": ({ s }) => s.refused,
				"the end of the first run takes BUSY from the second": ({ s }) => {
					const { pending, busy } = s.call_node[k.CallNode.id(0)];
					return pending && !busy;
				},
				...lost,
			},
		});
	},
});

test("IW4: the work is touched after its function, which may have freed it", () => {
	const { sys } = raising({}, { how: "on", raises: [[0, 1]], after: "free" });
	expect(failures(observe(sys, { reports: ["P11"] }))).toEqual([]);
});

test.each([
	["none", true],
	["rt", false],
] as const)("IW4: it may be touched where it has not, and is BUSY until then (%s)", (preempt, hard) => {
	const { k, sys } = raising({}, { how: "on", raises: [there], after: "keep", preempt, hard });
	const isBusy = ({ s }: { s: KernelState }) => s.call_node[k.CallNode.id(0)].busy;
	const during = (v: Sees & { s: KernelState }) => isBusy(v) && v.s.called.length === 1;
	const forbids = { "it stays BUSY": { end: isBusy }, ...lost };
	expect(failures(observe(sys, { allows: { "BUSY, having run": during }, forbids }))).toEqual([]);
});

litmus("IW5", "works of this CPU run newest first, those from another in their order", {
	"two local works": (variant) => {
		const { sys } = raising(variant, {
			how: "local",
			raises: [
				[0, 0],
				[0, 0],
			],
		});
		return observe(sys, {
			allows: { "both run": { end: ({ s }) => s.called.length === 2 } },
			forbids: { "of two that wait the older first": ({ s }) => s.oldestFirst },
		});
	},
});

test("IW5: two works for another CPU", () => {
	const { sys } = raising(
		{},
		{
			how: "on",
			raises: [
				[0, 1],
				[0, 1],
			],
		},
	);
	const turned = { end: ({ s }: Order) => s.called.toArray().join() !== s.raised.toArray().join() };
	expect(failures(observe(sys, { forbids: { turned } }))).toEqual([]);
});
type Order = { readonly s: { readonly called: { toArray(): number[] }; readonly raised: { toArray(): number[] } } };

litmus("IW6", "on RT a work that is not hard runs in a thread of its CPU", {
	local: (variant) => {
		const { sys } = raising(variant, { how: "local", raises: [[0, 0]], preempt: "rt", hard: false });
		return observe(sys, {
			allows: { "in the thread": { end: ({ s }) => s.where === "a task" } },
			forbids: {
				"in an interrupt": ({ s }) => s.where === "a hard interrupt",
				"a fair task goes on before it": ({ s }) => s.overtaken,
				...lost,
			},
		});
	},
});

test("IW6: what is on the list of a CPU that dies runs there before it is dead", () => {
	const { k, sys } = raising({}, { how: "local", raises: [[1, 1]], hotplug: "down" });
	addHotplug(k, sys);
	const died = { "CPU 1 stays": { end: ({ s }: { s: KernelState }) => s.cpu[k.Cpu.id(1)].online } };
	expect(failures(observe(sys, { forbids: { ...died, ...lost, ...stale(k) } }))).toEqual([]);
});

test("IW6: a hard work, and works without RT, run in interrupts", () => {
	for (const [preempt, hard] of [
		["rt", true],
		["full", false],
	] as const) {
		const { sys } = raising({}, { how: "local", raises: [[0, 0]], preempt, hard });
		expect(failures(observe(sys, { forbids: { "in a task": ({ s }) => s.where === "a task", ...lost } }))).toEqual([]);
	}
});

litmus("IW7", "the RFC's raises are for other CPUs only; what is raised statically is not touched after its function", {
	"raised for the own CPU": (variant) => {
		const { sys } = raising(variant, { how: "remote", raises: [[0, 0]] });
		return observe(sys, { reports: ["P22"] });
	},
	"raised statically for the own CPU": (variant) => {
		const { sys } = raising(variant, { how: "static", raises: [[0, 0]] });
		return observe(sys, { reports: ["P22"] });
	},
	"freed by its function": (variant) => {
		const { sys } = raising(variant, { how: "static", raises: [[0, 1]], after: "free" });
		return observe(sys, { allows: { "it runs": { end: ({ s }) => s.called.length === 1 } } });
	},
});

test.each([0, 1])(
	"IW7: two raisers of one static work both find it idle, and the second links it twice (to CPU %i)",
	(to) => {
		const raises = [there, [2, to]] as const;
		const { k, sys } = raising({}, { cpus: 3, how: "static", raises, shared: true });
		const lists = ({ s }: { s: KernelState }) =>
			k.Cpu.all.flatMap((c) => [s.call_single_queue[c].first, s.call_single_queue[c].flushing]);
		const linked = (v: { s: KernelState }) => lists(v).filter((node) => node !== null).length > 1;
		expect(failures(observe(sys, { forbids: { "it is on two lists": linked }, reports: ["P18"] }))).toEqual([]);
	},
);

test.each([
	["is pending", true, ["P18"]],
	["is idle", false, []],
])("P18: a work is initialised that %s", (_, raised, reports) => {
	const k = new Kernel({ cpus: 1, preempt: "none" });
	const work = irq_work(k, "work");
	const sys = k.system();
	const func = sys.routine("work_func", { args: { work: k.CallNode } }, [step("work_func()", () => {})]);
	const works = irqWorks(k, { func }, () => "func");
	const queue = irq_work_queue(k);
	const raise: Stmt<In> = call(queue, () => ({ work }));
	const init = step<In, string>("init_irq_work(work)", ({ s }) => init_irq_work(k, s, work));
	spawn(k, sys, "task", [init, ...(raised ? [raise] : []), init]);
	addHardirqs(k, sys, irqWorkInterrupts(k, works));
	const isBusy = ({ s }: { s: KernelState }) => s.call_node[work].busy && !raised;
	expect(failures(observe(sys, { forbids: { "BUSY without being raised": isBusy }, reports }))).toEqual([]);
});

test("IW6, HP6: on RT the thread of a CPU that goes stays there until it parks", () => {
	const { k, sys } = raising({}, { how: "local", raises: [[1, 1]], preempt: "rt", hard: false, hotplug: "down" });
	addHotplug(k, sys);
	const [cpu1, thread] = [k.Cpu.id(1), k.irqWorkThreads[1] as Id<"context">];
	const experiment = observe(sys, {
		allows: {
			"it runs the work": ({ s }) => s.called.length === 1,
			"it parks": ({ s }) => s.context[thread].state === "PARKED",
		},
		forbids: {
			"it leaves its CPU": ({ s }) => s.context[thread].cpu !== cpu1,
			"the CPU stays": { end: ({ s }) => s.cpu[cpu1].online },
		},
	});
	expect(failures(experiment)).toEqual([]);
});

test.each([false, true])(
	"IW6, HP7: a work that is on its way to a CPU that dies runs there before it is dead (own list: %s)",
	(own) => {
		const { k, sys } = raising({}, { how: "on", raises: [[0, 1]], hotplug: "down", irqWorkOwnList: own });
		addHotplug(k, sys);
		const cpu1 = k.Cpu.id(1);
		const dying = ({ s }: { s: KernelState & { where: string } }) => !s.cpu[cpu1].online && s.where === "a task";
		const dead = { end: ({ s }: Sees & { s: KernelState }) => s.called.length === 0 && s.cpu[cpu1].online };
		const forbids = { "it is lost on a CPU that lives": dead, ...stale(k) };
		expect(failures(observe(sys, { allows: { dying }, forbids }))).toEqual([]);
	},
);
