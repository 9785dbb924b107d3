// WQ4, WQ7, WQ8: who may run an item when memory is short.
import { expect, test } from "vitest";
import { addWorkers, Kernel, queue_work_on, schedule, wake_up_process } from "../../src/kernel/index.ts";
import { bool, call, type Id, type In, maybe, range, type Stmt, step, waitUntil } from "../../src/lang/index.ts";
import { failures, litmus, observe, spawn } from "./litmus.ts";

litmus("WQ4", "an item that is queued again while it runs waits for who runs it", {
	"where there is a rescuer": (variant) => {
		const k = new Kernel({ cpus: 2, works: 1, preempt: "none", ...variant });
		const sys = k.system({
			state: { sleeper: maybe(k.Context), running: range(0, 2), runs: range(0, 2), memory: bool },
		});
		const [cpu0, work] = [k.Cpu.id(0), k.Work.add("work")];
		const queue = queue_work_on(k);
		const fn = sys.routine("work_fn", { args: { work: k.Work } }, [
			step("begins", ({ s, me }) => {
				s.running++;
				if (s.sleeper !== null) return;
				s.sleeper = me.id;
				me.state = "UNINTERRUPTIBLE";
			}),
			schedule(k),
			step("ends", ({ s }) => {
				s.running--;
				s.runs++;
			}),
		]);
		type Here = In<typeof sys>;
		const asleep: Stmt<Here> = waitUntil("it sleeps", ({ s }) => s.sleeper !== null && !s.context[s.sleeper].on_rq);
		const hasMemory: Stmt<Here> = step("memory", ({ s }) => {
			s.memory = true;
		});
		const wake: Stmt<Here> = step("wake_up_process(sleeper)", (c) => {
			if (c.s.sleeper !== null) wake_up_process(k, c, c.s.sleeper);
		});
		const again = call<Here, { cpu: typeof cpu0; work: typeof work }, boolean, string>(queue, () => ({
			cpu: cpu0,
			work,
		}));
		spawn(k, sys, "task", [again, asleep, again, hasMemory, wake], { boundTo: k.Cpu.id(1) });
		addWorkers(k, sys, { fn }, () => "fn", {
			perPool: 2,
			createBlocked: (s) => !(s as unknown as Here["s"]).memory,
			rescued: () => true,
		});
		return observe(sys, {
			allows: { "it runs twice": { end: ({ s }) => s.runs === 2 } },
			forbids: { "it runs twice at a time": ({ s }) => s.running === 2 },
		});
	},
});

test("WQ2: an item that the rescuer runs for one pool, queued on another CPU, waits for it", () => {
	const k = new Kernel({ cpus: 2, works: 1, preempt: "none" });
	const sys = k.system({ state: { memory: bool, running: range(0, 2), runs: range(0, 2) } });
	const [cpu0, cpu1, work] = [k.Cpu.id(0), k.Cpu.id(1), k.Work.add("work")];
	const fn = sys.routine("work_fn", { args: { work: k.Work } }, [
		step("begins", ({ s }) => {
			s.running++;
		}),
		step("ends", ({ s }) => {
			s.running--;
			s.runs++;
		}),
	]);
	type Here = In<typeof sys>;
	const queue = queue_work_on(k);
	const queued = (cpu: typeof cpu0): Stmt<Here> => call(queue, () => ({ cpu, work }));
	const hasMemory: Stmt<Here> = waitUntil(
		"the rescuer runs it, and there is memory",
		({ s }) => s.running > 0,
		({ s }) => {
			s.memory = true;
		},
	);
	spawn(k, sys, "task", [queued(cpu0), hasMemory, queued(cpu1)], { boundTo: cpu1 });
	addWorkers(k, sys, { fn }, () => "fn", {
		createBlocked: (s) => !(s as unknown as Here["s"]).memory,
		rescued: () => true,
	});
	const experiment = observe(sys, {
		allows: { "it runs twice": { end: ({ s }) => s.runs === 2 } },
		forbids: { "it runs twice at a time": ({ s }) => s.running === 2 },
	});
	expect(failures(experiment)).toEqual([]);
});

test("WQ8: the rescuer does not come while a worker of the pool is running, and sleeps when it has come", () => {
	const k = new Kernel({ cpus: 2, works: 2, preempt: "full" });
	const sys = k.system({
		state: { sleeper: maybe(k.Context), back: bool, alone: bool, done: bool, rescued: bool, early: bool },
	});
	const [cpu0, cpu1, a, b] = [k.Cpu.id(0), k.Cpu.id(1), k.Work.add("a"), k.Work.add("b")];
	type Here = In<typeof sys>;
	const rescuer = (): Id<"context"> => k.rescuers[cpu0] as Id<"context">;
	const a_fn = sys.routine("a_fn", { args: { work: k.Work } }, [
		step("a sleeps", ({ s, me }) => {
			s.sleeper = me.id;
			me.state = "UNINTERRUPTIBLE";
		}),
		schedule(k),
		step("a is back", ({ s }) => {
			s.back = true;
			s.alone = s.pool[cpu0].worklist.includes(b) && !s.context[rescuer()].on_rq;
		}),
		step("a ends", ({ s }) => {
			s.done = true;
		}),
	]);
	const b_fn = sys.routine("b_fn", { args: { work: k.Work } }, [
		step("b", ({ s, me }) => {
			s.rescued = me.id === rescuer() && !s.back;
			s.early = s.alone && !s.done;
		}),
	]);
	const queue = queue_work_on(k);
	const queued = (work: typeof a): Stmt<Here> => call(queue, () => ({ cpu: cpu0, work }));
	const asleep: Stmt<Here> = waitUntil("a sleeps", ({ s }) => s.sleeper !== null && !s.context[s.sleeper].on_rq);
	const wake: Stmt<Here> = step("wake_up_process(sleeper)", (c) => {
		if (c.s.sleeper !== null) wake_up_process(k, c, c.s.sleeper);
	});
	spawn(k, sys, "task", [queued(a), asleep, queued(b), wake], { boundTo: cpu1 });
	addWorkers(k, sys, { a_fn, b_fn }, (work) => (work === a ? "a_fn" : "b_fn"), {
		perPool: 2,
		createBlocked: () => true,
		rescued: () => true,
	});
	const experiment = observe(sys, {
		allows: { "it comes before": ({ s }) => s.rescued, "it has not come by then": ({ s }) => s.alone },
		forbids: {
			"it comes while the worker is running": ({ s }) => s.early,
			"it stays awake": { end: ({ s }) => s.context[rescuer()].on_rq },
		},
	});
	expect(failures(experiment)).toEqual([]);
});

test("WQ7: who waits for memory to create a worker goes on when there is some", () => {
	const k = new Kernel({ cpus: 2, works: 1, preempt: "none" });
	const sys = k.system({ state: { memory: bool, waited: bool, ran: bool } });
	const [cpu0, cpu1, work] = [k.Cpu.id(0), k.Cpu.id(1), k.Work.add("work")];
	const fn = sys.routine("work_fn", { args: { work: k.Work } }, [
		step("runs", ({ s }) => {
			s.ran = true;
		}),
	]);
	type Here = In<typeof sys>;
	const queue = queue_work_on(k);
	const waits = ({ s }: Pick<Here, "s">): boolean => k.pools[cpu0]?.some((id) => s.context[id].sleeping) === true;
	const hasMemory: Stmt<Here> = step("memory", (c) => {
		c.s.waited = waits(c);
		c.s.memory = true;
	});
	const queued: Stmt<Here> = call(queue, () => ({ cpu: cpu0, work }));
	spawn(k, sys, "task", [queued, hasMemory], { boundTo: cpu1 });
	addWorkers(k, sys, { fn }, () => "fn", { createBlocked: (s) => !(s as unknown as Here["s"]).memory });
	const experiment = observe(sys, {
		allows: { "it has waited": { end: ({ s }) => s.waited && s.ran } },
		forbids: { "the item is left": { end: ({ s }) => !s.ran } },
	});
	expect(failures(experiment)).toEqual([]);
});

test("WQ5, WQ7: a worker that has ended an item needs no memory for the next", () => {
	const k = new Kernel({ cpus: 2, works: 3, preempt: "none" });
	const sys = k.system({ state: { sleeper: maybe(k.Context), short: bool, done: range(0, 3) } });
	const [cpu0, a, b, c] = [k.Cpu.id(0), k.Work.add("a"), k.Work.add("b"), k.Work.add("c")];
	type Here = In<typeof sys>;
	const queue = queue_work_on(k);
	const sleeps = sys.routine("a_fn", { args: { work: k.Work } }, [
		step("a sleeps", ({ s, me }) => {
			s.sleeper = me.id;
			me.state = "UNINTERRUPTIBLE";
		}),
		schedule(k),
		step("a ends", ({ s }) => {
			s.done++;
		}),
	]);
	const takes = sys.routine("b_fn", { args: { work: k.Work } }, [
		step("b takes all memory", ({ s }) => {
			s.short = true;
			s.done++;
		}),
	]);
	const wakes = sys.routine("c_fn", { args: { work: k.Work } }, [
		step("c wakes a", (v) => {
			v.s.done++;
			if (v.s.sleeper !== null) wake_up_process(k, v, v.s.sleeper);
		}),
	]);
	const asleep: Stmt<Here> = waitUntil("a sleeps", ({ s }) => s.sleeper !== null && !s.context[s.sleeper].on_rq);
	const queued = (work: typeof a): Stmt<Here> => call(queue, () => ({ cpu: cpu0, work }));
	spawn(k, sys, "task", [queued(a), asleep, queued(b), queued(c)], { boundTo: k.Cpu.id(1) });
	addWorkers(k, sys, { sleeps, takes, wakes }, (work) => (work === a ? "sleeps" : work === b ? "takes" : "wakes"), {
		perPool: 2,
		createBlocked: (s) => (s as unknown as Here["s"]).short,
	});
	const both = { end: ({ s }: Pick<Here, "s">) => s.done === 3 };
	// Where c is queued when b's worker has gone idle already, that one needs memory.
	expect(failures(observe(sys, { allows: { "all run": both } }))).toEqual([]);
});

test("WQ7: who waits for memory to create a worker is not woken for an item, nor the rescuer: another that is idle is", () => {
	const k = new Kernel({ cpus: 2, works: 4, preempt: "none" });
	const sys = k.system({ state: { w: maybe(k.Context), x: maybe(k.Context), short: bool, z: maybe(k.Context) } });
	type Here = In<typeof sys>;
	const [w, x, y, z] = ["w", "x", "y", "z"].map((name) => k.Work.add(name)) as [W, W, W, W];
	type W = Id<"work">;
	const args = { args: { work: k.Work } };
	const sleeper = (name: "w" | "x") =>
		sys.routine(`${name}_fn`, args, [
			step(`${name} sleeps`, ({ s, me }) => {
				s[name] = me.id;
				me.state = "UNINTERRUPTIBLE";
			}),
			schedule(k),
		]);
	const y_fn = sys.routine("y_fn", args, [step("y", () => {})]);
	const z_fn = sys.routine("z_fn", args, [
		step("z", ({ s, me }) => {
			s.z = me.id;
		}),
	]);
	const functions = { w_fn: sleeper("w"), x_fn: sleeper("x"), y_fn, z_fn };
	const queue = queue_work_on(k);
	const queued = (work: W): Stmt<Here> => call(queue, () => ({ cpu: k.Cpu.id(0), work }));
	const until = (what: string, holds: (c: Here) => boolean): Stmt<Here> => waitUntil(what, holds);
	const wake = (name: "w" | "x"): Stmt<Here> =>
		step(`wake_up_process(${name})`, (c) => {
			const id = c.s[name];
			if (id !== null) wake_up_process(k, c, id);
		});
	const isIdle = ({ s }: Here, id: Id<"context"> | null): boolean =>
		id !== null && !s.context[id].on_rq && s.context[id].current_work === null;
	const short: Stmt<Here> = step("memory is short", ({ s }) => {
		s.short = true;
	});
	const asleep = (name: "w" | "x") => until(`${name} sleeps`, ({ s }) => s[name] !== null && !s.context[s[name]].on_rq);
	spawn(
		k,
		sys,
		"task",
		[
			...[queued(w), asleep("w"), queued(x), asleep("x"), wake("w"), until("w has ended", (c) => isIdle(c, c.s.w))],
			...[short, queued(y), until("its worker waits", ({ s }) => s.w !== null && s.context[s.w].waits_on !== null)],
			...[wake("x"), until("x and y have ended", (c) => isIdle(c, c.s.x)), queued(z)],
		],
		{ boundTo: k.Cpu.id(1) },
	);
	addWorkers(k, sys, functions, (work) => (["w_fn", "x_fn", "y_fn", "z_fn"] as const)[work] as string, {
		perPool: 2,
		createBlocked: (s) => (s as unknown as Here["s"]).short,
		rescued: (work) => work === z,
	});
	const experiment = observe(sys, {
		forbids: {
			"z is not run": { end: ({ s }) => s.z === null },
			"the rescuer runs it": ({ s }) => s.z !== null && k.rescuers.includes(s.z),
		},
	});
	expect(failures(experiment)).toEqual([]);
});
