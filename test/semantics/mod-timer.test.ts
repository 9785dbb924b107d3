// TM6–TM8: timers that are modified and shut down; and TM5 where they are.
import { expect, test } from "vitest";
import {
	add_timer,
	add_timer_local,
	add_timer_on,
	addSoftirqs,
	del_timer_sync,
	Kernel,
	mod_timer,
	type Preempt,
	timer_pending,
	timer_setup,
	timer_shutdown,
	timer_shutdown_sync,
	try_to_del_timer_sync,
} from "../../src/kernel/index.ts";
import { bool, type In, maybe, oneOf, range, type Stmt, step } from "../../src/lang/index.ts";
import { failures, litmus, observe, spawn, type Variant } from "./litmus.ts";

/** A task on CPU 0 modifies a timer of CPU 1. */
const modified = (preempt: Preempt) => (variant: Variant) => {
	const k = new Kernel({ cpus: 2, preempt, ...variant });
	const sys = k.system({
		state: {
			told: oneOf("-", "armed", "idle"),
			firedOn: maybe(k.Cpu),
			times: range(0, 2),
			wasDue: bool,
			ran: bool,
			still: bool,
		},
	});
	const [cpu0, cpu1] = [k.Cpu.id(0), k.Cpu.id(1)];
	const timer = timer_setup(k, sys, "timer", [
		step("timer function", ({ s, me }) => {
			s.firedOn = me.cpu;
			s.times++;
		}),
	]);
	const mod = mod_timer(k);
	const body: Stmt<In<typeof sys>>[] = [
		step("add_timer_on(&timer, 1)", ({ s }) => add_timer_on(k, s, timer, cpu1)),
		step("mod_timer(&timer, expires)", (c) => {
			c.s.wasDue = c.s.timer[timer].due;
			c.s.ran = c.s.timer[timer].running !== null;
			c.s.told = mod(c, timer) ? "armed" : "idle";
			c.s.still = c.s.timer[timer].due || !timer_pending(c.s, timer);
		}),
	];
	spawn(k, sys, "task", body, { boundTo: cpu0 });
	addSoftirqs(k, sys);
	return observe(sys, {
		allows: {
			"it was armed, and fires here": { end: ({ s }) => s.told === "armed" && s.times === 1 && s.firedOn === cpu0 },
			"it was due, and is no more": ({ s }) => s.wasDue && !s.timer[timer].due && s.told === "armed",
			"it has fired there, and fires here": { end: ({ s }) => s.times === 2 && s.firedOn === cpu0 },
		},
		forbids: {
			"it is on the base of CPU 1": ({ s }) => s.told !== "-" && !s.ran && s.timer[timer].base === cpu1,
			"it fires there, and is told to be armed": ({ s }) => s.told === "armed" && s.firedOn === cpu1,
			"it has fired, and is told to be armed": { end: ({ s }) => s.told === "armed" && s.times === 2 },
			"it has not fired, and is told not to be armed": { end: ({ s }) => s.told === "idle" && s.times === 1 },
			"it is due, or not armed": ({ s }) => s.still,
			"it does not fire": { end: ({ s }) => s.firedOn !== cpu0 && !s.ran },
		},
	});
};

litmus("TM6", "mod_timer() takes a timer off its base and puts it on that of the CPU at hand, not due", {
	NONE: modified("none"),
	FULL: modified("full"),
	RT: modified("rt"),
});

test("TM6: add_timer_local() puts a timer on the base of the CPU at hand", () => {
	const k = new Kernel({ cpus: 2, preempt: "none" });
	const sys = k.system({ state: { firedOn: maybe(k.Cpu) } });
	const timer = timer_setup(k, sys, "timer", [
		step("timer function", ({ s, me }) => {
			s.firedOn = me.cpu;
		}),
	]);
	const [cpu1, add] = [k.Cpu.id(1), add_timer_local(k)];
	spawn(k, sys, "task", [step("add_timer_local(&timer)", (c) => add(c, timer))], { boundTo: cpu1 });
	addSoftirqs(k, sys);
	expect(failures(observe(sys, { forbids: { "on another": { end: ({ s }) => s.firedOn !== cpu1 } } }))).toEqual([]);
});

test("TM6: add_timer() of a timer that is armed is an error", () => {
	const k = new Kernel({ cpus: 1, preempt: "none" });
	const sys = k.system();
	const timer = timer_setup(k, sys, "timer", []);
	const [mod, add] = [mod_timer(k), add_timer(k)];
	const body: Stmt<In<typeof sys>>[] = [
		step("mod_timer(&timer, expires)", (c) => mod(c, timer)),
		step("add_timer(&timer)", (c) => add(c, timer)),
	];
	spawn(k, sys, "task", body);
	addSoftirqs(k, sys);
	expect(failures(observe(sys, { reports: ["timer-pending"] }))).toEqual([]);
});

/** Its function runs on CPU 0, where a task on CPU 1 arms it anew by mod_timer(), or by add_timer_on() for CPU 1, and deletes it. */
const again = (how: "mod_timer" | "add_timer_on", preempt: Preempt) => (variant: Variant) => {
	const k = new Kernel({ cpus: 2, preempt, ...variant });
	const sys = k.system({ state: { inside: range(0, 2), armedInside: bool, base: maybe(k.Cpu), deleted: bool } });
	const [cpu0, cpu1] = [k.Cpu.id(0), k.Cpu.id(1)];
	const timer = timer_setup(k, sys, "timer", [
		step("timer function", ({ s }) => {
			s.inside++;
		}),
		step("it returns", ({ s }) => {
			s.inside--;
		}),
	]);
	const mod = mod_timer(k);
	const body: Stmt<In<typeof sys>>[] = [
		step("add_timer_on(&timer, 0)", ({ s }) => add_timer_on(k, s, timer, cpu0)),
		step(`${how}(&timer)`, (c) => {
			const { s } = c;
			s.armedInside = s.inside > 0;
			if (how === "mod_timer") mod(c, timer);
			else if (s.armedInside) add_timer_on(k, s, timer, cpu1);
			s.base = s.timer[timer].base;
		}),
		del_timer_sync<In<typeof sys>>(k, timer, ({ s }) => {
			s.deleted = true;
		}),
	];
	spawn(k, sys, "task", body, { boundTo: cpu1 });
	addSoftirqs(k, sys);
	return { cpu0, cpu1, sys };
};

const modifiedInside = (preempt: Preempt) => (variant: Variant) => {
	const { sys, cpu0, cpu1 } = again("mod_timer", preempt)(variant);
	return observe(sys, {
		allows: {
			"it stays on the base of CPU 0": ({ s }) => s.armedInside && s.base === cpu0,
			"it does not run, and goes to CPU 1": ({ s }) => !s.armedInside && s.base === cpu1,
		},
		forbids: {
			"it runs beside itself": ({ s }) => s.inside === 2,
			"its function runs when it is deleted": ({ s }) => s.deleted && s.inside > 0,
			"nobody can delete it": { end: ({ s }) => !s.deleted },
		},
	});
};

litmus("TM7", "while its function runs, mod_timer() leaves a timer on the base where it does", {
	NONE: modifiedInside("none"),
	FULL: modifiedInside("full"),
	RT: modifiedInside("rt"),
});

const movedInside = (preempt: Preempt) => (variant: Variant) => {
	const { sys } = again("add_timer_on", preempt)(variant);
	return observe(sys, {
		allows: {
			"it runs beside itself": ({ s }) => s.inside === 2,
			"its function runs when it is deleted": ({ s }) => s.deleted && s.inside > 0,
		},
	});
};

litmus("TM3", "add_timer_on() moves a timer whose function runs, and del_timer_sync() does not see that it does", {
	NONE: movedInside("none"),
	RT: movedInside("rt"),
});

/** A timer that arms itself, and that a task would arm, is shut down on CPU 0. */
const shutDown = (how: "timer_shutdown_sync" | "timer_shutdown", preempt: Preempt) => (variant: Variant) => {
	const k = new Kernel({ cpus: 2, preempt, ...variant });
	const sys = k.system({
		state: { inside: bool, times: range(0, 2), refused: bool, shut: oneOf("no", "armed", "idle"), told: bool },
	});
	type Here = In<typeof sys>;
	const [cpu0, cpu1] = [k.Cpu.id(0), k.Cpu.id(1)];
	const [mod, add, shutDownNow] = [mod_timer(k), add_timer(k), timer_shutdown(k)];
	const timer = timer_setup(k, sys, "timer", [
		step("timer function", ({ s }) => {
			s.inside = true;
			s.times++;
		}),
		step("mod_timer(&timer, expires)", (c) => {
			if (c.s.times === 2) return;
			mod(c, timer);
			c.s.refused = !timer_pending(c.s, timer);
		}),
		step("it returns", ({ s }) => {
			s.inside = false;
		}),
	]);
	const shut = ({ s }: Here, wasArmed: boolean): void => {
		s.shut = wasArmed ? "armed" : "idle";
	};
	const sync = how === "timer_shutdown_sync";
	const shutdown: Stmt<Here> = sync
		? timer_shutdown_sync<Here>(k, timer, shut)
		: step("timer_shutdown(&timer)", (c) => shut(c, shutDownNow(c.s, timer)));
	const body: Stmt<Here>[] = [
		step("add_timer_on(&timer, 1)", ({ s }) => add_timer_on(k, s, timer, cpu1)),
		shutdown,
		step("mod_timer(&timer, expires)", (c) => {
			c.s.told = mod(c, timer);
		}),
		step("add_timer_on(&timer, 1)", ({ s }) => add_timer_on(k, s, timer, cpu1)),
		step("add_timer(&timer)", (c) => add(c, timer)),
	];
	spawn(k, sys, "task", body, { boundTo: cpu0 });
	addSoftirqs(k, sys);
	return observe(sys, {
		allows: {
			"it never fires": { end: ({ s }) => s.times === 0 && s.shut === "armed" },
			"it has fired and is armed again": { end: ({ s }) => s.times === 1 && s.shut === "armed" },
			"it has fired twice": { end: ({ s }) => s.times === 2 },
			"its function arms it in vain": ({ s }) => s.refused && s.inside && sync === (s.shut === "no"),
			...(sync ? {} : { "its function runs": ({ s }) => s.shut !== "no" && s.inside }),
		},
		forbids: {
			"it is armed": ({ s }) => s.shut !== "no" && timer_pending(s, timer),
			"it is told to be armed": ({ s }) => s.told,
			"nobody can shut it down": { end: ({ s }) => s.shut === "no" },
			"it was armed in vain, and is armed": ({ s }) => s.refused && s.shut === "armed",
			...(sync ? { "its function runs": ({ s }) => s.shut !== "no" && s.inside } : {}),
		},
	});
};

litmus("TM8", "what is shut down is not armed again, by nobody", {
	NONE: shutDown("timer_shutdown_sync", "none"),
	FULL: shutDown("timer_shutdown_sync", "full"),
	RT: shutDown("timer_shutdown_sync", "rt"),
	"timer_shutdown()": shutDown("timer_shutdown", "full"),
	"timer_shutdown(), RT": shutDown("timer_shutdown", "rt"),
});

/** Whoever may not wait is told that the function runs. */
const tried = (preempt: Preempt) => (variant: Variant) => {
	const k = new Kernel({ cpus: 2, preempt, ...variant });
	const sys = k.system({ state: { inside: bool, tried: oneOf("no", "running", "idle", "armed"), early: bool } });
	const [cpu0, cpu1] = [k.Cpu.id(0), k.Cpu.id(1)];
	const timer = timer_setup(k, sys, "timer", [
		step("timer function", ({ s }) => {
			s.inside = true;
		}),
		step("it returns", ({ s }) => {
			s.inside = false;
		}),
	]);
	const tryToDelete = try_to_del_timer_sync(k);
	const answers = { "-1": "running", "0": "idle", "1": "armed" } as const;
	const body: Stmt<In<typeof sys>>[] = [
		step("add_timer_on(&timer, 1)", ({ s }) => add_timer_on(k, s, timer, cpu1)),
		step("try_to_del_timer_sync(&timer)", ({ s }) => {
			s.tried = answers[tryToDelete(s, timer)];
			s.early = s.tried !== "running" && s.inside;
		}),
	];
	spawn(k, sys, "task", body, { boundTo: cpu0 });
	addSoftirqs(k, sys);
	return observe(sys, {
		allows: {
			"it runs": ({ s }) => s.tried === "running",
			"it has run": ({ s }) => s.tried === "idle",
			"it is armed": ({ s }) => s.tried === "armed",
		},
		forbids: {
			"it runs, and nobody is told": ({ s }) => s.early,
			"it is armed afterwards": ({ s }) => s.tried !== "no" && timer_pending(s, timer),
		},
	});
};

litmus("TM5", "try_to_del_timer_sync() does not wait for the function, and tells that it runs", {
	NONE: tried("none"),
	RT: tried("rt"),
});
