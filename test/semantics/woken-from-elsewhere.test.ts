// TS11: a task of a higher class that is woken from another CPU.
import { expect, test } from "vitest";
import {
	addInterrupts,
	Kernel,
	type Preempt,
	preempt_disable,
	preempt_enable,
	schedule,
	set_current_state,
	spin_lock,
	spin_lock_irqsave,
	spin_unlock,
	spin_unlock_irqrestore,
	spinlock,
	type TaskOptions,
	wake_up_process,
} from "../../src/kernel/index.ts";
import { bool, type Id, type In, type Stmt, step, waitUntil } from "../../src/lang/index.ts";
import { type Experiment, failures, litmus, observe, spawn, type Variant } from "./litmus.ts";

const systemOf = (k: Kernel) =>
	k.system({ state: { after: bool, ran: bool, saw: bool, late: bool, second: bool, moved: bool, came: bool } });
type System = ReturnType<typeof systemOf>;
type Here = In<System, { flags: boolean }>;
type Sees = Pick<Here, "s">;

/** A SCHED_FIFO thread of CPU 1, which a task on CPU 0 wakes and goes on; `beside`: who else there is. */
function woken(
	preempt: Preempt,
	variant: Variant,
	beside: (k: Kernel, sys: System, thread: Id<"context">) => void,
	waker?: TaskOptions<object>,
): System {
	const k = new Kernel({ cpus: 2, preempt, bios: 1, ...variant });
	const sys = systemOf(k);
	const cpu1 = k.Cpu.id(1);
	const runs: Stmt<Here> = step("thread", ({ s }) => {
		s.ran = true;
	});
	const thread = spawn(k, sys, "thread", [runs], { fifo: 1, sleeps: "asleep", boundTo: cpu1 });
	beside(k, sys, thread);
	const wake: Stmt<Here> = step("wake_up_process(thread)", (c) => {
		wake_up_process(k, c, thread);
	});
	const after: Stmt<Here> = step("after", ({ s, me }) => {
		s.after = true;
		if (me.cpu === cpu1 && !s.ran) s.moved = true;
	});
	spawn(k, sys, "waker", [wake, after], waker ?? { boundTo: k.Cpu.id(0) });
	return sys;
}

/** Sees on CPU 1 what the waker did after the wake-up, while the thread has not run. */
const look: Stmt<Here> = step("look", ({ s, me }) => {
	if (s.after && !s.ran && me.cpu === 1) s.saw = true;
});
const again: Stmt<Here> = step("again", ({ s, me }) => {
	if (s.saw && !s.ran && me.cpu === 1) s.late = true;
});
const saw = { "it goes on after the wake-up": ({ s }: Sees) => s.saw };
const late = { "and after that": ({ s }: Sees) => s.late };

const goesOn = (preempt: Preempt, options?: TaskOptions<object>) => (variant: Variant) =>
	observe(
		woken(preempt, variant, (k, sys) => spawn(k, sys, "task", [look, again], options ?? { boundTo: k.Cpu.id(1) })),
		{ allows: { ...saw, ...late } },
	);

/** Between the two looks the task does something that looks at need_resched, or not (the flag is in no preempt_count yet). */
const between =
	(preempt: Preempt, looksAtIt: boolean, does: (k: Kernel) => readonly Stmt<Here, string>[]) =>
	(variant: Variant): Experiment => {
		const sys = woken(preempt, variant, (k, sys) => {
			spawn(k, sys, "task", [look, ...does(k), again], { boundTo: k.Cpu.id(1), sleeps: true });
		});
		return observe(sys, looksAtIt ? { allows: saw, forbids: late } : { allows: { ...saw, ...late } });
	};

function locked(k: Kernel) {
	const lock = spinlock(k, "lock");
	return [spin_lock<Here>(k, "lock", () => lock), spin_unlock<Here>(k, "lock", () => lock)];
}

function lockedIrqsave(k: Kernel) {
	const lock = spinlock(k, "lock");
	return [spin_lock_irqsave<Here>(k, "lock", () => lock), spin_unlock_irqrestore<Here>(k, "lock", () => lock)];
}

litmus("TS11", "who has the CPU goes on until the interrupt arrives that tells it of a higher class, woken elsewhere", {
	"a bound task, FULL": goesOn("full"),
	"a bound task, LAZY": goesOn("lazy"),
	"a bound task, RT": goesOn("rt"),
	"one that may be moved, FULL": goesOn("full", {}),
	"preempt_enable() does not look at need_resched": between("full", false, (k) => [
		preempt_disable(k),
		preempt_enable(k),
	]),
	"nor does spin_unlock_irqrestore()": between("full", false, lockedIrqsave),
	"nor spin_unlock(), RT": between("rt", false, locked),
	"nor does it where it is woken in the section": (variant) => {
		const sys = woken("full", variant, (k, sys) => {
			const [on, off] = [preempt_enable(k), preempt_disable(k)];
			spawn(k, sys, "task", [off, look, on, again], { boundTo: k.Cpu.id(1) });
		});
		return observe(sys, { allows: { ...saw, ...late } });
	},
	"schedule() does": between("full", true, (k) => [schedule(k)]),
	"an interrupt that arrives there is as good": (variant) => {
		const sys = woken("full", variant, (k, sys) => {
			const came: Stmt<In<System>> = step("irq", ({ s, me }) => {
				if (me.cpu === 1 && s.saw && !s.ran) s.came = true;
			});
			const last: Stmt<Here> = step("last", ({ s }) => {
				if (s.came && !s.ran) s.late = true;
			});
			addInterrupts(k, sys, [came]);
			spawn(k, sys, "task", [look, last], { boundTo: k.Cpu.id(1) });
		});
		return observe(sys, { allows: { ...saw, "it comes meanwhile": ({ s }) => s.came }, forbids: late });
	},
	"a fair task that is woken there later does not come before it": (variant) => {
		const k = new Kernel({ cpus: 2, preempt: "full", ...variant });
		const sys = systemOf(k);
		const on = (cpu: number) => ({ boundTo: k.Cpu.id(cpu) });
		const asleep = { sleeps: "asleep", ...on(1) } as const;
		const run: Stmt<Here> = step("thread", ({ s }) => {
			s.ran = true;
		});
		const early: Stmt<Here> = step("second", ({ s }) => {
			if (!s.ran) s.second = true;
		});
		const thread = spawn(k, sys, "thread", [run], { fifo: 1, ...asleep });
		const second = spawn(k, sys, "second", [early], asleep);
		spawn(k, sys, "task", [look], on(1));
		const wake = (id: Id<"context">): Stmt<Here> =>
			step("wake_up_process()", (c) => {
				wake_up_process(k, c, id);
				c.s.after = id === second;
			});
		spawn(k, sys, "waker", [wake(thread), wake(second)], on(0));
		return observe(sys, { allows: saw, forbids: { "the second first": ({ s }) => s.second } });
	},
	"one that has been elsewhere since does not get there before the thread": (variant) => {
		const there: Stmt<Here> = step("there", ({ s, me }) => {
			s.came = s.after && !s.ran && me.cpu === 0;
		});
		const here: Stmt<Here> = step("here", ({ s, me }) => {
			if (s.came && !s.ran && me.cpu === 1) s.moved = true;
		});
		const sys = woken("full", variant, (k, sys) => {
			spawn(k, sys, "task", [look], { boundTo: k.Cpu.id(1) });
			spawn(k, sys, "other", [there, here]);
		});
		return observe(sys, { allows: saw, forbids: { "it does": ({ s }) => s.moved } });
	},
	"so does a thread that a lock's owner elsewhere lets go on, RT": (variant) => {
		const k = new Kernel({ cpus: 2, preempt: "rt", ...variant });
		const sys = systemOf(k);
		const lock = spinlock(k, "lock");
		const [take, drop] = [spin_lock<Here>(k, "lock", () => lock), spin_unlock<Here>(k, "lock", () => lock)];
		const run: Stmt<Here> = step("thread", ({ s }) => {
			s.ran = true;
		});
		const after: Stmt<Here> = step("after", ({ s }) => {
			s.after = s.context[thread].on_rq;
		});
		const thread = spawn(k, sys, "thread", [take, run, drop], { fifo: 1, boundTo: k.Cpu.id(1) });
		spawn(k, sys, "task", [look], { boundTo: k.Cpu.id(1) });
		spawn(k, sys, "owner", [take, drop, after], { boundTo: k.Cpu.id(0) });
		return observe(sys, { allows: saw });
	},
	"nor does the waker": (variant) => {
		const sys = woken("full", variant, (k, sys) => spawn(k, sys, "task", [look], { boundTo: k.Cpu.id(1) }), {});
		return observe(sys, { allows: saw, forbids: { "the waker first": ({ s }) => s.moved } });
	},
});

litmus("TS11", "only until then, and only who was there", {
	"an interrupt that is on when it is woken ends with a look at need_resched": (variant) => {
		const sys = woken("full", variant, (k, sys) => {
			const enter: Stmt<In<System>> = step("enter", ({ s, me }) => {
				s.came = me.cpu === 1 && !s.after;
			});
			const leave: Stmt<In<System>> = step("leave", ({ s, me }) => {
				if (me.cpu === 1 && s.came && s.after && !s.ran) s.second = true;
			});
			const last: Stmt<Here> = step("last", ({ s }) => {
				if (s.second && !s.ran) s.late = true;
			});
			addInterrupts(k, sys, [enter, leave]);
			spawn(k, sys, "task", [look, last], { boundTo: k.Cpu.id(1) });
		});
		return observe(sys, { allows: { ...saw, "it is woken meanwhile": ({ s }) => s.second }, forbids: late });
	},
	"the thread itself makes room at once": (variant) => {
		const sys = woken("full", variant, (k, sys) => {
			const on = { boundTo: k.Cpu.id(1) };
			const runs: Stmt<Here> = step("higher", ({ s }) => {
				s.second = true;
			});
			const higher = spawn(k, sys, "higher", [runs], { fifo: 50, sleeps: "asleep", ...on });
			const wake: Stmt<Here> = step("wake_up_process(higher)", (c) => {
				wake_up_process(k, c, higher);
			});
			const then: Stmt<Here> = step("then", ({ s }) => {
				s.moved = !s.second;
			});
			const lower = spawn(k, sys, "lower", [wake, then], { fifo: 1, sleeps: "asleep", ...on });
			const first: Stmt<Here> = step("wake_up_process(lower)", (c) => {
				wake_up_process(k, c, lower);
			});
			spawn(k, sys, "task", [look, again], on);
			spawn(k, sys, "other", [first], { boundTo: k.Cpu.id(0) });
		});
		return observe(sys, { allows: saw, forbids: { "it does not": ({ s }) => s.moved } });
	},
	"who has been told by another to make room makes it": (variant) => {
		const k = new Kernel({ cpus: 2, preempt: "full", bios: 1, ...variant });
		const sys = systemOf(k);
		const on = { boundTo: k.Cpu.id(1), sleeps: "asleep" } as const;
		const runs: Stmt<Here> = step("runs", ({ s }) => {
			s.ran = true;
		});
		const [low, high] = [1, 50].map((fifo) => spawn(k, sys, `fifo${fifo}`, [runs], { fifo, ...on }));
		addInterrupts(k, sys, [
			step("irq", ({ s, me }: In<System>) => {
				if (me.cpu === 1 && s.context[low as Id<"context">].on_rq && !s.second) s.came = true;
			}),
		]);
		spawn(k, sys, "task", [look, again], { boundTo: k.Cpu.id(1) });
		const wakeLow: Stmt<Here> = step("wake_up_process(fifo1)", (c) => {
			wake_up_process(k, c, low as Id<"context">);
		});
		const wakeHigh: Stmt<Here> = step("wake_up_process(fifo50)", (c) => {
			wake_up_process(k, c, high as Id<"context">);
			c.s.second = true;
		});
		const after: Stmt<Here> = step("after", ({ s }) => {
			s.after = true;
		});
		spawn(k, sys, "waker", [wakeLow, wakeHigh, after], { boundTo: k.Cpu.id(0) });
		return observe(sys, { allows: saw, forbids: { "it goes on": ({ s }) => s.saw && s.came } });
	},
	"who came too late once may be there the next time": (variant) => {
		const k = new Kernel({ cpus: 2, preempt: "full", ...variant });
		const sys = systemOf(k);
		const on = (cpu: number) => ({ boundTo: k.Cpu.id(cpu), sleeps: "asleep" as const });
		const sleeps: Stmt<Here>[] = [set_current_state("INTERRUPTIBLE"), schedule(k)];
		const runs: Stmt<Here> = step("runs", ({ s }) => {
			s.ran = true;
		});
		const thread = spawn(k, sys, "thread", [...sleeps, runs], { fifo: 1, ...on(1) });
		const second = spawn(k, sys, "second", [look], on(1));
		const wake = (id: Id<"context">): Stmt<Here> =>
			step("wake_up_process()", (c) => {
				wake_up_process(k, c, id);
				c.s.after = c.s.second && id === thread;
				c.s.second = true;
			});
		const waits: Stmt<Here> = waitUntil("the thread sleeps", ({ s }) => !s.context[thread].on_rq);
		spawn(k, sys, "waker", [wake(thread), wake(second), waits, wake(thread)], { boundTo: k.Cpu.id(0) });
		return observe(sys, { allows: saw });
	},
});

/** Two SCHED_FIFO threads, `first` on CPU 1 and `other` on `cpu`; what wakes them, and what a step sees of them. */
function both(preempt: Preempt, variant: Variant, cpus: number, cpu: number) {
	const k = new Kernel({ cpus, preempt, ...variant });
	const sys = k.system({
		state: { firstWoken: bool, firstRan: bool, otherWoken: bool, otherRan: bool, was: bool, next: bool, late: bool },
	});
	type Step = Stmt<In<typeof sys, { flags: boolean }>>;
	type Change = (c: In<typeof sys, { flags: boolean }>) => void;
	const on = (cpu: number) => ({ boundTo: k.Cpu.id(cpu) });
	const thread = (name: "first" | "other", cpu: number): Id<"context"> => {
		const runs: Step = step(name, ({ s }) => {
			s[`${name}Ran`] = true;
		});
		return spawn(k, sys, name, [runs], { fifo: 1, sleeps: "asleep", ...on(cpu) });
	};
	const threads = { first: thread("first", 1), other: thread("other", cpu) };
	const wake = (name: "first" | "other", then: Change = () => {}): Step =>
		step(`wake_up_process(${name})`, (c) => {
			wake_up_process(k, c, threads[name]);
			c.s[`${name}Woken`] = true;
			then(c);
		});
	return { k, sys, on, wake, does: (name: string, change: Change): Step => step(name, change) };
}

/** The task on CPU 1 on which a thread comes wakes one on the CPU of who has woken that: both go on. */
const eachOther = (preempt: Preempt, moves: boolean) => (variant: Variant) => {
	const { k, sys, on, wake, does } = both(preempt, variant, 2, 0);
	const wakesOther = wake("other", ({ s, me }) => {
		s.was = s.firstWoken && !s.firstRan && me.cpu === 1;
	});
	const goesOn = does("on", ({ s, me }) => {
		s.next = s.was && !s.firstRan && !s.otherRan && me.cpu === 0;
	});
	spawn(k, sys, "waker", [wake("first"), goesOn], moves ? {} : on(0));
	spawn(k, sys, "task", [wakesOther], on(1));
	return observe(sys, { allows: { "both go on": ({ s }) => s.next } });
};

/** A task goes on at CPU 1, is displaced there, and goes on at CPU 2; another is on that one. */
const displaced = (preempt: Preempt) => (variant: Variant) => {
	const { k, sys, on, wake, does } = both(preempt, variant, 3, 2);
	spawn(k, sys, "waker", [wake("first"), wake("other")], on(0));
	const there = does("there", ({ s, me }) => {
		s.was = s.firstWoken && !s.firstRan && me.cpu === 1;
		s.late = s.otherWoken;
	});
	const here = does("here", ({ s, me }) => {
		s.next = s.was && s.otherWoken && !s.otherRan && me.cpu === 2;
	});
	spawn(k, sys, "task", [there, here]);
	spawn(k, sys, "beside", [does("beside", () => {})], on(2));
	return observe(sys, {
		allows: {
			"it goes on at the first": ({ s }) => s.was && s.late,
			// The first has the CPU, and has taken no step.
			"it has been displaced when the other is woken": ({ s }) => s.next && !s.late && !s.firstRan,
		},
		forbids: { "it has not": ({ s }) => s.next && s.late },
	});
};

litmus("TS11", "two such interrupts at once each keep their own CPU's task", {
	"each is woken from the other's CPU, FULL": eachOther("full", false),
	"each is woken from the other's CPU, LAZY": eachOther("lazy", false),
	"each is woken from the other's CPU, RT": eachOther("rt", false),
	"one that may be moved, FULL": eachOther("full", true),
	"displaced at the one, it is not who goes on at the other, FULL": displaced("full"),
	"displaced at the one, it is not who goes on at the other, RT": displaced("rt"),
});

test("TS11: one that is woken on its own CPU comes at once", () => {
	const k = new Kernel({ cpus: 2, preempt: "full" });
	const sys = systemOf(k);
	const on = { boundTo: k.Cpu.id(1) };
	const thread = spawn(k, sys, "thread", [step("runs", () => {})], { fifo: 1, sleeps: "asleep", ...on });
	const sees: Stmt<Here> = step("look", ({ s }) => {
		s.saw = s.context[thread].on_rq;
	});
	const wake: Stmt<Here> = step("wake_up_process(thread)", (c) => {
		wake_up_process(k, c, thread);
	});
	spawn(k, sys, "task", [sees], on);
	spawn(k, sys, "waker", [wake], on);
	expect(failures(observe(sys, { forbids: saw }))).toEqual([]);
});
