// LK1–LK4: spinlocks and local locks.
import { expect, test } from "vitest";
import {
	addHardirqs,
	addInterrupts,
	type In as InKernel,
	Kernel,
	local_irq_disable,
	local_irq_enable,
	local_lock,
	local_lock_irq,
	local_lock_irqsave,
	local_unlock,
	local_unlock_irq,
	local_unlock_irqrestore,
	localLock,
	type Preempt,
	preempt_disable,
	preempt_enable,
	raw_spin_lock,
	raw_spin_lock_irq,
	raw_spin_lock_irqsave,
	raw_spin_trylock,
	raw_spin_unlock,
	raw_spin_unlock_irq,
	raw_spin_unlock_irqrestore,
	set_current_state,
	spin_lock,
	spin_lock_bh,
	spin_lock_irq,
	spin_lock_irqsave,
	spin_trylock,
	spin_unlock,
	spin_unlock_bh,
	spin_unlock_irq,
	spin_unlock_irqrestore,
	spinlock,
	wake_up_process,
} from "../../src/kernel/index.ts";
import {
	bool,
	call,
	type In,
	maybe,
	perId,
	range,
	record,
	type Stmt,
	step,
	waitUntil,
	when,
} from "../../src/lang/index.ts";
import { failures, litmus, observe, spawn, type Variant } from "./litmus.ts";

type Flags = InKernel<{ flags: boolean }>;
/** How a region is entered and left; its lock is declared here. */
type Region = (k: Kernel) => readonly [enter: Stmt<Flags>, leave: Stmt<Flags>];

const plain: Region = (k) => {
	const lock = spinlock(k, "lock");
	return [spin_lock(k, "lock", () => lock), spin_unlock(k, "lock", () => lock)];
};
const raw: Region = (k) => {
	const lock = spinlock(k, "lock");
	return [raw_spin_lock(k, "lock", () => lock), raw_spin_unlock(k, "lock", () => lock)];
};
const bh: Region = (k) => {
	const lock = spinlock(k, "lock");
	return [spin_lock_bh(k, "lock", () => lock), spin_unlock_bh(k, "lock", () => lock)];
};
const irqsave: Region = (k) => {
	const lock = spinlock(k, "lock");
	return [spin_lock_irqsave(k, "lock", () => lock), spin_unlock_irqrestore(k, "lock", () => lock)];
};
const irq: Region = (k) => {
	const lock = spinlock(k, "lock");
	return [spin_lock_irq(k, "lock", () => lock), spin_unlock_irq(k, "lock", () => lock)];
};
const rawIrqsave: Region = (k) => {
	const lock = spinlock(k, "lock");
	return [raw_spin_lock_irqsave(k, "lock", () => lock), raw_spin_unlock_irqrestore(k, "lock", () => lock)];
};
const rawIrq: Region = (k) => {
	const lock = spinlock(k, "lock");
	return [raw_spin_lock_irq(k, "lock", () => lock), raw_spin_unlock_irq(k, "lock", () => lock)];
};
const local: Region = (k) => {
	const lock = localLock(k, "lock");
	return [local_lock(k, lock), local_unlock(k, lock)];
};
const localIrq: Region = (k) => {
	const lock = localLock(k, "lock");
	return [local_lock_irq(k, lock), local_unlock_irq(k, lock)];
};
const localIrqsave: Region = (k) => {
	const lock = localLock(k, "lock");
	return [local_lock_irqsave(k, lock), local_unlock_irqrestore(k, lock)];
};

const happenings = [
	"a task waits for the other",
	"both inside, on one CPU",
	"both inside, on two CPUs",
	"another task between, on one CPU",
	"an interrupt between, on one CPU",
	"a task moves inside",
	"a task moves while it waits",
] as const;

/** What two tasks that run over two CPUs, with interrupts, can come to in a region. */
const regionOf = (preempt: Preempt, region: Region, allowed: readonly (typeof happenings)[number][]) => {
	return (variant: Variant) => {
		const k = new Kernel({ cpus: 2, bios: 1, preempt, ...variant });
		const [enter, leave] = region(k);
		const sys = k.system({
			state: {
				inside: perId(k.Cpu, record({ tasks: range(0, 2) })),
				between: bool,
				interrupt: bool,
				moved: bool,
				waitedOn: maybe(k.Cpu),
				movedWaiting: bool,
			},
		});
		type S = Pick<In<typeof sys>, "s">;
		for (const name of ["one", "two"])
			spawn(k, sys, name, [
				step("before", ({ s, me }) => {
					if (s.inside[me.cpu].tasks > 0) s.between = true;
				}),
				enter,
				step("inside", ({ s, me }) => {
					s.inside[me.cpu].tasks++;
					if (s.waitedOn !== null && s.waitedOn !== me.cpu) s.movedWaiting = true;
				}),
				step("outside", ({ s, me }) => {
					const waiting = k.tasks.find((id) => s.context[id].waits_for !== null);
					if (waiting !== undefined) s.waitedOn = s.context[waiting].cpu;
					if (s.inside[me.cpu].tasks === 0) s.moved = true;
					else s.inside[me.cpu].tasks--;
				}),
				leave,
			]);
		addInterrupts(k, sys, [
			step("interrupt", ({ s, me }) => {
				if (s.inside[me.cpu].tasks > 0) s.interrupt = true;
			}),
		]);
		const outcomes: Record<(typeof happenings)[number], (v: S) => boolean> = {
			"a task waits for the other": ({ s }) => k.tasks.some((id) => s.context[id].waits_for !== null),
			"both inside, on one CPU": ({ s }) => k.Cpu.all.some((c) => s.inside[c].tasks === 2),
			"both inside, on two CPUs": ({ s }) => k.Cpu.all.every((c) => s.inside[c].tasks === 1),
			"another task between, on one CPU": ({ s }) => s.between,
			"an interrupt between, on one CPU": ({ s }) => s.interrupt,
			"a task moves inside": ({ s }) => s.moved,
			"a task moves while it waits": ({ s }) => s.movedWaiting,
		};
		const some = (yes: boolean) =>
			Object.fromEntries(happenings.filter((h) => allowed.includes(h) === yes).map((h) => [h, outcomes[h]]));
		return observe(sys, { allows: some(true), forbids: some(false) });
	};
};

/** The error that a region makes. */
const wrong = (preempt: Preempt, region: Region, where: "hardirq" | "preemption off" | "interrupts off" | "itself") => {
	return (variant: Variant) => {
		const k = new Kernel({ cpus: 1, bios: 1, preempt, ...variant });
		const sys = k.system();
		const [enter, leave] = region(k);
		const code = sys.routine("region", { locals: { flags: bool } }, [enter, leave]);
		if (where === "hardirq") addInterrupts(k, sys, [call(code)]);
		else if (where === "itself") spawn(k, sys, "task", [enter, call(code), leave]);
		else if (where === "preemption off") spawn(k, sys, "task", [preempt_disable(k), call(code), preempt_enable(k)]);
		else spawn(k, sys, "task", [local_irq_disable(k), call(code), local_irq_enable(k)]);
		return observe(sys, { reports: [where === "itself" ? "P14" : "P15"] });
	};
};

/** A task tries a lock that another one takes; where it gets it, preemption is off without RT, and migration on RT. */
const tried = (preempt: Preempt, raw: boolean) => (variant: Variant) => {
	const k = new Kernel({ cpus: 2, preempt, ...variant });
	const sys = k.system({ state: { owners: range(0, 2), refused: bool, got: bool, pinned: bool, moved: maybe(k.Cpu) } });
	type Here = In<typeof sys>;
	const lock = spinlock(k, "lock");
	const which = (): typeof lock => lock;
	const [take, drop] = raw
		? [raw_spin_lock(k, "lock", which), raw_spin_unlock(k, "lock", which)]
		: [spin_lock(k, "lock", which), spin_unlock(k, "lock", which)];
	const trylock = raw ? raw_spin_trylock : spin_trylock;
	const go = (by: 1 | -1): Stmt<Here> =>
		step(by > 0 ? "inside" : "outside", ({ s }) => {
			s.owners += by;
		});
	spawn(k, sys, "owner", [take, go(1), go(-1), drop]);
	spawn(k, sys, "task", [
		step("flags = spin_trylock(&lock)", (c) => {
			c.f.flags = trylock(k, c, lock);
			if (c.f.flags) c.s.got = true;
			else c.s.refused = true;
		}),
		when(
			({ f }) => f.flags,
			[
				step("inside", ({ s, me }) => {
					s.owners++;
					s.pinned = s.cpu[me.cpu].preempt > 0;
					s.moved = me.cpu;
				}),
				step("outside", ({ s, me }) => {
					s.owners--;
					if (s.moved === me.cpu) s.moved = null;
				}),
				drop,
			],
		),
	]);
	const isPinned = raw || preempt !== "rt";
	return observe(sys, {
		allows: { "it is refused": { end: ({ s }) => s.refused }, "it gets it": ({ s }) => s.got },
		forbids: {
			"two have it": ({ s }) => s.owners === 2,
			"it is preemptible without RT, or not with it": ({ s }) => s.moved !== null && s.pinned !== isPinned,
			"it moves": { end: ({ s }) => s.moved !== null },
			"it is not let go of": { end: ({ s }) => s.lock[lock].owner !== null },
		},
	});
};

const INTERRUPT = "an interrupt between, on one CPU";
const TASK = "another task between, on one CPU";
const TWO = "both inside, on two CPUs";
const WAITS = "a task waits for the other";
const WAITS_AND_MOVES = "a task moves while it waits";

litmus("LK1", "without RT spin_lock() disables preemption and spins; a raw_spinlock_t does so everywhere", {
	"spin_lock()": regionOf("full", plain, [INTERRUPT]),
	"spin_lock_bh()": regionOf("full", bh, [INTERRUPT]),
	"spin_lock_irqsave()": regionOf("full", irqsave, []),
	"spin_lock_irq()": regionOf("full", irq, []),
	"raw_spin_lock() on RT": regionOf("rt", raw, [INTERRUPT]),
	"raw_spin_lock_irqsave() on RT": regionOf("rt", rawIrqsave, []),
	"raw_spin_lock_irq() on RT": regionOf("rt", rawIrq, []),
	"spin_trylock()": tried("full", false),
	"raw_spin_trylock() on RT": tried("rt", true),
	"taken twice": wrong("none", plain, "itself"),
	"taken by an interrupt while the task below holds it": (variant) => {
		const k = new Kernel({ cpus: 1, bios: 1, preempt: "full", ...variant });
		const sys = k.system();
		const [enter, leave] = plain(k);
		const code = sys.routine("region", { locals: { flags: bool } }, [enter, leave]);
		spawn(k, sys, "task", [enter, leave]);
		addInterrupts(k, sys, [call(code)]);
		return observe(sys, { reports: ["P14"] });
	},
	"spinning with interrupts off": (variant) => {
		const k = new Kernel({ cpus: 2, preempt: "full", ...variant });
		const sys = k.system({ state: { interrupted: bool } });
		const [enter, leave] = irqsave(k);
		const [cpu0, cpu1] = [k.Cpu.id(0), k.Cpu.id(1)];
		const wait: Stmt<In<typeof sys>> = waitUntil("waits for CPU 1's interrupt", ({ s }) => s.interrupted);
		spawn(k, sys, "owner", [enter, wait, leave], { boundTo: cpu0 });
		spawn(k, sys, "spinner", [enter, leave], { boundTo: cpu1 });
		const arrival = {
			label: "<interrupt>",
			pending: ({ s, me }: In<typeof sys>) => me.cpu === cpu1 && !s.interrupted,
			enter: ({ s }: In<typeof sys>) => {
				s.interrupted = true;
			},
		};
		addHardirqs(k, sys, [{ arrivals: [arrival], handler: [] }]);
		return observe(sys, { allows: { "it keeps the interrupt away for ever": { end: ({ s }) => !s.interrupted } } });
	},
	"two locks in opposite order": (variant) => {
		const k = new Kernel({ cpus: 2, preempt: "none", ...variant });
		const sys = k.system();
		const locks = ["a", "b"].map((name) => spinlock(k, name));
		const take = (i: number) =>
			spin_lock(k, k.Lock.nameOf(locks[i] as number), () => locks[i] as (typeof locks)[number]);
		const drop = (i: number) =>
			spin_unlock(k, k.Lock.nameOf(locks[i] as number), () => locks[i] as (typeof locks)[number]);
		spawn(k, sys, "ab", [take(0), take(1), drop(1), drop(0)], { boundTo: k.Cpu.id(0) });
		spawn(k, sys, "ba", [take(1), take(0), drop(0), drop(1)], { boundTo: k.Cpu.id(1) });
		const done = ({ s }: Pick<InKernel, "s">) => k.tasks.every((id) => !s.context[id].on_rq);
		return observe(sys, { allows: { deadlock: { end: (v) => !done(v) }, "both end": { end: done } } });
	},
});

litmus("LK2", "on RT spin_lock() may sleep, leaves preemption and interrupts on, and pins the task", {
	"spin_lock()": regionOf("rt", plain, [WAITS, WAITS_AND_MOVES, TASK, INTERRUPT]),
	"spin_lock_irqsave()": regionOf("rt", irqsave, [WAITS, WAITS_AND_MOVES, TASK, INTERRUPT]),
	"spin_lock_irq()": regionOf("rt", irq, [WAITS, WAITS_AND_MOVES, TASK, INTERRUPT]),
	"spin_trylock()": tried("rt", false),
	"in a hard interrupt": wrong("rt", plain, "hardirq"),
	"with preemption off": wrong("rt", irqsave, "preemption off"),
	"with interrupts off": wrong("rt", plain, "interrupts off"),
	"the state of a blocked task is kept": (variant) => {
		const k = new Kernel({ cpus: 1, preempt: "rt", ...variant });
		const sys = k.system({ state: { blocked: bool, woken: bool, inside: bool, early: bool } });
		const [enter, leave] = plain(k);
		const look: Stmt<In<typeof sys>> = step("is the sleeper blocked?", ({ s }) => {
			s.blocked = s.context[sleeper].waits_for !== null;
		});
		spawn(k, sys, "owner", [enter, look, leave]);
		const sleeper = spawn(
			k,
			sys,
			"sleeper",
			[
				set_current_state("INTERRUPTIBLE"),
				enter,
				step("inside", ({ s }) => {
					s.inside = true;
				}),
				leave,
				set_current_state("RUNNING"),
			],
			{ sleeps: true },
		);
		spawn(k, sys, "waker", [
			step("wake_up_process(sleeper)", (c) => {
				const { s } = c;
				const blocked = s.context[sleeper].waits_for !== null;
				wake_up_process(k, c, sleeper);
				s.woken = blocked;
				s.early = blocked && s.context[sleeper].on_rq;
			}),
		]);
		return observe(sys, {
			allows: {
				"it was blocked, and not woken: still INTERRUPTIBLE": ({ s }) =>
					s.inside && s.blocked && !s.woken && s.context[sleeper].state === "INTERRUPTIBLE",
				"it was woken while blocked: RUNNING inside": ({ s }) =>
					s.inside && s.woken && s.context[sleeper].state === "RUNNING",
			},
			forbids: { "a wake-up ends its wait for the lock": ({ s }) => s.early },
		});
	},
});

test("LK2: a task that finds the lock taken again when it is woken blocks once more", () => {
	const k = new Kernel({ cpus: 2, preempt: "rt" });
	const sys = k.system({ state: { again: bool, got: bool } });
	type Here = In<typeof sys>;
	const lock = spinlock(k, "lock");
	const [take, drop] = [spin_lock<Here>(k, "lock", () => lock), spin_unlock<Here>(k, "lock", () => lock)];
	const blocks = ({ s }: Pick<Here, "s">): boolean => s.context[waiter].waits_for === lock;
	const again: Stmt<Here> = step("again", ({ s }) => {
		s.again = true;
	});
	const got: Stmt<Here> = step("got", ({ s }) => {
		s.got = true;
	});
	spawn(k, sys, "owner", [take, waitUntil("the other blocks", blocks), drop, take, again, drop], {
		boundTo: k.Cpu.id(0),
		fifo: 50,
	});
	const waiter = spawn(k, sys, "waiter", [take, got, drop], { boundTo: k.Cpu.id(1), fifo: 1 });
	const experiment = observe(sys, {
		allows: { "it is blocked again": (v) => v.s.again && blocks(v) },
		forbids: { "it never gets it": { end: ({ s }) => s.again && !s.got } },
	});
	expect(failures(experiment)).toEqual([]);
});

litmus("LK3", "without RT local_lock() is no lock word: it keeps the contexts of the executing CPU out", {
	"local_lock()": regionOf("full", local, [TWO, INTERRUPT]),
	"local_lock_irq()": regionOf("full", localIrq, [TWO]),
	"local_lock_irqsave()": regionOf("full", localIrqsave, [TWO]),
});

litmus("LK4", "on RT local_lock() pins the task and takes this CPU's spinlock_t; interrupts stay on", {
	"local_lock()": regionOf("rt", local, [WAITS, TWO, TASK, INTERRUPT]),
	"local_lock_irqsave()": regionOf("rt", localIrqsave, [WAITS, TWO, TASK, INTERRUPT]),
	"in a hard interrupt": wrong("rt", localIrqsave, "hardirq"),
});
