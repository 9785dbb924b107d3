// PR1–PR3: where a task loses its CPU.
import { expect, test } from "vitest";
import {
	__raise_softirq_irqoff,
	add_timer_on,
	addHardirqs,
	addIdle,
	addInterrupts,
	addSoftirqs,
	completion,
	cond_resched,
	cpus_read_lock,
	disable_irq,
	disable_work_sync,
	down_read,
	down_write,
	flush_work,
	flush_workqueue,
	free_irq,
	INIT_WORK,
	type In,
	ifNeedResched,
	Kernel,
	type KernelEventTypes,
	type KernelState,
	type LinuxSystem,
	local_bh_disable,
	local_bh_enable,
	local_irq_disable,
	local_irq_enable,
	local_irq_restore,
	local_irq_save,
	might_sleep,
	mutex,
	mutex_lock,
	type Preempt,
	preempt_disable,
	preempt_enable,
	request_irq,
	rw_semaphore,
	schedule,
	set_current_state,
	spin_lock,
	spin_unlock,
	spinlock,
	synchronize_irq,
	timer_setup,
	wait_event,
	wait_event_interruptible,
	wait_event_timeout,
	wait_for_completion,
	wait_for_completion_timeout,
	wait_queue_head,
	wake_up_process,
} from "../../src/kernel/index.ts";
import { bool, call, type Id, type In as InSystem, oneOf, type Stmt, step, waitUntil } from "../../src/lang/index.ts";
import { failures, litmus, observe, spawn, type Variant } from "./litmus.ts";

/** A task that calls schedule(), or what else may sleep, after `enter`. */
const sleeping =
	(preempt: Preempt, enter: (k: Kernel) => Stmt<In>, sleep = schedule as Sleep) =>
	(variant: Variant) => {
		const k = new Kernel({ cpus: 1, preempt, ...variant });
		const sys = k.system({ state: { called: bool, returned: bool } });
		spawn(k, sys, "task", [
			enter(k),
			step("called = true", ({ s }) => {
				s.called = true;
			}),
			sleep(k, sys as never),
			step("returned = true", ({ s }) => {
				s.returned = true;
			}),
		]);
		return observe(sys, {
			allows: { "it is called": ({ s }) => s.called },
			forbids: { "it returns": ({ s }) => s.returned },
			reports: ["P15"],
		});
	};

type Sleep = (k: Kernel, sys: LinuxSystem<KernelState, KernelEventTypes>) => Stmt<In>;

function takeLock(k: Kernel): Stmt<In> {
	const lock = spinlock(k, "lock");
	return spin_lock(k, "lock", () => lock);
}

litmus("PR1", "schedule() is always a switch point, and an error in atomic context", {
	"with preemption off": sleeping("none", preempt_disable),
	"with interrupts off": sleeping("full", local_irq_disable),
	"with bottom halves off": sleeping("full", local_bh_disable),
	"with a spinlock held": sleeping("none", takeLock),
	"with a spinlock held, on RT": sleeping("rt", takeLock),
	"might_sleep() with preemption off, FULL": sleeping("full", preempt_disable, might_sleep),
	"might_sleep() with preemption off, VOLUNTARY": sleeping("voluntary", preempt_disable, might_sleep),
	"cond_resched() with preemption off": sleeping("none", preempt_disable, cond_resched),
	"wait_event() for what has happened, with preemption off": sleeping("full", preempt_disable, (k) =>
		wait_event(k, "wait_event(wq, true)", () => true),
	),
	"wait_event() for what has not, with preemption off": sleeping("full", preempt_disable, (k) =>
		wait_event(k, "wait_event(wq, false)", () => false),
	),
	"in a hard interrupt, and between two tasks": (variant) => {
		const k = new Kernel({ cpus: 1, bios: 1, preempt: "none", ...variant });
		const sys = k.system({
			state: { at: oneOf("start", "schedule()", "end"), between: oneOf("start", "schedule()", "end") },
		});
		const goTo = (place: "schedule()" | "end"): Stmt<InSystem<typeof sys>> =>
			step(`at = ${place}`, ({ s }) => {
				s.at = place;
			});
		spawn(k, sys, "task", [goTo("schedule()"), schedule(k), goTo("end")]);
		spawn(k, sys, "other", [
			step("between = at", ({ s }) => {
				s.between = s.at;
			}),
		]);
		addInterrupts(k, sys, [schedule(k)]);
		return observe(sys, {
			allows: { "another task runs at schedule()": ({ s }) => s.between === "schedule()" },
			reports: ["P15"],
		});
	},
});

const moments = ["at another time", "before a tick", "after a tick"] as const;
const spots = ["nothing", "plain code", "preemption off", "interrupts off", "bottom halves off", "spinlock"] as const;
const calls = ["cond_resched()", "might_sleep()", "schedule()"] as const;
type Spot = (typeof spots)[number] | (typeof calls)[number];

/** In which spots of a task another one can run. */
const switching = (preempt: Preempt, allowed: readonly Spot[]) => (variant: Variant) => {
	const k = new Kernel({ cpus: 1, preempt, ...variant });
	const spot = oneOf<Spot>(...spots, ...calls);
	const sys = k.system({ state: { at: spot, between: spot } });
	const goTo = (to: Spot): Stmt<InSystem<typeof sys>> =>
		step(`at = ${to}`, ({ s }) => {
			s.at = to;
		});
	const lock = spinlock(k, "lock");
	spawn(k, sys, "task", [
		...[goTo("plain code"), goTo("nothing")],
		...[preempt_disable(k), goTo("preemption off"), goTo("nothing"), preempt_enable(k)],
		...[local_irq_disable(k), goTo("interrupts off"), goTo("nothing"), local_irq_enable(k)],
		...[local_bh_disable(k), goTo("bottom halves off"), goTo("nothing"), local_bh_enable(k)],
		...[spin_lock(k, "lock", () => lock), goTo("spinlock"), goTo("nothing"), spin_unlock(k, "lock", () => lock)],
		...[goTo("cond_resched()"), cond_resched(k), goTo("nothing")],
		...[goTo("might_sleep()"), might_sleep(k), goTo("nothing")],
		...[goTo("schedule()"), schedule(k), goTo("nothing")],
	]);
	spawn(k, sys, "other", [
		step("between = at", ({ s }) => {
			s.between = s.at;
		}),
	]);
	const at = (places: readonly Spot[]) =>
		Object.fromEntries(places.map((p) => [p, ({ s }: Pick<InSystem<typeof sys>, "s">) => s.between === p]));
	return observe(sys, {
		allows: at(allowed),
		forbids: at([...spots, ...calls].filter((p) => p !== "nothing" && !allowed.includes(p))),
	});
};

/** Told by a step of another fair task, in whose middle the first one is, unless a tick has come since that one began. */
const NOT_BEFORE = {
	title: "no fair task before a tick",
	statement: "No fair task takes the CPU of another before a tick.",
	ghost: { ticked: bool },
	on: {
		began: ({ g }: { g: { ticked: boolean } }) => {
			g.ticked = false;
			return undefined;
		},
		ticked: ({ g }: { g: { ticked: boolean } }) => {
			g.ticked = true;
			return undefined;
		},
		displaced: ({ g }: { g: { ticked: boolean } }) => g.ticked,
	},
};

/** Whether a fair task, and one of a higher class, can displace a fair one before a tick. */
const displacing = (preempt: Preempt, fairWaits: boolean) => (variant: Variant) => {
	const k = new Kernel({ cpus: 1, bios: 1, preempt, ...variant });
	const sys = k.system({
		state: { inside: bool, fair: bool, fifo: oneOf(...moments) },
		events: { began: [], displaced: [] },
	});
	const cpu0 = k.Cpu.id(0);
	// It is armed from the start, so that a tick shows.
	const timer = timer_setup(k, sys, "timer", []);
	k.initial.push((s) => add_timer_on(k, s, timer, cpu0));
	addSoftirqs(k, sys);
	const moment = ({ s }: Pick<InSystem<typeof sys>, "s">): (typeof moments)[number] => {
		if (!s.inside) return "at another time";
		return s.timer[timer].base !== null && !s.timer[timer].due ? "before a tick" : "after a tick";
	};
	const go = (inside: boolean): Stmt<InSystem<typeof sys>> =>
		step(`inside = ${inside}`, ({ s, emit }) => {
			s.inside = inside;
			if (inside) emit.began();
		});
	spawn(k, sys, "task", [go(true), go(false)]);
	const tell: Stmt<InSystem<typeof sys>> = step("fifo", (c) => {
		c.s.fifo = moment(c);
	});
	const fifo = spawn(k, sys, "fifo", [tell], { fifo: 1, boundTo: cpu0, sleeps: "asleep" });
	spawn(k, sys, "fair", [
		step("fair", ({ s, emit }) => {
			// Once the other has had the CPU, whoever is next is chosen anew.
			if (s.context[fifo].state !== "INTERRUPTIBLE" || !s.inside) return;
			s.fair = true;
			emit.displaced();
		}),
	]);
	addInterrupts(k, sys, [step("wake_up_process(fifo)", (c) => void wake_up_process(k, c, fifo))]);
	sys.property("not before", NOT_BEFORE as never);
	return observe(sys, {
		allows: {
			"a higher class before a tick": ({ s }) => s.fifo === "before a tick",
			"a fair task": ({ s }) => s.fair,
		},
		reports: fairWaits ? [] : ["not before"],
	});
};

/** A tick finds the CPU idle; what it asks is not asked of the task that comes next. */
const tickedIdle = (variant: Variant) => {
	const k = new Kernel({ cpus: 1, bios: 1, preempt: "lazy", ...variant });
	const sys = k.system({
		state: { inside: bool, rearmed: bool, late: bool },
		events: { began: [], displaced: [] },
	});
	const cpu0 = k.Cpu.id(0);
	const timer = timer_setup(k, sys, "timer", [
		step("add_timer_on(timer, 0)", ({ s }) => {
			if (!s.rearmed) add_timer_on(k, s, timer, cpu0);
			s.rearmed = true;
		}),
	]);
	k.initial.push((s) => add_timer_on(k, s, timer, cpu0));
	addSoftirqs(k, sys);
	addIdle(k, sys);
	const go = (inside: boolean): Stmt<InSystem<typeof sys>> =>
		step(`inside = ${inside}`, ({ s, emit }) => {
			s.inside = inside && s.rearmed;
			if (s.inside) emit.began();
		});
	const first = spawn(k, sys, "first", [go(true), go(false)], { sleeps: "asleep" });
	const tell: Stmt<InSystem<typeof sys>> = step("other", ({ s, emit }) => {
		if (!s.inside) return;
		s.late = true;
		emit.displaced();
	});
	const other = spawn(k, sys, "other", [tell], { sleeps: "asleep" });
	addInterrupts(k, sys, [
		step("wake_up_process(first); wake_up_process(other)", (c) => {
			for (const task of [first, other]) wake_up_process(k, c, task);
		}),
	]);
	sys.property("not before", NOT_BEFORE as never);
	return observe(sys, { allows: { "another task after a tick": ({ s }) => s.late } });
};

/** A tick asks one task for the CPU, and another takes it. */
const askedOfAnother = (variant: Variant) => {
	const k = new Kernel({ cpus: 1, preempt: "lazy", ...variant });
	const sys = k.system({ state: { inside: bool, between: bool, asked: bool } });
	const set = (name: "between" | "asked"): Stmt<InSystem<typeof sys>> =>
		step(name, ({ s }) => {
			s[name] = s.inside;
		});
	const go = (inside: boolean): Stmt<InSystem<typeof sys>> =>
		step(`inside = ${inside}`, ({ s }) => {
			s.inside = inside;
		});
	spawn(k, sys, "task", [go(true), go(false)]);
	spawn(k, sys, "other", [ifNeedResched(k, [set("asked")], [set("between")])]);
	return observe(sys, {
		allows: { "it takes the CPU": ({ s }) => s.between },
		forbids: { "it is asked to go itself": ({ s }) => s.asked },
	});
};

/** What need_resched() answers a task with preemption off; `fifo` wakes a task of a higher class before. */
const asked = (preempt: Preempt, fifo: boolean, answers: readonly Answer[]) => (variant: Variant) => {
	const k = new Kernel({ cpus: 1, preempt, ...variant });
	const sys = k.system({ state: { answer: oneOf("none", ...ANSWERS) } });
	type Here = InSystem<typeof sys>;
	const tell = (yes: boolean): Stmt<Here> =>
		step(yes ? "need_resched" : "!need_resched", ({ s, me }) => {
			const ticked = k.lazy && s.cpu[me.cpu].need_resched;
			s.answer = `${yes ? "yes" : "no"}, ${ticked ? "after" : "without"} a tick`;
		});
	const higher = spawn(k, sys, "higher", [step("higher", () => {})], {
		fifo: 1,
		boundTo: k.Cpu.id(0),
		sleeps: "asleep",
	});
	const wake: Stmt<Here> = step("wake_up_process(higher)", (c) => {
		if (fifo) wake_up_process(k, c, higher);
	});
	spawn(k, sys, "task", [
		...[preempt_disable(k), wake],
		...[ifNeedResched(k, [tell(true)], [tell(false)]), preempt_enable(k)],
	]);
	spawn(k, sys, "other", [step("other", () => {})]);
	const told = (expected: boolean) =>
		Object.fromEntries(
			ANSWERS.filter((answer) => answers.includes(answer) === expected).map((answer) => [
				answer,
				({ s }: Pick<Here, "s">) => s.answer === answer,
			]),
		);
	return observe(sys, { allows: told(true), forbids: told(false) });
};
const ANSWERS = ["yes, without a tick", "yes, after a tick", "no, without a tick", "no, after a tick"] as const;
type Answer = (typeof ANSWERS)[number];

test.each([
	["none", false, ["yes, without a tick", "no, without a tick"]],
	["full", false, ["yes, without a tick", "no, without a tick"]],
	["full", true, ["yes, without a tick"]],
	// A tick may ask, and need not.
	["lazy", false, ["yes, after a tick", "no, without a tick", "no, after a tick"]],
	["lazy", true, ["yes, without a tick", "yes, after a tick"]],
] as const)("PR2: what need_resched() is under %s (a task of a higher class waits: %s)", (preempt, fifo, answers) => {
	expect(failures(asked(preempt, fifo, answers)({}))).toEqual([]);
});

test("PR2: under LAZY no tick comes while interrupts are off", () => {
	const k = new Kernel({ cpus: 1, preempt: "lazy" });
	const sys = k.system({ state: { off: bool, before: bool } });
	type Here = InSystem<typeof sys>;
	const asked = ({ s }: Pick<Here, "s">): boolean => s.cpu[k.Cpu.id(0)].need_resched;
	const off: Stmt<Here> = step("off", (c) => {
		c.s.off = true;
		c.s.before = asked(c);
	});
	const on: Stmt<Here> = step("on again", ({ s }) => {
		s.off = false;
	});
	// Where it is preemptible, it is switched out when the tick returns.
	const inside = [local_irq_disable(k), off, on, local_irq_enable(k)];
	spawn(k, sys, "task", [preempt_disable(k), ...inside, preempt_enable(k)]);
	const experiment = observe(sys, {
		allows: { "one comes before": (v) => v.s.off && asked(v) },
		forbids: { "one comes meanwhile": (v) => v.s.off && v.s.before !== asked(v) },
	});
	expect(failures(experiment)).toEqual([]);
});

/** Two tasks of one CPU: one waits for the other, as its first statement, or after it was switched out. */
const polling = (preempt: Preempt, first: boolean, spins: boolean) => (variant: Variant) => {
	const k = new Kernel({ cpus: 1, preempt, ...variant });
	const sys = k.system({ state: { done: bool, seen: bool } });
	type Here = InSystem<typeof sys>;
	const wait: Stmt<Here> = waitUntil(
		"while (!READ_ONCE(done)) cpu_relax()",
		({ s }) => s.done,
		({ s }) => {
			s.seen = true;
		},
	);
	spawn(k, sys, "waiter", first ? [wait] : [cond_resched(k), wait]);
	const done: Stmt<Here> = step("done = true", ({ s }) => {
		s.done = true;
	});
	spawn(k, sys, "other", [done]);
	const hangs = { "it spins for ever": { end: ({ s }: Pick<Here, "s">) => !s.seen } };
	const seen = { "it sees the other": ({ s }: Pick<Here, "s">) => s.seen };
	return observe(sys, spins ? { allows: { ...hangs, ...seen } } : { allows: seen, forbids: hangs });
};

test("PR2, MG1: who waits behind one that spins is moved to a free CPU, also where to be moved is a step", () => {
	const k = new Kernel({ cpus: 2, preempt: "none" });
	const sys = k.system({ state: { done: bool, waited: bool } });
	type Here = InSystem<typeof sys>;
	addIdle(k, sys);
	const cpu0 = k.Cpu.id(0);
	const wait: Stmt<Here> = waitUntil("while (!READ_ONCE(done)) cpu_relax()", ({ s }) => s.done);
	const waiter = spawn(k, sys, "waiter", [wait], { boundTo: cpu0 });
	const done: Stmt<Here> = step("done = true", ({ s }) => {
		s.done = true;
		s.waited = s.cpu[cpu0].curr === waiter;
	});
	spawn(k, sys, "other", [done]);
	const experiment = observe(sys, {
		allows: { "it goes on elsewhere": ({ s }) => s.done && s.waited },
		forbids: { "it waits for ever": { end: ({ s }) => !s.done } },
	});
	expect(failures(experiment)).toEqual([]);
});

litmus("PR2", "each preemption model has its own switch points", {
	NONE: switching("none", ["cond_resched()", "schedule()"]),
	VOLUNTARY: switching("voluntary", ["cond_resched()", "might_sleep()", "schedule()"]),
	FULL: switching("full", ["plain code", ...calls]),
	LAZY: switching("lazy", ["plain code", ...calls]),
	"FULL: another fair task, or one of a higher class, at any time": displacing("full", false),
	"LAZY: another fair task after a tick, one of a higher class at any time": displacing("lazy", true),
	"LAZY: a tick on an idle CPU asks nobody": tickedIdle,
	"LAZY: a tick asks the task that has the CPU": askedOfAnother,
	"NONE: who waits for another keeps its CPU from it": polling("none", true, true),
	"VOLUNTARY: also after it was switched out": polling("voluntary", false, true),
	"FULL: or the other takes the CPU": polling("full", true, false),
	RT: switching("rt", ["plain code", "bottom halves off", "spinlock", ...calls]),
});

/** What may sleep and here does not have to. */
const readily: Readonly<Record<string, Sleep>> = {
	"mutex_lock()": (k) => {
		const m = mutex(k, "m");
		return mutex_lock(k, "m", () => m);
	},
	"cpus_read_lock()": cpus_read_lock,
	"down_read()": (k) => {
		const sem = rw_semaphore(k, "sem");
		return down_read(k, "sem", () => sem);
	},
	"down_write()": (k) => {
		const sem = rw_semaphore(k, "sem");
		return down_write(k, "sem", () => sem);
	},
	"wait_for_completion()": (k) => {
		const x = completion(k, "x");
		k.initial.push((s) => {
			s.wait_queue[x].done = 1;
		});
		return wait_for_completion(k, "x", () => x);
	},
	"wait_for_completion_timeout()": (k, sys) => {
		const x = completion(k, "x");
		k.initial.push((s) => {
			s.wait_queue[x].done = 1;
		});
		return wait_for_completion_timeout(
			k,
			sys,
			"x",
			() => x,
			() => {},
		);
	},
	"wait_event_timeout()": (k, sys) =>
		wait_event_timeout(
			k,
			sys,
			{ wq: wait_queue_head(k, "wq"), until: "true" },
			() => true,
			() => {},
		),
	"wait_event()": (k) => wait_event(k, "wait_event(wq, true)", () => true),
	"wait_event_interruptible()": (k) => wait_event_interruptible(k, "wait_event_interruptible(wq, true)", () => true),
	"flush_work()": (k) => {
		const work = INIT_WORK(k, "work");
		return call(flush_work(k), () => ({ work }));
	},
	"flush_workqueue()": (k) => call(flush_workqueue(k, [INIT_WORK(k, "work")])),
	"disable_work_sync()": (k) => {
		const work = INIT_WORK(k, "work");
		return call(disable_work_sync(k), () => ({ work }));
	},
	"synchronize_irq()": (k, sys) => synchronize_irq(k, "dev", quiet(k, sys)),
	"free_irq()": (k, sys) => free_irq(k, "dev", quiet(k, sys)),
	"disable_irq()": (k, sys) => disable_irq(k, "dev", quiet(k, sys)),
};

/** A line on which nothing ever comes. */
function quiet(k: Kernel, sys: LinuxSystem<KernelState, KernelEventTypes>): () => object {
	const arrival = { label: "<interrupt>", pending: () => false, enter: () => {} };
	const irq = request_irq(k, sys, "dev", { arrivals: [arrival], handler: [] });
	addHardirqs(k, sys, [irq]);
	return () => irq;
}

test.each(Object.entries(readily))(
	"PR2: under VOLUNTARY alone %s is a switch point, also where it does not sleep",
	(_, sleep) => {
		for (const preempt of ["none", "voluntary"] as const) {
			const k = new Kernel({ cpus: 1, works: 1, preempt });
			const sys = k.system({ state: { inside: bool, between: bool } });
			const go = (inside: boolean): Stmt<InSystem<typeof sys>> =>
				step(`inside = ${inside}`, ({ s }) => {
					s.inside = inside;
				});
			spawn(k, sys, "task", [go(true), sleep(k, sys as never), go(false)], { sleeps: true });
			spawn(k, sys, "other", [
				step("between = inside", ({ s }) => {
					s.between = s.inside;
				}),
			]);
			const switches = { "another task runs there": ({ s }: Pick<InSystem<typeof sys>, "s">) => s.between };
			expect(failures(observe(sys, preempt === "voluntary" ? { allows: switches } : { forbids: switches }))).toEqual(
				[],
			);
		}
	},
);

/** What may sleep and here has to. */
const reluctantly: Readonly<Record<string, Sleep>> = {
	"mutex_lock()": (k) => {
		const m = mutex(k, "m");
		k.initial.push((s) => {
			s.wait_queue[m].owner = k.tasks[1] as Id<"context">;
		});
		return mutex_lock(k, "m", () => m);
	},
	"down_read()": (k) => {
		const sem = rw_semaphore(k, "sem");
		k.initial.push((s) => {
			s.wait_queue[sem.readers].owner = k.tasks[1] as Id<"context">;
		});
		return down_read(k, "sem", () => sem);
	},
	"down_write()": (k) => {
		const sem = rw_semaphore(k, "sem");
		k.initial.push((s) => {
			s.wait_queue[sem.readers].readers = 1;
		});
		return down_write(k, "sem", () => sem);
	},
	"wait_for_completion()": (k) => {
		const x = completion(k, "x");
		return wait_for_completion(k, "x", () => x);
	},
	"wait_event()": (k) => wait_event(k, "wait_event(wq, false)", () => false),
	"wait_event_interruptible()": (k) => wait_event_interruptible(k, "wait_event_interruptible(wq, false)", () => false),
	"flush_work()": (k) => {
		const work = INIT_WORK(k, "work");
		k.initial.push((s) => {
			s.pool[k.Cpu.id(0)].worklist.push(work);
		});
		return call(flush_work(k), () => ({ work }));
	},
};

test.each([
	...Object.entries(readily).map(([name, sleep]) => [name, "also where it does not sleep", sleep] as const),
	...Object.entries(reluctantly).map(([name, sleep]) => [name, "where it sleeps", sleep] as const),
])("PR1: %s in atomic context is an error, %s", (_, __, sleep) => {
	const k = new Kernel({ cpus: 1, works: 1, preempt: "none" });
	const sys = k.system({ state: { returned: bool } });
	const returned: Stmt<InSystem<typeof sys>> = step("returned", ({ s }) => {
		s.returned = true;
	});
	const body = [preempt_disable(k), sleep(k, sys as never), returned, preempt_enable(k)];
	spawn(k, sys, "task", body, { sleeps: true });
	spawn(k, sys, "other", [step("other", () => {})], { sleeps: "asleep" });
	expect(failures(observe(sys, { reports: ["P15"], forbids: { "it returns": ({ s }) => s.returned } }))).toEqual([]);
});

litmus("PR3", "turning interrupts on is no switch point and runs no softirq; an interrupt that then comes may", {
	"local_irq_restore() under NONE": (variant) => {
		const k = new Kernel({ cpus: 1, bios: 1, preempt: "none", ...variant });
		const sys = k.system({
			state: { restored: bool, over: bool, interrupted: bool, switched: bool, softirq: bool, softirqByItself: bool },
		});
		const raise = __raise_softirq_irqoff(k);
		spawn(k, sys, "task", [
			local_irq_save(k),
			step("__raise_softirq_irqoff(BLOCK_SOFTIRQ)", (c) => {
				raise(c);
				c.s.restored = true;
			}),
			local_irq_restore(k),
			step("over", ({ s }) => {
				s.over = true;
			}),
		]);
		spawn(k, sys, "other", [
			step("other task", ({ s }) => {
				s.switched = s.restored && !s.over;
			}),
		]);
		addInterrupts(k, sys, [
			step("interrupt", ({ s }) => {
				s.interrupted = true;
			}),
		]);
		addSoftirqs(k, sys, [
			step("softirq", ({ s }) => {
				s.softirq = true;
				s.softirqByItself = !s.interrupted;
			}),
		]);
		return observe(sys, {
			allows: { "an interrupt comes then and runs the softirq": ({ s }) => s.softirq && !s.over },
			forbids: {
				"the softirq runs without one": ({ s }) => s.softirqByItself,
				"another task runs there": ({ s }) => s.switched,
			},
		});
	},
});

litmus("PR2", "under LAZY what was asked of a task is not asked of the CPU that it has left", {
	"it moves, sleeps, or ends": (variant) => {
		const k = new Kernel({ cpus: 2, preempt: "lazy", ...variant });
		const sys = k.system({ state: { asleep: bool } });
		const [cpu0, cpu1] = [k.Cpu.id(0), k.Cpu.id(1)];
		const isAsked = ({ s }: Pick<InSystem<typeof sys>, "s">, has: boolean): boolean =>
			[cpu0, cpu1].some((c) => s.cpu[c].need_resched && (s.cpu[c].curr !== null) === has);
		const sleeper: Id<"context"> = spawn(
			k,
			sys,
			"sleeper",
			[
				set_current_state("UNINTERRUPTIBLE"),
				step<InSystem<typeof sys>, string>("about to sleep", ({ s }) => {
					s.asleep = true;
				}),
				schedule(k),
			],
			{ sleeps: true },
		);
		spawn(k, sys, "waker", [
			waitUntil<InSystem<typeof sys>, string>("it is about to sleep", ({ s }) => s.asleep),
			step<InSystem<typeof sys>, string>("wake_up_process(sleeper)", (c) => {
				wake_up_process(k, c, sleeper);
			}),
		]);
		return observe(sys, {
			allows: { "a task is asked": (c) => isAsked(c, true) },
			forbids: { "nobody is": (c) => isAsked(c, false) },
			tellsApart: true,
		});
	},
});
