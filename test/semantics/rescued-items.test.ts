// WQ8: what a rescuer takes, one after the other, and when it comes.
import { expect, test } from "vitest";
import {
	addWorkers,
	flush_work,
	Kernel,
	queue_work_on,
	wait_event,
	wait_queue_head,
	wake_up,
} from "../../src/kernel/index.ts";
import { bool, call, type In, maybe, range, type Stmt, step, waitUntil } from "../../src/lang/index.ts";
import { failures, observe, spawn } from "./litmus.ts";

/** The rescuer takes two items, of which the first looks whether the second has run. */
function twoRescued(first: "sleeps" | "ends") {
	const k = new Kernel({ cpus: 2, works: 2, preempt: "none" });
	const sys = k.system({
		state: { memory: bool, begun: bool, ended: bool, second: bool, behind: bool, between: bool, by: maybe(k.Context) },
	});
	type Here = In<typeof sys>;
	const [cpu0, cpu1, a, b] = [k.Cpu.id(0), k.Cpu.id(1), k.Work.add("a"), k.Work.add("b")];
	const wq = wait_queue_head(k, "wq");
	const a_fn = sys.routine("a_fn", { args: { work: k.Work } }, [
		step("a begins", ({ s, me }) => {
			s.begun = true;
			s.by = me.id;
			s.behind = s.work[b].rescued;
		}),
		...(first === "sleeps"
			? [wait_event(k, { wq, until: "second" }, ({ s }) => (s as unknown as Here["s"]).second)]
			: []),
		step("a ends", ({ s }) => {
			s.ended = true;
		}),
	]);
	const b_fn = sys.routine("b_fn", { args: { work: k.Work } }, [
		step("b", (c) => {
			const { s, me } = c;
			s.second = true;
			if (me.id !== s.by) s.by = null;
			wake_up(k, c, wq);
		}),
	]);
	const queue = queue_work_on(k);
	const queued = (work: typeof a): Stmt<Here> => call(queue, () => ({ cpu: cpu0, work }));
	const begun: Stmt<Here> = waitUntil("a has begun", ({ s }) => s.begun);
	const hasMemory: Stmt<Here> = step("memory", ({ s }) => {
		s.memory = true;
	});
	spawn(k, sys, "task", [queued(a), queued(b), begun, hasMemory], { boundTo: cpu1 });
	const other: Stmt<Here> = step("another task of CPU 0", ({ s }) => {
		s.between = s.ended && !s.second && s.behind;
	});
	if (first === "ends") spawn(k, sys, "other", [other], { boundTo: cpu0 });
	addWorkers(k, sys, { a_fn, b_fn }, (work) => (work === a ? "a_fn" : "b_fn"), {
		createBlocked: (s) => !(s as unknown as Here["s"]).memory,
		rescued: () => true,
	});
	return { k, sys };
}

test("WQ8: what the rescuer has taken, it alone executes, whatever memory there is meanwhile", () => {
	const { sys } = twoRescued("sleeps");
	const experiment = observe(sys, {
		allows: {
			"the second waits behind the first, which waits for it": { end: ({ s }) => s.behind && !s.second },
			"a worker executes it, which was queued later": { end: ({ s }) => !s.behind && s.ended && s.by === null },
		},
		forbids: { "a worker executes what it has taken": ({ s }) => s.behind && s.second },
	});
	expect(failures(experiment)).toEqual([]);
});

test("WQ5: the rescuer offers its CPU after each item, too", () => {
	const { k, sys } = twoRescued("ends");
	const experiment = observe(sys, {
		allows: {
			"another task runs between two items": ({ s }) => s.between,
			"one mayday is enough for both": {
				end: ({ s }) => s.second && s.behind && s.by !== null && k.rescuers.includes(s.by),
			},
		},
		forbids: { "the second is left": { end: ({ s }) => !s.second } },
	});
	expect(failures(experiment)).toEqual([]);
});

test("WQ8: the rescuer comes once for a mayday, and what is queued when there is memory again is for workers", () => {
	const k = new Kernel({ cpus: 2, works: 2, preempt: "none" });
	const sys = k.system({ state: { memory: bool, a: maybe(k.Context), b: maybe(k.Context) } });
	type Here = In<typeof sys>;
	const [cpu0, cpu1, a, b] = [k.Cpu.id(0), k.Cpu.id(1), k.Work.add("a"), k.Work.add("b")];
	const fn = sys.routine("fn", { args: { work: k.Work } }, [
		step("fn", ({ s, f, me }) => {
			s[f.work === a ? "a" : "b"] = me.id;
		}),
		step("fn ends", () => {}),
	]);
	const queue = queue_work_on(k);
	const queued = (work: typeof a): Stmt<Here> => call(queue, () => ({ cpu: cpu0, work }));
	const isRescuer = (id: Here["s"]["a"]): boolean => id !== null && k.rescuers.includes(id);
	const isCalm = ({ s }: Here): boolean => k.tasks.every((id) => s.context[id].waits_on === null);
	const hasMemory: Stmt<Here> = step("memory", ({ s }) => {
		s.memory = true;
	});
	const begun: Stmt<Here> = waitUntil("the rescuer runs a, or has", ({ s }) => isRescuer(s.a));
	const noneWaits: Stmt<Here> = waitUntil("nobody waits for memory", isCalm);
	spawn(k, sys, "task", [queued(a), begun, hasMemory, noneWaits, queued(b)], { boundTo: cpu1 });
	addWorkers(k, sys, { fn }, () => "fn", {
		createBlocked: (s) => !(s as unknown as Here["s"]).memory,
		rescued: () => true,
	});
	const experiment = observe(sys, {
		allows: { "a worker runs b": ({ s }) => s.b !== null && !isRescuer(s.b) },
		forbids: { "the rescuer does": ({ s }) => isRescuer(s.b) },
	});
	expect(failures(experiment)).toEqual([]);
});

test("WQ8: where two pools ask for it, the rescuer goes to one after the other", () => {
	const k = new Kernel({ cpus: 2, works: 2, preempt: "none" });
	const sys = k.system({ state: { running: range(0, 2), done: range(0, 2) } });
	type Here = In<typeof sys>;
	const [cpu0, cpu1, a, b] = [k.Cpu.id(0), k.Cpu.id(1), k.Work.add("a"), k.Work.add("b")];
	const fn = sys.routine("fn", { args: { work: k.Work } }, [
		step("fn begins", ({ s }) => {
			s.running++;
		}),
		step("fn ends", ({ s }) => {
			s.running--;
			s.done++;
		}),
	]);
	const queue = queue_work_on(k);
	const queued = (cpu: typeof cpu0, work: typeof a): Stmt<Here> => call(queue, () => ({ cpu, work }));
	spawn(k, sys, "task", [queued(cpu0, a), queued(cpu1, b)], { boundTo: cpu1 });
	addWorkers(k, sys, { fn }, () => "fn", { createBlocked: () => true, rescued: () => true });
	const bothAsk = ({ s }: Pick<Here, "s">): boolean => s.pool[cpu0].mayday && s.pool[cpu1].mayday;
	const experiment = observe(sys, {
		allows: { "both ask": bothAsk },
		forbids: {
			"it is in two places": ({ s }) => s.running > 1,
			"one is left": { end: ({ s }) => s.done < 2 },
		},
	});
	expect(failures(experiment)).toEqual([]);
});

test("WQ8: a rescuer that comes in vain sleeps again", () => {
	const k = new Kernel({ cpus: 2, works: 1, preempt: "none" });
	const sys = k.system({ state: { memory: bool, by: maybe(k.Context) } });
	type Here = In<typeof sys>;
	const [cpu0, cpu1, a] = [k.Cpu.id(0), k.Cpu.id(1), k.Work.add("a")];
	const fn = sys.routine("fn", { args: { work: k.Work } }, [
		step("fn", ({ s, me }) => {
			s.by = me.id;
		}),
	]);
	const queue = queue_work_on(k);
	const queued: Stmt<Here> = call(queue, () => ({ cpu: cpu0, work: a }));
	const mayday: Stmt<Here> = waitUntil("mayday", ({ s }) => s.pool[cpu0].mayday);
	const hasMemory: Stmt<Here> = step("memory", ({ s }) => {
		s.memory = true;
	});
	spawn(k, sys, "task", [queued, mayday, hasMemory], { boundTo: cpu1 });
	addWorkers(k, sys, { fn }, () => "fn", {
		createBlocked: (s) => !(s as unknown as Here["s"]).memory,
		rescued: () => true,
	});
	const isRescuers = ({ s }: Pick<Here, "s">): boolean => s.by !== null && k.rescuers.includes(s.by);
	const experiment = observe(sys, {
		allows: {
			"it has run the item": { end: (c) => isRescuers(c) },
			"a worker has, before it came": { end: (c) => c.s.memory && !isRescuers(c) },
		},
		forbids: { "the mayday stays": { end: ({ s }) => s.pool[cpu0].mayday } },
	});
	expect(failures(experiment)).toEqual([]);
});

test("WQ8, WQ12: who flushes the first of two items that the rescuer has taken does not wait for the second", () => {
	const k = new Kernel({ cpus: 2, works: 2, preempt: "none" });
	const sys = k.system({ state: { taken: bool, flushed: bool } });
	type Here = In<typeof sys>;
	const [cpu0, cpu1, a, b] = [k.Cpu.id(0), k.Cpu.id(1), k.Work.add("a"), k.Work.add("b")];
	const wq = wait_queue_head(k, "wq");
	const isFlushed = ({ s }: Pick<Here, "s">): boolean => (s as unknown as Here["s"]).flushed;
	const a_fn = sys.routine("a_fn", { args: { work: k.Work } }, [
		step("a", ({ s }) => {
			s.taken = s.work[b].rescued;
		}),
	]);
	const b_fn = sys.routine("b_fn", { args: { work: k.Work } }, [wait_event(k, { wq, until: "flushed" }, isFlushed)]);
	const [queue, flush] = [queue_work_on(k), flush_work(k)];
	const queued = (work: typeof a): Stmt<Here> => call(queue, () => ({ cpu: cpu0, work }));
	const flushed: Stmt<Here> = step("flushed", (c) => {
		c.s.flushed = true;
		wake_up(k, c, wq);
	});
	spawn(k, sys, "task", [queued(a), queued(b), call(flush, () => ({ work: a })), flushed], { boundTo: cpu1 });
	addWorkers(k, sys, { a_fn, b_fn }, (work) => (work === a ? "a_fn" : "b_fn"), {
		createBlocked: () => true,
		rescued: () => true,
	});
	const experiment = observe(sys, {
		allows: { "it has taken both": ({ s }) => s.taken },
		forbids: { "all wait": { end: ({ s }) => !s.flushed } },
	});
	expect(failures(experiment)).toEqual([]);
});

test("WQ7: what the rescuer has taken is not said to wait for a worker, where all sleep", () => {
	const k = new Kernel({ cpus: 2, works: 4, preempt: "none" });
	const sys = k.system({ state: { short: bool, begun: bool, taken: bool, asleep: range(0, 2), again: bool } });
	type Here = In<typeof sys>;
	const [cpu0, cpu1] = [k.Cpu.id(0), k.Cpu.id(1)];
	const [a, b, c, d] = [k.Work.add("a"), k.Work.add("b"), k.Work.add("c"), k.Work.add("d")];
	const wq = wait_queue_head(k, "wq");
	const never = wait_event(k, { wq, until: "never" }, () => false);
	const args = { work: k.Work };
	const a_fn = sys.routine("a_fn", { args }, [
		step("a begins", ({ s }) => {
			s.begun = true;
			s.taken = s.work[b].rescued;
		}),
		never,
	]);
	const sleeps = sys.routine("sleeps", { args }, [
		step("asleep", ({ s }) => {
			s.asleep++;
		}),
		never,
	]);
	const queue = queue_work_on(k);
	const queued = (work: typeof a): Stmt<Here> => call(queue, () => ({ cpu: cpu0, work }));
	const until = (label: string, is: (c: Here) => boolean): Stmt<Here> => waitUntil(label, is);
	const short = (value: boolean): Stmt<Here> =>
		step(value ? "memory is short" : "memory", ({ s }) => {
			s.short = value;
		});
	const executing = (s: Here["s"]): number => k.tasks.filter((id) => s.context[id].waits_on !== null).length;
	spawn(
		k,
		sys,
		"task",
		[
			...[queued(c), until("c sleeps", ({ s }) => executing(s) === 1), short(true), queued(a), queued(b)],
			...[until("a has begun, b is taken", ({ s }) => s.begun && s.taken), short(false)],
			...[queued(d), until("d sleeps", ({ s }) => s.asleep === 2 && executing(s) === 3), queued(c)],
			step("c is queued again", ({ s }) => {
				s.again = true;
			}),
		],
		{ boundTo: cpu1 },
	);
	addWorkers(k, sys, { a_fn, sleeps }, (work) => (work === a ? "a_fn" : "sleeps"), {
		perPool: 2,
		createBlocked: (s) => (s as unknown as Here["s"]).short,
		rescued: (work) => work === a || work === b,
	});
	expect(failures(observe(sys, { allows: { "c is queued again": ({ s }) => s.again } }))).toEqual([]);
});
