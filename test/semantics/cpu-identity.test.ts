// MG1–MG5: which CPU a task is on, and staying there.
import { expect, test } from "vitest";
import {
	addHotplug,
	addInterrupts,
	addSoftirqs,
	addTask,
	addWorkers,
	completeInSoftirq,
	get_cpu,
	type In as InKernel,
	Kernel,
	local_bh_disable,
	local_bh_enable,
	local_irq_disable,
	local_irq_enable,
	migrate_disable,
	migrate_enable,
	type Preempt,
	preempt_disable,
	preempt_enable,
	put_cpu,
	queue_work,
	raw_smp_processor_id,
	schedule,
	set_current_state,
	smp_processor_id,
	spin_lock,
	spin_unlock,
	spinlock,
	this_cpu_ptr,
	wake_up_process,
} from "../../src/kernel/index.ts";
import { block, bool, call, type In, ids, loop, maybe, oneOf, type Stmt, setOf, step } from "../../src/lang/index.ts";
import { failures, litmus, observe, spawn, type Variant } from "./litmus.ts";

const spots = [
	"plain code",
	"preemption off",
	"interrupts off",
	"bottom halves off",
	"migration off",
	"schedule()",
] as const;
type Spot = (typeof spots)[number];

/** In which spots of a task its CPU can change. */
const moving = (preempt: Preempt, allowed: readonly Spot[]) => (variant: Variant) => {
	const k = new Kernel({ cpus: 2, preempt, ...variant });
	const Place = ids("place", spots.length);
	const sys = k.system({ state: { before: maybe(k.Cpu), moved: setOf(Place) } });
	const enter: Stmt<In<typeof sys>> = step("before = raw_smp_processor_id()", (c) => {
		c.s.before = raw_smp_processor_id(c);
	});
	const leave = (spot: Spot): Stmt<In<typeof sys>> =>
		step(`moved in ${spot}?`, (c) => {
			if (c.s.before !== raw_smp_processor_id(c)) c.s.moved.add(Place.id(spots.indexOf(spot)));
			c.s.before = null;
		});
	spawn(k, sys, "task", [
		...[enter, leave("plain code")],
		...[preempt_disable(k), enter, leave("preemption off"), preempt_enable(k)],
		...[local_irq_disable(k), enter, leave("interrupts off"), local_irq_enable(k)],
		...[local_bh_disable(k), enter, leave("bottom halves off"), local_bh_enable(k)],
		...[migrate_disable(k), enter, leave("migration off"), migrate_enable(k)],
		...[enter, schedule(k), leave("schedule()")],
	]);
	const inSpots = (places: readonly Spot[]) =>
		Object.fromEntries(
			places.map((spot) => [spot, ({ s }: Pick<In<typeof sys>, "s">) => s.moved.has(Place.id(spots.indexOf(spot)))]),
		);
	return observe(sys, { allows: inSpots(allowed), forbids: inSpots(spots.filter((spot) => !allowed.includes(spot))) });
};

litmus("MG1", "a task changes CPU only between being switched out and being switched in", {
	NONE: moving("none", ["schedule()"]),
	FULL: moving("full", ["plain code", "schedule()"]),
	RT: moving("rt", ["plain code", "schedule()"]),
});

/** A task in a region, another on the same CPU that may come in between, and whether the first can move. */
const region = (preempt: Preempt, enter: (k: Kernel) => Stmt<InKernel>, leave: (k: Kernel) => Stmt<InKernel>) => {
	return (variant: Variant, preempted: "can be preempted" | "cannot be preempted") => {
		const k = new Kernel({ cpus: 2, preempt, ...variant });
		const sys = k.system({ state: { inside: maybe(k.Cpu), outcome: oneOf("none", "preempted", "moved") } });
		spawn(k, sys, "task", [
			enter(k),
			step("inside", ({ s, me }) => {
				s.inside = me.cpu;
			}),
			step("outside", ({ s, me }) => {
				if (s.inside !== me.cpu) s.outcome = "moved";
				s.inside = null;
			}),
			leave(k),
		]);
		spawn(
			k,
			sys,
			"other",
			[
				step("other task", ({ s, me }) => {
					if (s.inside === me.cpu) s.outcome = "preempted";
				}),
			],
			{ boundTo: k.Cpu.id(0) },
		);
		const outcome = { "is preempted inside": ({ s }: Pick<In<typeof sys>, "s">) => s.outcome === "preempted" };
		return observe(sys, {
			...(preempted === "can be preempted" ? { allows: outcome } : {}),
			forbids: {
				"changes CPU inside": ({ s }) => s.outcome === "moved",
				...(preempted === "can be preempted" ? {} : outcome),
			},
		});
	};
};

const pinned = (preempt: Preempt) => (variant: Variant) =>
	region(preempt, migrate_disable, migrate_enable)(variant, "can be preempted");

const pinnedTwice = (variant: Variant) => {
	const enter = (k: Kernel) => block<InKernel, string>(migrate_disable(k), migrate_disable(k), migrate_enable(k));
	return region("full", enter, migrate_enable)(variant, "can be preempted");
};

litmus("MG2", "migrate_disable() pins the task, which stays preemptible", {
	FULL: pinned("full"),
	RT: pinned("rt"),
	"one of two regions has ended": pinnedTwice,
});

const withCpu = (preempt: Preempt) => (variant: Variant) =>
	region(preempt, get_cpu, put_cpu)(variant, "cannot be preempted");

litmus("MG3", "get_cpu() disables preemption, on RT as well", {
	FULL: withCpu("full"),
	RT: withCpu("rt"),
	"a spinlock_t inside, on RT": (variant) => {
		const k = new Kernel({ cpus: 1, preempt: "rt", ...variant });
		const sys = k.system();
		const lock = spinlock(k, "lock");
		spawn(k, sys, "task", [
			...[get_cpu(k), spin_lock(k, "lock", () => lock)],
			...[spin_unlock(k, "lock", () => lock), put_cpu(k)],
		]);
		return observe(sys, { reports: ["P15"] });
	},
});

/** Whether DEBUG_PREEMPT complains when the CPU number is read here. */
function complains(k: Kernel, c: InKernel): boolean {
	let complaint = false;
	const emit = {
		...c.emit,
		cpu_id_read: (yes: boolean) => {
			complaint = yes;
		},
	};
	smp_processor_id(k, { ...c, emit });
	return complaint;
}

const readers = ["plain code", "preemption off", "interrupts off", "migration off", "a bound worker"] as const;

litmus("MG4", "DEBUG_PREEMPT complains where preemption, interrupts and migration are on, unless the thread is bound", {
	"smp_processor_id()": (variant) => {
		const k = new Kernel({ cpus: 2, works: 1, preempt: "full", ...variant });
		const Place = ids("place", readers.length);
		const sys = k.system({ state: { complaint: setOf(Place) } });
		const read = (spot: (typeof readers)[number]): Stmt<In<typeof sys>> =>
			step("smp_processor_id()", (c) => {
				if (complains(k, c)) c.s.complaint.add(Place.id(readers.indexOf(spot)));
			});
		const work = k.Work.add("work");
		const queue = queue_work(k);
		spawn(k, sys, "task", [
			...[migrate_disable(k), read("migration off"), migrate_enable(k)],
			...[preempt_disable(k), read("preemption off"), preempt_enable(k)],
			...[local_irq_disable(k), read("interrupts off"), local_irq_enable(k)],
			read("plain code"),
			call(queue, () => ({ work })),
		]);
		const fn = sys.routine("work_fn", { args: { work: k.Work } }, [read("a bound worker")]);
		addWorkers(k, sys, { fn }, () => "fn");
		const [plain, ...silent] = readers;
		const about =
			(spot: (typeof readers)[number]) =>
			({ s }: Pick<In<typeof sys>, "s">) =>
				s.complaint.has(Place.id(readers.indexOf(spot)));
		return observe(sys, {
			allows: { [plain]: about(plain) },
			forbids: Object.fromEntries(silent.map((spot) => [spot, about(spot)])),
		});
	},
	"a bound thread whose CPU goes": (variant) => {
		const k = new Kernel({ cpus: 2, bios: 1, preempt: "full", hotplug: "down", ...variant });
		const sys = k.system({ state: { bound: bool, lost: bool, silent: bool } });
		const fn = sys.routine("threadfn", {}, [
			loop([
				step("smp_processor_id()", (c) => {
					const { s, me } = c;
					const complaint = complains(k, c);
					s.bound = complaint && !me.unbound;
					s.lost = complaint && me.unbound;
					s.silent = !complaint && me.unbound;
				}),
				set_current_state("INTERRUPTIBLE"),
				schedule(k),
			]),
		]);
		const thread = addTask(k, sys, "kthread", fn, { boundTo: k.Cpu.id(1), sleeps: "asleep" });
		addInterrupts(k, sys, [
			step("wake_up_process(kthread)", (c) => {
				wake_up_process(k, c, thread);
			}),
		]);
		addHotplug(k, sys);
		return observe(sys, {
			allows: { "it has lost its CPU, and complains": ({ s }) => s.lost },
			forbids: {
				"it complains while it is bound": ({ s }) => s.bound,
				"it has lost its CPU, and is silent": ({ s }) => s.silent,
			},
		});
	},
});

litmus("MG5", "this_cpu_ptr() names the executing CPU's copy; kept over a migration it still names that one", {
	FULL: (variant) => {
		const k = new Kernel({ cpus: 2, preempt: "full", ...variant });
		const sys = k.system({ state: { ptr: maybe(k.Cpu), formedOn: maybe(k.Cpu), usedOn: maybe(k.Cpu) } });
		spawn(k, sys, "task", [
			step("ptr = this_cpu_ptr(&batch)", (c) => {
				c.s.ptr = this_cpu_ptr(k, c);
				c.s.formedOn = c.me.cpu;
			}),
			step("ptr->field", ({ s, me }) => {
				s.usedOn = me.cpu;
			}),
		]);
		return observe(sys, {
			allows: {
				"used on the CPU that it names": ({ s }) => s.usedOn !== null && s.usedOn === s.ptr,
				"used on another CPU than it names": ({ s }) => s.usedOn !== null && s.usedOn !== s.ptr,
			},
			forbids: { "names another CPU than it was formed on": ({ s }) => s.ptr !== s.formedOn },
		});
	},
});

test("MG1: a task has one CPU, and keeps it while a softirq runs on top of it", () => {
	const k = new Kernel({ cpus: 2, bios: 1, preempt: "full" });
	const sys = k.system({ state: { below: bool, wrong: bool } });
	addInterrupts(k, sys, [completeInSoftirq(k)]);
	const goesOn: Stmt<In<typeof sys>> = step("task", ({ s }) => {
		s.wrong = s.below;
	});
	const task = spawn(k, sys, "task", [goesOn, goesOn], { fifo: 1 });
	addSoftirqs(k, sys, [
		step("softirq begins", ({ s, me }) => {
			s.below = s.cpu[me.cpu].curr === task;
		}),
		step("softirq ends", ({ s }) => {
			s.below = false;
		}),
	]);
	const experiment = observe(sys, {
		allows: {
			"a softirq on top of it": ({ s }) => s.below,
			"it moves": ({ s }) => s.cpu[k.Cpu.id(1)].curr === task,
		},
		forbids: {
			"it goes on below": ({ s }) => s.wrong,
			"it has another CPU than the one it is on": ({ s }) =>
				k.Cpu.all.some((c) => s.cpu[c].curr === task && s.context[task].cpu !== c),
		},
	});
	expect(failures(experiment)).toEqual([]);
});

test("MG2: in an interrupt migrate_disable() leaves the interrupted task's count alone", () => {
	const k = new Kernel({ cpus: 1, bios: 1, preempt: "full" });
	const sys = k.system();
	const task = spawn(k, sys, "task", [step("task", () => {})]);
	addInterrupts(k, sys, [migrate_disable(k), step("handler", () => {}), migrate_enable(k)]);
	const pinned = ({ s }: Pick<InKernel, "s">) => s.context[task].migration_disabled > 0;
	expect(failures(observe(sys, { forbids: { "it is pinned": pinned } }))).toEqual([]);
});
