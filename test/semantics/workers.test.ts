// WQ3–WQ8, WQ11: the workers that execute work items.
import { expect, test } from "vitest";
import {
	type In as Anywhere,
	addHotplug,
	addWorkers,
	cond_resched,
	cpus_read_lock,
	cpus_read_unlock,
	isExecuting,
	Kernel,
	type KernelState,
	type Preempt,
	preempt_disable,
	preempt_enable,
	queue_work,
	queue_work_on,
	schedule,
	set_current_state,
	spin_lock,
	spin_unlock,
	spinlock,
	type Work,
	wake_up_process,
} from "../../src/kernel/index.ts";
import { bool, call, type Id, type In, maybe, oneOf, range, type Stmt, step, waitUntil } from "../../src/lang/index.ts";
import { failures, litmus, observe, spawn, type Variant } from "./litmus.ts";

litmus(
	"WQ3",
	"insertion wakes an idle worker if none is running; so does one that blocks, but not one that is preempted",
	{
		"an item whose function waits for the other's": (variant) => {
			const k = new Kernel({ cpus: 1, works: 2, preempt: "full", ...variant });
			const progress = oneOf("queued", "running", "asleep", "done");
			const sys = k.system({ state: { a: progress, b: progress, sleeper: maybe(k.Context), tooEarly: bool } });
			const [a, b] = [k.Work.add("a"), k.Work.add("b")];
			const queue = queue_work(k);
			const first = sys.routine("a_fn", { args: { work: k.Work } }, [
				step("a begins", ({ s }) => {
					s.a = "running";
				}),
				step("wait_for_completion(b)", ({ s, me }) => {
					s.a = "asleep";
					s.sleeper = me.id;
					me.state = "UNINTERRUPTIBLE";
				}),
				schedule(k),
				step("a ends", ({ s }) => {
					s.a = "done";
				}),
			]);
			const second = sys.routine("b_fn", { args: { work: k.Work } }, [
				step("b begins", ({ s }) => {
					s.b = "running";
					if (s.a === "running" || (s.sleeper !== null && s.context[s.sleeper].on_rq)) s.tooEarly = true;
				}),
				step("complete(b)", (c) => {
					const { s } = c;
					s.b = "done";
					if (s.sleeper !== null) wake_up_process(k, c, s.sleeper);
				}),
			]);
			spawn(k, sys, "task", [call(queue, () => ({ work: a })), call(queue, () => ({ work: b }))]);
			addWorkers(k, sys, { first, second }, (work) => (work === a ? "first" : "second"), { perPool: 2 });
			return observe(sys, {
				allows: {
					"the second runs while the first is asleep": ({ s }) => s.a === "asleep" && s.b === "running",
					"both end": { end: ({ s }) => s.a === "done" && s.b === "done" },
				},
				forbids: {
					"the second begins while the first is running": ({ s }) => s.tooEarly,
					"they wait for ever": { end: ({ s }) => s.a !== "done" || s.b !== "done" },
				},
			});
		},
		"a worker that was woken in its function counts only when it is back on its CPU": (variant) => {
			const k = new Kernel({ cpus: 2, works: 2, preempt: "none", ...variant });
			const progress = oneOf("queued", "running", "asleep", "done");
			const sys = k.system({ state: { a: progress, b: progress, between: bool, tooEarly: bool } });
			const [cpu0, a, b] = [k.Cpu.id(0), k.Work.add("a"), k.Work.add("b")];
			const queue = queue_work_on(k);
			const sleeper = (s: In<typeof sys>["s"]) =>
				k.kworkers.find((id) => s.context[id].state === "UNINTERRUPTIBLE" && !s.context[id].on_rq);
			const first = sys.routine("a_fn", { args: { work: k.Work } }, [
				set_current_state("UNINTERRUPTIBLE"),
				step("a sleeps", ({ s }) => {
					s.a = "asleep";
				}),
				schedule(k),
				step("a goes on", ({ s }) => {
					s.a = "running";
				}),
				cond_resched(k),
				step("a ends", ({ s }) => {
					s.a = "done";
				}),
			]);
			const second = sys.routine("b_fn", { args: { work: k.Work } }, [
				step("b begins", ({ s }) => {
					s.b = "running";
					s.between = s.a === "asleep" && (k.pools[cpu0] ?? []).every((id) => s.context[id].on_rq);
					s.tooEarly = s.a === "running";
				}),
			]);
			spawn(
				k,
				sys,
				"task",
				[
					call(queue, () => ({ cpu: cpu0, work: a })),
					waitUntil(
						"wake_up_process(a)",
						({ s }) => sleeper(s) !== undefined,
						(c) => {
							wake_up_process(k, c, sleeper(c.s) as Id<"context">);
						},
					),
					call(queue, () => ({ cpu: cpu0, work: b })),
				],
				{ boundTo: k.Cpu.id(1) },
			);
			addWorkers(k, sys, { first, second }, (work) => (work === a ? "first" : "second"), { perPool: 2 });
			return observe(sys, {
				allows: { "the second begins before the first goes on": ({ s }) => s.between },
				forbids: { "the second begins while the first is running": ({ s }) => s.tooEarly },
			});
		},
		"a worker that waits for a spinlock_t on RT counts as running": (variant) => {
			const k = new Kernel({ cpus: 2, works: 2, preempt: "rt", ...variant });
			const sys = k.system({ state: { waited: bool, tooEarly: bool, done: range(0, 2) } });
			const [cpu0, a, b, lock] = [k.Cpu.id(0), k.Work.add("a"), k.Work.add("b"), spinlock(k, "lock")];
			const queue = queue_work_on(k);
			const waits = (s: In<typeof sys>["s"]): boolean => k.kworkers.some((id) => s.context[id].waits_for !== null);
			const end = step<In<typeof sys>, string>("ends", ({ s }) => {
				s.done++;
			});
			const first = sys.routine("a_fn", { args: { work: k.Work } }, [
				spin_lock(k, "lock", () => lock),
				spin_unlock(k, "lock", () => lock),
				end,
			]);
			const second = sys.routine("b_fn", { args: { work: k.Work } }, [
				step("b begins", ({ s }) => {
					s.tooEarly = waits(s);
				}),
				end,
			]);
			const look: Stmt<In<typeof sys>> = step("does a wait?", ({ s }) => {
				s.waited = waits(s);
			});
			const cpu1 = { boundTo: k.Cpu.id(1) };
			spawn(k, sys, "owner", [spin_lock(k, "lock", () => lock), look, spin_unlock(k, "lock", () => lock)], cpu1);
			spawn(
				k,
				sys,
				"task",
				[call(queue, () => ({ cpu: cpu0, work: a })), call(queue, () => ({ cpu: cpu0, work: b }))],
				cpu1,
			);
			addWorkers(k, sys, { first, second }, (work) => (work === a ? "first" : "second"), { perPool: 2 });
			return observe(sys, {
				allows: { "the first waits": ({ s }) => s.waited },
				forbids: {
					"the second begins while the first waits": ({ s }) => s.tooEarly,
					"an item is left": { end: ({ s }) => s.done < 2 },
				},
			});
		},
		"a worker that waits for cpu_hotplug_lock is not running": (variant) => {
			const k = new Kernel({ cpus: 2, works: 2, preempt: "none", hotplug: "down", ...variant });
			const sys = k.system({ state: { beside: bool, done: range(0, 2) } });
			const [cpu0, a, b] = [k.Cpu.id(0), k.Work.add("a"), k.Work.add("b")];
			const queue = queue_work_on(k);
			const waits = (s: In<typeof sys>["s"]): boolean => k.kworkers.some((id) => s.context[id].waits_on !== null);
			const end = step<In<typeof sys>, string>("ends", ({ s }) => {
				s.done++;
			});
			const first = sys.routine("a_fn", { args: { work: k.Work } }, [cpus_read_lock(k), cpus_read_unlock(k), end]);
			const second = sys.routine("b_fn", { args: { work: k.Work } }, [
				step("b begins", ({ s }) => {
					s.beside = waits(s);
				}),
				end,
			]);
			spawn(
				k,
				sys,
				"task",
				[a, b].map((work) => call(queue, () => ({ cpu: cpu0, work }))),
				{ boundTo: cpu0 },
			);
			addWorkers(k, sys, { first, second }, (work) => (work === a ? "first" : "second"), { perPool: 2 });
			addHotplug(k, sys);
			return observe(sys, {
				allows: { "the second begins while the first waits": ({ s }) => s.beside },
				forbids: { "an item is left": { end: ({ s }) => s.done < 2 } },
			});
		},
		"a worker that sleeps in its function is not woken": (variant) => {
			const k = new Kernel({ cpus: 1, works: 2, preempt: "none", ...variant });
			const sys = k.system({ state: { slept: bool, woken: bool } });
			const [a, b] = [k.Work.add("a"), k.Work.add("b")];
			const queue = queue_work(k);
			const fn = sys.routine("work_fn", { args: { work: k.Work } }, [
				set_current_state("UNINTERRUPTIBLE"),
				step("sleeps", ({ s }) => {
					s.slept = true;
				}),
				schedule(k),
				step("woken", ({ s }) => {
					s.woken = true;
				}),
			]);
			spawn(k, sys, "task", [call(queue, () => ({ work: a })), schedule(k), call(queue, () => ({ work: b }))]);
			addWorkers(k, sys, { fn }, () => "fn", { perPool: 2 });
			return observe(sys, {
				allows: { "it sleeps": ({ s }) => s.slept },
				forbids: { "another item wakes it": ({ s }) => s.woken },
			});
		},
	},
);

test("WQ3: nobody is woken while a worker runs, nor where nothing is left", () => {
	const k = new Kernel({ cpus: 1, works: 2, preempt: "full" });
	const sys = k.system({ state: { slept: bool, behind: bool } });
	const works = [k.Work.add("a"), k.Work.add("b")];
	const queue = queue_work(k);
	const fn = sys.routine("work_fn", { args: { work: k.Work } }, [
		step("begins", ({ s }) => {
			s.behind = s.pool[k.Cpu.id(0)].worklist.length > 0;
		}),
		// The last one sleeps.
		step("set_current_state(TASK_UNINTERRUPTIBLE)", ({ s, me }) => {
			if (s.pool[k.Cpu.id(0)].worklist.length > 0) return;
			s.slept = true;
			me.state = "UNINTERRUPTIBLE";
		}),
		schedule(k),
	]);
	const both = works.map((work) => call<Anywhere, { work: Work }, boolean, string>(queue, () => ({ work })));
	spawn(k, sys, "task", [preempt_disable(k), ...both, preempt_enable(k)]);
	addWorkers(k, sys, { fn }, () => "fn", { perPool: 2 });
	const awake = ({ s }: { s: KernelState }) => k.kworkers.filter((id) => s.context[id].on_rq);
	const isIdle = (s: KernelState, id: Id<"context">) => s.context[id].current_work === null;
	const experiment = observe(sys, {
		allows: { "an item waits": ({ s }) => s.behind, "nothing is left, and the worker sleeps": ({ s }) => s.slept },
		forbids: {
			"two are awake": (v) => awake(v).length === 2,
			"another, when the first sleeps": (v) => v.s.slept && awake(v).some((id) => isIdle(v.s, id)),
		},
	});
	expect(failures(experiment)).toEqual([]);
});

litmus("WQ4", "PENDING is cleared before the function is called, so that the item can be queued again while it runs", {
	"a list that is added to while it is processed": (variant) => {
		const k = new Kernel({ cpus: 2, works: 1, preempt: "full", ...variant });
		const sys = k.system({ state: { items: range(0, 2) } });
		const [cpu0, work] = [k.Cpu.id(0), k.Work.add("work")];
		const queue = queue_work_on(k);
		const fn = sys.routine("work_fn", { args: { work: k.Work } }, [
			step("take the list", ({ s }) => {
				s.items = 0;
			}),
			step("process it", () => {}),
		]);
		const add: Stmt<In<typeof sys>> = step("add to the list", ({ s }) => {
			s.items++;
		});
		for (const cpu of k.Cpu.all) spawn(k, sys, `task${cpu}`, [add, call(queue, () => ({ cpu: cpu0, work }))], { cpu });
		addWorkers(k, sys, { fn }, () => "fn");
		return observe(sys, {
			allows: {
				"queued again while it runs": ({ s }) => isExecuting(k, s, cpu0, work) && s.pool[cpu0].worklist.includes(work),
			},
			forbids: { "an item is left": { end: ({ s }) => s.items > 0 } },
		});
	},
	"queued again while its function sleeps, with another worker idle": (variant) => {
		const k = new Kernel({ cpus: 2, works: 1, preempt: "none", ...variant });
		const sys = k.system({ state: { sleeper: maybe(k.Context), running: range(0, 2), runs: range(0, 2) } });
		const [cpu0, work] = [k.Cpu.id(0), k.Work.add("work")];
		const queue = queue_work_on(k);
		const fn = sys.routine("work_fn", { args: { work: k.Work } }, [
			step("begins", ({ s, me }) => {
				s.running++;
				if (s.runs > 0 || s.sleeper !== null) return;
				s.sleeper = me.id;
				me.state = "UNINTERRUPTIBLE";
			}),
			schedule(k),
			step("ends", ({ s }) => {
				s.running--;
				s.runs++;
			}),
		]);
		const asleep = ({ s }: Pick<In<typeof sys>, "s">): boolean => s.sleeper !== null && !s.context[s.sleeper].on_rq;
		const again: Stmt<In<typeof sys>> = waitUntil("it sleeps", asleep);
		const wake: Stmt<In<typeof sys>> = step("wake_up_process(sleeper)", (c) => {
			if (c.s.sleeper !== null) wake_up_process(k, c, c.s.sleeper);
		});
		spawn(
			k,
			sys,
			"task",
			[call(queue, () => ({ cpu: cpu0, work })), again, call(queue, () => ({ cpu: cpu0, work })), wake],
			{ boundTo: k.Cpu.id(1) },
		);
		addWorkers(k, sys, { fn }, () => "fn", { perPool: 2 });
		return observe(sys, {
			allows: { "it runs twice": { end: ({ s }) => s.runs === 2 } },
			forbids: { "it runs twice at a time": ({ s }) => s.running === 2 },
		});
	},
});

/** Two items and a fair task: where the task comes in between. */
const betweenItems = (preempt: Preempt) => (variant: Variant) => {
	const k = new Kernel({ cpus: 1, works: 2, preempt, ...variant });
	const sys = k.system({
		state: { inside: bool, done: range(0, 2), cut: oneOf("not", "inside", "between", "after its end") },
	});
	const [a, b] = [k.Work.add("a"), k.Work.add("b")];
	const queue = queue_work(k);
	const fn = sys.routine("work_fn", { args: { work: k.Work } }, [
		step("begins", ({ s }) => {
			s.inside = true;
		}),
		step("ends", ({ s }) => {
			s.inside = false;
			s.done++;
		}),
	]);
	spawn(k, sys, "task", [call(queue, () => ({ work: a })), call(queue, () => ({ work: b }))]);
	spawn(k, sys, "other", [
		step("other task", ({ s }) => {
			if (s.inside) s.cut = "inside";
			else if (s.done === 1) s.cut = isExecuting(k, s, k.Cpu.id(0), a) ? "between" : "after its end";
		}),
	]);
	addWorkers(k, sys, { fn }, () => "fn");
	return observe(sys, {
		allows: { "another task between two items": ({ s }) => s.cut === "between" },
		forbids: {
			"in the middle of a function": ({ s }) => s.cut === "inside",
			"when the first is not executed any more": ({ s }) => s.cut === "after its end",
			"an item is left": { end: ({ s }) => s.done < 2 },
		},
	});
};

litmus("WQ5", "between items the worker offers its CPU, before the first has ended", {
	NONE: betweenItems("none"),
	VOLUNTARY: betweenItems("voluntary"),
});

const bound = (preempt: Preempt) => (variant: Variant) => {
	const k = new Kernel({ cpus: 2, works: 1, preempt, ...variant });
	const sys = k.system({ state: { on: maybe(k.Cpu), ran: bool, elsewhere: bool, preempted: bool } });
	const [cpu1, work] = [k.Cpu.id(1), k.Work.add("work")];
	const queue = queue_work_on(k);
	const fn = sys.routine("work_fn", { args: { work: k.Work } }, [
		step("begins", ({ s, me }) => {
			s.on = me.cpu;
			s.ran = true;
		}),
		step("ends", ({ s, me }) => {
			s.elsewhere = s.on !== cpu1 || me.cpu !== cpu1;
			s.on = null;
		}),
	]);
	spawn(k, sys, "task", [call(queue, () => ({ cpu: cpu1, work }))]);
	spawn(
		k,
		sys,
		"other",
		[
			step("other task", ({ s, me }) => {
				s.preempted = s.on === me.cpu;
			}),
		],
		{ boundTo: cpu1 },
	);
	addWorkers(k, sys, { fn }, () => "fn");
	const preempted = { "another task in the middle of its function": ({ s }: Pick<In<typeof sys>, "s">) => s.preempted };
	return observe(sys, {
		allows: { "it runs": ({ s }) => s.ran, ...(preempt === "full" ? preempted : {}) },
		forbids: { "on another CPU": ({ s }) => s.elsewhere, ...(preempt === "full" ? {} : preempted) },
	});
};

litmus("WQ6", "a worker is a fair thread bound to its CPU, preemptible as the model allows", {
	NONE: bound("none"),
	FULL: bound("full"),
});

/** On one CPU, `waits` sleeps until `frees` has run; no worker can be created before that, and there is one more. */
const shortOfMemory = (variant: Variant, rescued?: "frees" | "neither") => {
	const k = new Kernel({ cpus: 1, works: 2, preempt: "full", ...variant });
	const progress = oneOf("queued", "running", "done");
	const sys = k.system({ state: { waits: progress, frees: progress, sleeper: maybe(k.Context) } });
	const [waits, frees] = [k.Work.add("waits"), k.Work.add("frees")];
	const queue = queue_work(k);
	const first = sys.routine("waits_fn", { args: { work: k.Work } }, [
		step("wait for memory", ({ s, me }) => {
			s.waits = "running";
			s.sleeper = me.id;
			me.state = s.frees === "done" ? "RUNNING" : "UNINTERRUPTIBLE";
		}),
		schedule(k),
		step("has memory", ({ s }) => {
			s.waits = "done";
		}),
	]);
	const second = sys.routine("frees_fn", { args: { work: k.Work } }, [
		step("free memory", (c) => {
			c.s.frees = "done";
			if (c.s.sleeper !== null) wake_up_process(k, c, c.s.sleeper);
		}),
	]);
	spawn(k, sys, "task", [call(queue, () => ({ work: waits })), call(queue, () => ({ work: frees }))]);
	addWorkers(k, sys, { first, second }, (work) => (work === waits ? "first" : "second"), {
		perPool: 2,
		createBlocked: (s) => (s as unknown as In<typeof sys>["s"]).frees !== "done",
		...(rescued ? { rescued: (work: Work) => rescued === "frees" && work === frees } : {}),
	});
	return { k, sys, stuck: ({ s }: Pick<In<typeof sys>, "s">) => s.waits === "running" && s.frees === "queued" };
};

litmus("WQ7", "the last idle worker starts no item before it has created another, for which it needs memory", {
	"an item that frees memory, behind one that waits for it": (variant) => {
		const { sys, stuck } = shortOfMemory(variant);
		return observe(sys, {
			allows: { "they wait for each other": { end: stuck } },
			forbids: { "the last idle worker starts it": ({ s }) => s.frees === "done" },
		});
	},
	"a rescuer of another workqueue": (variant) => {
		const { sys, stuck } = shortOfMemory(variant, "neither");
		return observe(sys, {
			allows: { "they wait for each other": { end: stuck } },
			forbids: { "the last idle worker starts it": ({ s }) => s.frees === "done" },
		});
	},
});

litmus("WQ8", "the rescuer of a workqueue executes its items where no worker can be created", {
	"an item that frees memory, behind one that waits for it": (variant) => {
		const { k, sys, stuck } = shortOfMemory(variant, "frees");
		return observe(sys, {
			allows: {
				"the rescuer runs it": ({ s }) => k.rescuers.some((id) => s.context[id].current_work !== null),
				"both end": { end: ({ s }) => s.waits === "done" && s.frees === "done" },
			},
			forbids: { "they wait for each other": { end: stuck } },
		});
	},
	"items of two pools": (variant) => {
		const k = new Kernel({ cpus: 2, works: 2, preempt: "full", ...variant });
		const sys = k.system({ state: { running: range(0, 2), done: range(0, 2) } });
		const works = k.Cpu.all.map((cpu) => ({ cpu, work: k.Work.add(`work${cpu}`) }));
		const queue = queue_work_on(k);
		const fn = sys.routine("work_fn", { args: { work: k.Work } }, [
			step("begins", ({ s }) => {
				s.running++;
			}),
			step("ends", ({ s }) => {
				s.running--;
				s.done++;
			}),
		]);
		spawn(
			k,
			sys,
			"task",
			works.map((target) => call(queue, () => target)),
		);
		addWorkers(k, sys, { fn }, () => "fn", { createBlocked: () => true, rescued: () => true });
		return observe(sys, {
			allows: { "both end": { end: ({ s }) => s.done === 2 } },
			forbids: {
				"one rescuer runs both at a time": ({ s }) => s.running === 2,
				"one is left": { end: ({ s }) => s.done < 2 },
			},
		});
	},
});

test("WQ8: it has nothing to do while a worker of the pool runs, for no other is needed, whatever memory there is", () => {
	const k = new Kernel({ cpus: 1, works: 2, preempt: "full" });
	const sys = k.system({ state: { done: range(0, 2), behind: bool } });
	const [first, second] = [k.Work.add("first"), k.Work.add("second")];
	const fn = sys.routine("work_fn", { args: { work: k.Work } }, [
		step("begins", ({ s }) => {
			s.behind = s.pool[k.Cpu.id(0)].worklist.length > 0;
		}),
		step("ends", ({ s }) => {
			s.done++;
		}),
	]);
	const queue = queue_work(k);
	// Both are there before anybody is woken, so that neither comes when all workers are idle.
	const both = [first, second].map((work) => call<Anywhere, { work: Work }, boolean, string>(queue, () => ({ work })));
	spawn(k, sys, "task", [preempt_disable(k), ...both, preempt_enable(k)]);
	addWorkers(k, sys, { fn }, () => "fn", {
		perPool: 2,
		createBlocked: () => true,
		rescued: (work) => work === second,
	});
	const experiment = observe(sys, {
		allows: { "it waits behind the first": ({ s }) => s.behind, "both run": { end: ({ s }) => s.done === 2 } },
		forbids: { "the rescuer is woken": ({ s }) => k.rescuers.some((id) => s.context[id].on_rq) },
	});
	expect(failures(experiment)).toEqual([]);
});

test("WQ8: the rescuer has nothing to do where workers can be created", () => {
	const k = new Kernel({ cpus: 1, works: 1, preempt: "full" });
	const sys = k.system({ state: { done: bool } });
	const work = k.Work.add("work");
	const fn = sys.routine("work_fn", { args: { work: k.Work } }, [
		step("work_fn", ({ s }) => {
			s.done = true;
		}),
	]);
	const queue = queue_work(k);
	spawn(k, sys, "task", [call(queue, () => ({ work }))]);
	addWorkers(k, sys, { fn }, () => "fn", { createBlocked: () => false, rescued: () => true });
	const experiment = observe(sys, {
		allows: { "it is done": { end: ({ s }) => s.done } },
		forbids: { "the rescuer is woken": ({ s }) => k.rescuers.some((id) => s.context[id].on_rq) },
	});
	expect(failures(experiment)).toEqual([]);
});

litmus("WQ11", "items of an unbound workqueue run on any CPU, and several of a pool at a time", {
	"two items, and a function that is moved": (variant) => {
		const k = new Kernel({ cpus: 2, works: 2, preempt: "full", ...variant });
		const sys = k.system({ state: { on: maybe(k.Cpu), moved: bool, running: range(0, 2), runs: range(0, 2) } });
		const [cpu1, a, b] = [k.Cpu.id(1), k.Work.add("a"), k.Work.add("b")];
		const queue = queue_work_on(k);
		const fn = sys.routine("work_fn", { args: { work: k.Work } }, [
			step("begins", ({ s, me }) => {
				s.running++;
				s.on = me.cpu;
			}),
			step("ends", ({ s, me }) => {
				s.running--;
				s.runs++;
				s.moved = s.running === 0 && s.runs === 1 && s.on !== me.cpu;
			}),
		]);
		spawn(k, sys, "task", [call(queue, () => ({ cpu: cpu1, work: a })), call(queue, () => ({ cpu: cpu1, work: b }))]);
		addWorkers(k, sys, { fn }, () => "fn", { perPool: 2, unbound: true });
		return observe(sys, {
			allows: {
				"it moves in its function": ({ s }) => s.moved,
				"both run at a time": ({ s }) => s.running === 2,
				"both run": { end: ({ s }) => s.runs === 2 },
			},
		});
	},
	"two items that are queued before either begins": (variant) => {
		const k = new Kernel({ cpus: 2, works: 2, preempt: "none", ...variant });
		const sys = k.system({ state: { waiting: bool, running: range(0, 2) } });
		const [cpu1, a, b] = [k.Cpu.id(1), k.Work.add("a"), k.Work.add("b")];
		const queue = queue_work_on(k);
		const fn = sys.routine("work_fn", { args: { work: k.Work } }, [
			step("begins", ({ s }) => {
				s.running++;
			}),
			step("ends", ({ s }) => {
				s.running--;
			}),
		]);
		const queued: Stmt<In<typeof sys>> = step("queued", ({ s }) => {
			s.waiting = s.pool[cpu1].worklist.length === 2;
		});
		spawn(k, sys, "task", [
			call(queue, () => ({ cpu: cpu1, work: a })),
			call(queue, () => ({ cpu: cpu1, work: b })),
			queued,
		]);
		addWorkers(k, sys, { fn }, () => "fn", { perPool: 2, unbound: true });
		return observe(sys, { allows: { "both run at a time": ({ s }) => s.running === 2 && s.waiting } });
	},
});

test("WQ11: a pool of one worker runs one item after the other", () => {
	const k = new Kernel({ cpus: 1, works: 2, preempt: "none" });
	const sys = k.system({ state: { begun: range(0, 2), runs: range(0, 2) } });
	const [a, b] = [k.Work.add("a"), k.Work.add("b")];
	const queue = queue_work(k);
	const fn = sys.routine("work_fn", { args: { work: k.Work } }, [
		step("begins", ({ s }) => {
			s.begun++;
		}),
		cond_resched(k),
		step("ends", ({ s }) => {
			s.runs++;
		}),
	]);
	const begun: Stmt<In<typeof sys>> = waitUntil("the first has begun", ({ s }) => s.begun === 1);
	spawn(k, sys, "task", [call(queue, () => ({ work: a })), cond_resched(k), begun, call(queue, () => ({ work: b }))]);
	addWorkers(k, sys, { fn }, () => "fn", { unbound: true });
	const inside = ({ s }: Pick<In<typeof sys>, "s">) => s.begun === 1 && s.runs === 0 && s.work[b].pending;
	const experiment = observe(sys, {
		allows: { "one is queued while the other runs": inside, "both run": { end: ({ s }) => s.runs === 2 } },
	});
	expect(failures(experiment)).toEqual([]);
});

test("WQ5, PR1: a worker that its function leaves with preemption off may not go to sleep", () => {
	const k = new Kernel({ cpus: 1, works: 1, preempt: "full" });
	const sys = k.system();
	const work = k.Work.add("work");
	const fn = sys.routine("fn", { args: { work: k.Work } }, [preempt_disable(k)]);
	spawn(k, sys, "task", [call(queue_work(k), () => ({ work }))]);
	addWorkers(k, sys, { fn }, () => "fn");
	expect(failures(observe(sys, { reports: ["P15"] }))).toEqual([]);
});
