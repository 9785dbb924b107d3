// How tasks end: with their last step, or where somebody could ask after them in between, by a step of their own.
import { expect, test } from "vitest";
import {
	addGracePeriods,
	type In,
	Kernel,
	local_bh_disable,
	local_irq_disable,
	type Preempt,
	preempt_disable,
	rcu_read_lock,
	schedule,
	set_current_state,
	synchronize_rcu,
} from "../../src/kernel/index.ts";
import { bool, type In as InSystem, type Stmt, step, waitUntil } from "../../src/lang/index.ts";
import { failures, observe, spawn } from "./litmus.ts";

test.each<Preempt>(["none", "full", "rt"])("%s: who sleeps with the last statement has not ended", (preempt) => {
	const k = new Kernel({ cpus: 1, preempt });
	const sys = k.system();
	const task = spawn(k, sys, "task", [set_current_state("INTERRUPTIBLE"), schedule(k)], { sleeps: true });
	const sleeps = ({ s }: Pick<InSystem<typeof sys>, "s">) => s.context[task].state === "INTERRUPTIBLE";
	const system = observe(sys, {
		allows: { "it sleeps for ever": { end: sleeps } },
		forbids: { "it ends": { end: (v) => !sleeps(v) } },
	});
	expect(failures(system)).toEqual([]);
});

test.each<[Preempt, string, (k: Kernel) => Stmt<In, string>]>([
	["full", "with preemption disabled", preempt_disable],
	["full", "with interrupts disabled", local_irq_disable],
	["full", "with bottom halves disabled", local_bh_disable],
	["full", "in an RCU read-side section", rcu_read_lock],
])("%s: who ends %s has taken the last step before", (preempt, _, disable) => {
	const k = new Kernel({ cpus: 1, preempt });
	const sys = k.system({ state: { over: bool } });
	const last = step<InSystem<typeof sys>, string>("over", ({ s }) => (s.over = true));
	spawn(k, sys, "task", [disable(k) as Stmt<InSystem<typeof sys>, string>, last]);
	expect(failures(observe(sys, { allows: { "it is over": ({ s }) => s.over }, reports: ["P15"] }))).toEqual([]);
});

test("NONE: a grace period waits for a task that has nothing left to do but to end", () => {
	const k = new Kernel({ cpus: 2, preempt: "none" });
	const sys = k.system({ state: { over: bool } });
	const [cpu0, cpu1] = [k.Cpu.id(0), k.Cpu.id(1)];
	type Here = InSystem<typeof sys>;
	spawn(k, sys, "task", [step<Here, string>("over", ({ s }) => (s.over = true))], { boundTo: cpu0 });
	spawn(k, sys, "updater", [waitUntil<Here, string>("if (over)", ({ s }) => s.over), synchronize_rcu(k)], {
		boundTo: cpu1,
		sleeps: true,
	});
	addGracePeriods(k, sys);
	expect(failures(observe(sys, { allows: { "it waits": ({ s }) => s.cpu[cpu0].gp_waits } }))).toEqual([]);
});
