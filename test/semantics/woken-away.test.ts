// HP6: whatever a thread waits for, woken while its CPU is dying it is placed on another at once; and who becomes free to go.
import {
	addHotplug,
	addTask,
	cond_resched,
	Kernel,
	migrate_disable,
	migrate_enable,
	type Preempt,
	spin_lock,
	spin_unlock,
	spinlock,
} from "../../src/kernel/index.ts";
import { bool, type In, oneOf, type Stmt, step, waitUntil } from "../../src/lang/index.ts";
import { litmus, observe, spawn, type Variant } from "./litmus.ts";

litmus("HP6", "a bound thread that is woken while its CPU is dying is placed on another at once", {
	"a spinlock_t on RT": (variant) => {
		const k = new Kernel({ cpus: 2, preempt: "rt", hotplug: "down", ...variant });
		const sys = k.system({ state: { waits: bool, has: bool } });
		const [cpu0, cpu1] = [k.Cpu.id(0), k.Cpu.id(1)];
		const lock = spinlock(k, "lock");
		const [take, drop] = [spin_lock<Here>(k, "lock", () => lock), spin_unlock<Here>(k, "lock", () => lock)];
		type Here = In<typeof sys>;
		const has: Stmt<Here, string> = step("has the lock", ({ s }) => {
			s.has = true;
		});
		const fn = sys.routine("threadfn", {}, [take, has, drop]);
		const thread = addTask(k, sys, "thread", fn, { boundTo: cpu1 });
		const isDying: Stmt<Here, string> = waitUntil(
			"it waits, and its CPU is dying",
			({ s }) => s.context[thread].waits_for === lock && s.cpu[cpu1].dying,
			({ s }) => {
				s.waits = true;
			},
		);
		spawn(k, sys, "owner", [take, isDying, drop], { boundTo: cpu0 });
		addHotplug(k, sys);
		return observe(sys, {
			allows: { "it waits": ({ s }) => s.waits },
			forbids: {
				"it is still bound when it is woken": ({ s }) =>
					s.waits && !s.has && s.context[thread].on_rq && !s.context[thread].unbound,
			},
		});
	},
});

/** A task that migrate_disable() keeps on CPU 1 is on it when that is inactive, and enables migration there. */
const freed = (preempt: Preempt) => (variant: Variant) => {
	const k = new Kernel({ cpus: 2, preempt, hotplug: "down", ...variant });
	const sys = k.system({ state: { freed: bool, goesOn: bool, moved: bool, ended: bool } });
	type Here = In<typeof sys>;
	const cpu1 = k.Cpu.id(1);
	const onDying = ({ s, me }: Pick<Here, "s" | "me">): boolean => me.cpu === cpu1 && !s.cpu[cpu1].active;
	spawn(k, sys, "task", [
		migrate_disable(k),
		cond_resched(k),
		step<Here, string>("pinned", (c) => {
			c.s.freed = onDying(c);
		}),
		migrate_enable(k),
		step<Here, string>("no switch point yet", (c) => {
			c.s.goesOn = c.s.freed && onDying(c);
		}),
		cond_resched(k),
		step<Here, string>("behind it", (c) => {
			c.s.moved = c.s.freed && !onDying(c);
			c.s.ended = true;
		}),
	]);
	addHotplug(k, sys);
	const goesOn = { "it goes on there": ({ s }: Pick<Here, "s">) => s.goesOn };
	return observe(sys, {
		allows: { "it goes elsewhere": ({ s }) => s.moved, ...(preempt === "none" ? goesOn : {}) },
		forbids: {
			...(preempt === "none" ? {} : goesOn),
			"it does not end": { end: ({ s }) => !s.ended },
			"CPU 1 does not go": { end: ({ s }) => s.cpu[cpu1].online },
		},
	});
};

litmus("HP6", "who may not stay on an inactive CPU any more leaves it where it can be switched out", {
	NONE: freed("none"),
	FULL: freed("full"),
});

/** Where a task that may run on any CPU takes its two steps, while CPU 1 goes and comes back. */
const anywhere = (isKthread: boolean) => (variant: Variant) => {
	const k = new Kernel({ cpus: 2, preempt: "full", hotplug: "downup", ...variant });
	const times = oneOf("elsewhere", "while it is dying", "inactive", "inactive, and back");
	const sys = k.system({ state: { there: times, elsewhere: bool, comes: bool } });
	type Here = In<typeof sys>;
	const [cpu0, cpu1] = [k.Cpu.id(0), k.Cpu.id(1)];
	const isDying = ({ s }: Pick<Here, "s">): boolean => s.cpu[cpu1].active && s.cpu[cpu1].dying;
	const first: Stmt<Here, string> = step("first", (c) => {
		c.s.elsewhere = c.me.cpu === cpu0 && isDying(c);
	});
	const second: Stmt<Here, string> = step("second", (c) => {
		const { s, me } = c;
		if (me.cpu !== cpu1) return;
		s.comes = s.elsewhere && isDying(c);
		if (isDying(c)) s.there = "while it is dying";
		else if (!s.cpu[cpu1].active) s.there = s.cpu[cpu1].dying ? "inactive" : "inactive, and back";
	});
	spawn(k, sys, "task", [first, second], { cpu: cpu0, isKthread });
	addHotplug(k, sys);
	type Seen = { readonly s: Here["s"] };
	const early = { "it is there before the CPU is active again": ({ s }: Seen) => s.there === "inactive, and back" };
	const late = { "it comes there while the CPU is dying": ({ s }: Seen) => s.comes };
	return observe(sys, {
		allows: {
			"it is there while the CPU is dying": ({ s }) => s.there === "while it is dying",
			...(isKthread ? early : late),
		},
		forbids: {
			"it is there when the CPU is inactive": ({ s }) => s.there === "inactive",
			...(isKthread ? late : early),
		},
	});
};

litmus("HP6", "a user task keeps away from CPUs that are not active, a kernel thread from one that is dying", {
	"a user task": anywhere(false),
	"a kernel thread": anywhere(true),
});
