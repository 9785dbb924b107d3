// HP6: whatever a thread waits for, woken while its CPU is dying it is placed on another at once.
import { addHotplug, addTask, do_exit, Kernel, spin_lock, spin_unlock, spinlock } from "../../src/kernel/index.ts";
import { bool, type In, type Stmt, step, waitUntil } from "../../src/lang/index.ts";
import { litmus, observe, spawn } from "./litmus.ts";

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
		const fn = sys.routine("threadfn", {}, [take, has, drop, do_exit(k)]);
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
