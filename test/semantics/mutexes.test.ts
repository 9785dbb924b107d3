// LK5: struct mutex.
import { expect, test } from "vitest";
import {
	complete,
	completion,
	Kernel,
	local_irq_disable,
	mutex,
	mutex_lock,
	mutex_trylock,
	mutex_unlock,
	type Preempt,
	preempt_disable,
	spin_lock,
	spinlock,
	wait_for_completion,
} from "../../src/kernel/index.ts";
import { bool, type Id, type In, range, type Stmt, step, waitUntil } from "../../src/lang/index.ts";
import { failures, litmus, observe, spawn, type Variant } from "./litmus.ts";

/** Tasks of which each is inside for two steps; between the two others may run. */
const excluding = (preempt: Preempt, cpus: number, tasks: number) => (variant: Variant) => {
	const k = new Kernel({ cpus, preempt, ...variant });
	const sys = k.system({ state: { inside: range(0, 3), over: range(0, 3), waited: bool } });
	type Here = In<typeof sys>;
	const m = mutex(k, "m");
	const enter: Stmt<Here> = step("enter", ({ s }) => {
		s.inside++;
	});
	const exit: Stmt<Here> = step("exit", ({ s }) => {
		s.inside--;
		s.over++;
		s.waited ||= k.tasks.some((t) => s.context[t].waits_on === m);
	});
	const body = [mutex_lock<Here>(k, "m", () => m), enter, exit, mutex_unlock<Here>(k, "m", () => m)];
	for (let i = 0; i < tasks; i++) spawn(k, sys, `task${i}`, body, { sleeps: true });
	return observe(sys, {
		allows: {
			"all have been inside": { end: ({ s }) => s.over === tasks },
			...(cpus > 1 || preempt !== "none" ? { "one sleeps meanwhile": ({ s }: Pick<Here, "s">) => s.waited } : {}),
		},
		forbids: {
			"two are inside": ({ s }) => s.inside > 1,
			"one is left": { end: ({ s }) => s.over < tasks },
		},
	});
};

litmus("LK5", "a mutex has one owner at a time, and who waits for it sleeps", {
	"under FULL, on one CPU": excluding("full", 1, 2),
	"under NONE, on two": excluding("none", 2, 3),
	"on RT": excluding("rt", 2, 2),
});

/** A task of one CPU sleeps while one of the other has the mutex, which lets go of it and then does `then`. */
function contended(preempt: Preempt, then: "lock" | "trylock", options: { steals?: number; fifo?: number } = {}) {
	const { steals = 0, fifo = 0 } = options;
	const k = new Kernel({ cpus: 2, preempt });
	const sys = k.system({ state: { got: bool, refused: bool, over: bool } });
	type Here = In<typeof sys>;
	const m = mutex(k, "m");
	const [lock, unlock] = [mutex_lock<Here>(k, "m", () => m), mutex_unlock<Here>(k, "m", () => m)];
	const over: Stmt<Here> = step("over", ({ s }) => {
		s.over = true;
	});
	const waiter = spawn(k, sys, "waiter", [lock, over, unlock], { boundTo: k.Cpu.id(0), sleeps: true });
	const asleep: Stmt<Here> = waitUntil("it sleeps", ({ s }) => s.context[waiter].waits_on === m);
	const tries: Stmt<Here> = step("trylock", (c) => {
		// Where the other has not run since.
		if (c.s.over) return;
		if (mutex_trylock(k, c, m)) c.s.got = true;
		else c.s.refused = true;
	});
	const again: Stmt<Here> = step("again", ({ s }) => {
		s.got ||= !s.over;
	});
	const owns = [lock, asleep, unlock];
	const stolen = Array.from({ length: steals }, () => owns).flat();
	const last = then === "lock" ? [lock, again] : [tries];
	spawn(k, sys, "owner", [...owns, ...stolen, ...last], { boundTo: k.Cpu.id(1), sleeps: true, fifo });
	const got = { "it has it before": ({ s }: Pick<Here, "s">) => s.got };
	const refused = { "it has not": ({ s }: Pick<Here, "s">) => s.refused };
	return { sys, got, refused };
}

test.each(["full", "none"] as const)(
	"LK5: under %s one that comes just then may steal the mutex, but only once",
	(preempt) => {
		for (const then of ["lock", "trylock"] as const) {
			const { sys, got } = contended(preempt, then);
			expect(failures(observe(sys, { allows: got }))).toEqual([]);
			const twice = contended(preempt, then, { steals: 1 });
			expect(
				failures(observe(twice.sys, { forbids: twice.got, allows: then === "lock" ? {} : twice.refused })),
			).toEqual([]);
		}
	},
);

test("LK5: on RT none steals it but one of a higher priority", () => {
	for (const then of ["lock", "trylock"] as const) {
		const fair = contended("rt", then);
		expect(failures(observe(fair.sys, { forbids: fair.got, allows: then === "lock" ? {} : fair.refused }))).toEqual([]);
		const higher = contended("rt", then, { steals: 1, fifo: 1 });
		expect(failures(observe(higher.sys, { allows: higher.got }))).toEqual([]);
	}
});

test("LK5: who was handed the mutex lets go of it for all", () => {
	const k = new Kernel({ cpus: 3, preempt: "none" });
	const sys = k.system({ state: { over: bool, stolen: bool, got: bool } });
	type Here = In<typeof sys>;
	const m = mutex(k, "m");
	const [lock, unlock] = [mutex_lock<Here>(k, "m", () => m), mutex_unlock<Here>(k, "m", () => m)];
	const sleeps = (task: () => Id<"context">, label: string): Stmt<Here> =>
		waitUntil(label, ({ s }) => s.context[task()].waits_on === m);
	const tries: Stmt<Here> = step("trylock", (c) => {
		if (c.s.stolen && !c.s.over) c.s.got = mutex_trylock(k, c, m);
	});
	const over: Stmt<Here> = step("over", ({ s }) => {
		s.over = true;
	});
	const stolen: Stmt<Here> = step("stolen from the first", ({ s }) => {
		s.stolen = true;
	});
	let second: Id<"context">;
	const bothSleep = sleeps(() => second, "both sleep");
	const first = spawn(k, sys, "first", [lock, unlock, tries], { boundTo: k.Cpu.id(0), sleeps: true });
	const firstSleeps = sleeps(() => first, "the first sleeps");
	second = spawn(k, sys, "second", [firstSleeps, lock, over, unlock], { boundTo: k.Cpu.id(1), sleeps: true });
	const owner = [lock, bothSleep, unlock, lock, firstSleeps, stolen, unlock];
	spawn(k, sys, "owner", owner, { boundTo: k.Cpu.id(2), sleeps: true });
	expect(failures(observe(sys, { allows: { "it is stolen from the next": ({ s }) => s.got } }))).toEqual([]);
});

/** Two tasks wait, of which the second has the given priority. */
const inTurn = (preempt: Preempt, fifo: number, late: boolean) => (variant: Variant) => {
	const k = new Kernel({ cpus: 3, preempt, ...variant });
	const sys = k.system({ state: { came: range(0, 2), over: range(0, 2), late: bool } });
	type Here = In<typeof sys>;
	const m = mutex(k, "m");
	const [lock, unlock] = [mutex_lock<Here>(k, "m", () => m), mutex_unlock<Here>(k, "m", () => m)];
	const comes = (n: number): Stmt<Here> =>
		waitUntil(
			"comes in its turn",
			({ s }) => s.came === n && s.wait_queue[m].owner !== null && waits(s) === n,
			({ s }) => {
				s.came++;
			},
		);
	const over = (n: number): Stmt<Here> =>
		step("over", ({ s }) => {
			s.late ||= s.over !== n;
			s.over++;
		});
	const waits = (s: Here["s"]): number => k.tasks.filter((id) => s.context[id].waits_on === m).length;
	spawn(k, sys, "first", [comes(0), lock, over(0), unlock], { boundTo: k.Cpu.id(0), sleeps: true });
	spawn(k, sys, "second", [comes(1), lock, over(1), unlock], { boundTo: k.Cpu.id(2), sleeps: true, fifo });
	const both: Stmt<Here> = waitUntil("both sleep", ({ s }) => waits(s) === 2);
	spawn(k, sys, "owner", [lock, both, unlock], { boundTo: k.Cpu.id(1), sleeps: true });
	const outcome = { "the second is first": ({ s }: Pick<Here, "s">) => s.late };
	const left = { "one is left": { end: ({ s }: Pick<Here, "s">) => s.over < 2 } };
	return observe(sys, late ? { allows: outcome, forbids: left } : { forbids: { ...left, ...outcome } });
};

litmus("LK5", "who has waited longest has it next; on RT who has the highest priority", {
	"under FULL": inTurn("full", 0, false),
	"on RT": inTurn("rt", 0, false),
});

test("LK5: a higher priority goes first on RT alone", () => {
	expect(failures(inTurn("full", 1, false)({}))).toEqual([]);
	expect(failures(inTurn("rt", 1, true)({}))).toEqual([]);
});

test("LK5: who sleeps keeps its CPU from nobody", () => {
	const k = new Kernel({ cpus: 1, preempt: "none" });
	const sys = k.system({ state: { both: bool } });
	type Here = In<typeof sys>;
	const [a, b] = [mutex(k, "a"), mutex(k, "b")];
	const lock = (m: typeof a, name: string) => mutex_lock<Here>(k, name, () => m);
	const unlock = (m: typeof a, name: string) => mutex_unlock<Here>(k, name, () => m);
	const both: Stmt<Here> = step("both", ({ s }) => {
		s.both = true;
	});
	// Only where one sleeps can the other come to its second lock.
	spawn(k, sys, "one", [lock(a, "a"), unlock(a, "a"), lock(b, "b"), both], { sleeps: true });
	spawn(k, sys, "other", [lock(b, "b"), lock(a, "a"), unlock(a, "a"), unlock(b, "b")], { sleeps: true });
	const experiment = observe(sys, {
		allows: { "it has had both": { end: ({ s }) => s.both } },
		forbids: { "it has not": { end: ({ s }) => !s.both } },
	});
	expect(failures(experiment)).toEqual([]);
});

test("LK5, P14: two that take two mutexes in opposite orders may wait for ever; the owner that takes it again does", () => {
	const k = new Kernel({ cpus: 2, preempt: "full" });
	const sys = k.system({ state: { over: bool } });
	type Here = In<typeof sys>;
	const [a, b] = [mutex(k, "a"), mutex(k, "b")];
	const lock = (m: typeof a, name: string) => mutex_lock<Here>(k, name, () => m);
	const over: Stmt<Here> = step("over", ({ s }) => {
		s.over = true;
	});
	spawn(k, sys, "one", [lock(a, "a"), lock(b, "b"), over], { sleeps: true });
	spawn(k, sys, "other", [lock(b, "b"), lock(a, "a"), over], { sleeps: true });
	const dead = ({ s }: Pick<Here, "s">): boolean => !s.over && k.tasks.every((t) => s.context[t].waits_on !== null);
	expect(failures(observe(sys, { allows: { "both wait": { end: dead } } }))).toEqual([]);

	const k2 = new Kernel({ cpus: 1, preempt: "full" });
	const sys2 = k2.system();
	const m = mutex(k2, "m");
	const again = mutex_lock(k2, "m", () => m);
	spawn(k2, sys2, "task", [again, again], { sleeps: true });
	expect(failures(observe(sys2, { reports: ["P14"] }))).toEqual([]);
});

test("LK5: its owner may sleep, on RT too", () => {
	for (const preempt of ["full", "rt"] as const) {
		const k = new Kernel({ cpus: 1, preempt });
		const sys = k.system({ state: { over: bool } });
		type Here = In<typeof sys>;
		const [m, x] = [mutex(k, "m"), completion(k, "x")];
		const over: Stmt<Here> = step("over", ({ s }) => {
			s.over = true;
		});
		const wait: Stmt<Here> = wait_for_completion(k, "x", () => x);
		spawn(k, sys, "owner", [mutex_lock<Here>(k, "m", () => m), wait, over], { sleeps: true });
		spawn(k, sys, "other", [step("complete(&x)", (c) => complete(k, c, x))]);
		expect(failures(observe(sys, { forbids: { "it does not end": { end: ({ s }) => !s.over } } }))).toEqual([]);
	}
});

test.each([
	["preemption off", (k: Kernel) => preempt_disable(k)],
	["interrupts off", (k: Kernel) => local_irq_disable(k)],
	[
		"a spinlock held",
		(k: Kernel) => {
			const lock = spinlock(k, "lock");
			return spin_lock(k, "lock", () => lock);
		},
	],
])("LK5, PR1: to lock one with %s is an error, also where nobody has it", (_, enter) => {
	for (const preempt of ["full", "rt"] as const) {
		const k = new Kernel({ cpus: 1, preempt });
		const sys = k.system();
		const m = mutex(k, "m");
		spawn(k, sys, "task", [enter(k), mutex_lock(k, "m", () => m)], { sleeps: true });
		expect(failures(observe(sys, { reports: ["P15"] }))).toEqual([]);
	}
});

test("LK5: mutex_trylock() does not sleep; only the owner unlocks", () => {
	const k = new Kernel({ cpus: 1, preempt: "full" });
	const sys = k.system({ state: { got: range(0, 2), refused: bool } });
	type Here = In<typeof sys>;
	const m = mutex(k, "m");
	const tries: Stmt<Here> = step("mutex_trylock(&m)", (c) => {
		if (mutex_trylock(k, c, m)) c.s.got++;
		else c.s.refused = true;
	});
	for (const name of ["one", "other"]) spawn(k, sys, name, [tries]);
	const experiment = observe(sys, {
		allows: { "one has it": { end: ({ s }) => s.got === 1 && s.refused } },
		forbids: { "both have it": ({ s }) => s.got > 1 },
	});
	expect(failures(experiment)).toEqual([]);

	const k2 = new Kernel({ cpus: 1, preempt: "full" });
	const sys2 = k2.system();
	const m2 = mutex(k2, "m");
	spawn(k2, sys2, "task", [mutex_unlock(k2, "m", () => m2)]);
	expect(failures(observe(sys2, {})).join()).toContain("m is unlocked by task, which does not hold it");
});
