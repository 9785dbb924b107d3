// What is declared after the part of the library that is to serve it is served all the same.
import { expect, test } from "vitest";
import {
	addGracePeriods,
	addHotplug,
	cpus_read_lock,
	cpus_read_unlock,
	Kernel,
	rcu_read_lock,
	rcu_read_unlock,
	spin_lock,
	spin_unlock,
	spinlock,
	synchronize_rcu,
} from "../../src/kernel/index.ts";
import { bool, type In, type Stmt, step } from "../../src/lang/index.ts";
import { failures, observe, spawn } from "./litmus.ts";

test.each(["full", "rt"] as const)("a reader, after what ends grace periods (%s)", (preempt) => {
	const k = new Kernel({ cpus: 2, preempt });
	const sys = k.system({ state: { begun: bool, over: bool, reads: bool } });
	type Here = In<typeof sys>;
	const set = (label: string, what: (s: Here["s"]) => void): Stmt<Here, string> => step(label, ({ s }) => what(s));
	spawn(k, sys, "updater", [
		set("begins", (s) => {
			s.begun = true;
		}),
		synchronize_rcu(k),
		set("over", (s) => {
			s.over = true;
		}),
	]);
	addGracePeriods(k, sys);
	const lock = spinlock(k, "lock");
	// On RT who holds a spinlock_t is a reader, too.
	const [enter, exit] =
		preempt === "rt"
			? [spin_lock<Here>(k, "lock", () => lock), spin_unlock<Here>(k, "lock", () => lock)]
			: [rcu_read_lock(k), rcu_read_unlock(k)];
	const reads = set("reads", (s) => {
		s.reads = !s.begun;
	});
	const hasRead = set("has read", (s) => {
		s.reads = false;
	});
	spawn(k, sys, "reader", [enter, reads, hasRead, exit]);
	const experiment = observe(sys, {
		forbids: {
			"the grace period ends before a reader that it found": ({ s }) => s.over && s.reads,
			"it never ends": { end: ({ s }) => !s.over },
		},
	});
	expect(failures(experiment)).toEqual([]);
});

test("a reader of cpu_hotplug_lock, after addHotplug()", () => {
	const k = new Kernel({ cpus: 2, preempt: "none", hotplug: "down" });
	const sys = k.system({ state: { read: bool } });
	addHotplug(k, sys);
	const read: Stmt<In<typeof sys>, string> = step("has read", ({ s }) => {
		s.read = true;
	});
	spawn(k, sys, "reader", [cpus_read_lock(k), cpus_read_unlock(k), read]);
	const experiment = observe(sys, {
		allows: {
			"it waits": ({ s }) => k.tasks.some((id) => k.cpusLock !== undefined && s.context[id].waits_on === k.cpusLock),
		},
		forbids: { "it waits for ever": { end: ({ s }) => !s.read } },
	});
	expect(failures(experiment)).toEqual([]);
});
