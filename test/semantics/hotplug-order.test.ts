// HP2, HP7, HP8, HP9: what is done, by whom and in which order, on the way down, back, and up again.
import { expect, test } from "vitest";
import {
	addHotplug,
	type CpuhpState,
	cpuhp_setup_state,
	cpuhpStates,
	cpus_read_lock,
	cpus_read_unlock,
	type Hotplug,
	Kernel,
	type Preempt,
} from "../../src/kernel/index.ts";
import { bool, type In, list, oneOf, range, type Stmt, step } from "../../src/lang/index.ts";
import { failures, litmus, observe, spawn, type Variant } from "./litmus.ts";

/** Each callback notes its state; down and up apart. */
function recorded(hotplug: Hotplug, preempt: Preempt, variant: Variant) {
	const k = new Kernel({ cpus: 2, preempt, hotplug, ...variant });
	const Names = oneOf(...cpuhpStates);
	const sys = k.system({ state: { down: list(Names, 10), up: list(Names, 10) } });
	// Registered in no order of any use.
	for (const state of [...cpuhpStates].sort())
		cpuhp_setup_state(k, sys, state, {
			teardown: () => [
				step(`${state} down`, ({ s }) => {
					s.down.push(state);
				}),
			],
			startup: () => [
				step(`${state} up`, ({ s }) => {
					s.up.push(state);
				}),
			],
		});
	addHotplug(k, sys);
	return { k, sys, cpu1: k.Cpu.id(1) };
}

type Noted = { readonly toArray: () => readonly CpuhpState[] };
const equal = (noted: Noted, states: readonly CpuhpState[]): boolean => noted.toArray().join() === states.join();
const onTheWayDown = [...cpuhpStates].reverse();
/** Those of cpuhp/1, on the way down. */
const own = onTheWayDown.slice(0, onTheWayDown.indexOf("CPUHP_AP_SMPCFD_DYING"));

const order = (preempt: Preempt) => (variant: Variant) => {
	const { sys } = recorded("down", preempt, variant);
	return observe(sys, {
		allows: { "all are run, in descending order": { end: ({ s }) => equal(s.down, onTheWayDown) } },
		forbids: {
			"they are not": { end: ({ s }) => !equal(s.down, onTheWayDown) },
			"one is run on the way up": ({ s }) => s.up.length > 0,
		},
	});
};

litmus("HP2", "the callbacks of the way down are run in descending order of their states", {
	NONE: order("none"),
	FULL: order("full"),
});

test("HP2: of two callbacks of one state, the last registered goes down first and comes up last", () => {
	const k = new Kernel({ cpus: 2, preempt: "none", hotplug: "downup" });
	const sys = k.system({ state: { calls: list(range(1, 4), 4) } });
	for (const i of [1, 2])
		cpuhp_setup_state(k, sys, "CPUHP_AP_ONLINE_DYN", {
			teardown: () => [step(`${i} down`, ({ s }) => s.calls.push(i))],
			startup: () => [step(`${i} up`, ({ s }) => s.calls.push(2 + i))],
		});
	addHotplug(k, sys);
	const inOrder = { "2 down, 1 down, 1 up, 2 up": { end: calledInOrder } };
	const others = { "another order": { end: (v: Calls) => !calledInOrder(v) } };
	expect(failures(observe(sys, { allows: inOrder, forbids: others }))).toEqual([]);
});
type Calls = { readonly s: { readonly calls: { toArray(): readonly number[] } } };
const calledInOrder = ({ s }: Calls): boolean => s.calls.toArray().join() === "2,1,3,4";

test("HP1: who reads the lock sees the CPU neither on its way down nor on its way up", () => {
	const k = new Kernel({ cpus: 2, preempt: "full", hotplug: "downup" });
	const sys = k.system({ state: { seen: oneOf("nothing", "there", "half") } });
	const cpu1 = k.Cpu.id(1);
	const look: Stmt<In<typeof sys>> = step("look", ({ s }) => {
		const { online, active, dying } = s.cpu[cpu1];
		s.seen = online && active && !dying ? "there" : "half";
	});
	spawn(k, sys, "reader", [cpus_read_lock(k), look, cpus_read_unlock(k)]);
	addHotplug(k, sys);
	const experiment = observe(sys, {
		allows: { "it is there": ({ s }) => s.seen === "there" },
		forbids: {
			"it is half there": ({ s }) => s.seen === "half",
			"the reader waits for ever": { end: ({ s }) => s.seen === "nothing" },
		},
	});
	expect(failures(experiment)).toEqual([]);
});

litmus("HP7", "the last callbacks on the dying CPU run with interrupts off, before anything else goes on anywhere", {
	"a task that notices": (variant) => {
		const k = new Kernel({ cpus: 2, preempt: "full", hotplug: "down", ...variant });
		const sys = k.system({ state: { flushing: range(0, 3), noticed: range(0, 3), here: bool } });
		cpuhp_setup_state(k, sys, "CPUHP_AP_SMPCFD_DYING", {
			teardown: (cpu) => [
				step("flush_smp_call_function_queue()", ({ s, me }) => {
					s.flushing = 1;
					s.here = me.cpu === cpu && s.cpu[cpu].irqs_off && !s.cpu[cpu].online;
				}),
				step("irq_work_run()", ({ s }) => {
					s.flushing = 2;
				}),
			],
		});
		cpuhp_setup_state(k, sys, "CPUHP_BP_PREPARE_DYN", {
			teardown: () => [
				step("dead", ({ s }) => {
					s.flushing = s.flushing === 2 ? 3 : 0;
				}),
			],
		});
		spawn(k, sys, "task", [
			step("noticed = flushing", ({ s }) => {
				s.noticed = s.flushing;
			}),
		]);
		addHotplug(k, sys);
		return observe(sys, {
			allows: {
				"they run there": ({ s }) => s.here,
				"they are run before those of the dead CPU": { end: ({ s }) => s.flushing === 3 },
				"the task comes before": { end: ({ s }) => s.noticed === 0 },
				"the task comes after": ({ s }) => s.noticed === 2,
			},
			forbids: {
				"the task comes in between": ({ s }) => s.noticed === 1,
				"they are not run": { end: ({ s }) => s.flushing !== 3 },
				"interrupts stay off": { end: ({ s }) => k.Cpu.all.some((c) => s.cpu[c].irqs_off) },
			},
		});
	},
});

litmus("HP8", "where a callback fails, the CPU comes back by the startup callbacks of all states that it had left", {
	rollback: (variant) => {
		const { sys, cpu1 } = recorded("rollback", "none", variant);
		const undone = own.map((_, i) => own.slice(0, i));
		return observe(sys, {
			allows: Object.fromEntries(
				[...undone, own].map((states) => [
					`${states.length} of them are left`,
					{
						end: ({ s }: { s: { down: Noted; up: Noted } }) =>
							equal(s.down, states) && equal(s.up, [...states].reverse()),
					},
				]),
			),
			forbids: {
				"the CPU goes offline": ({ s }) => !s.cpu[cpu1].online,
				"it stays inactive, or dying": { end: ({ s }) => !s.cpu[cpu1].active || s.cpu[cpu1].dying },
				"one is left that it is not brought back to": { end: ({ s }) => s.up.length !== s.down.length },
			},
		});
	},
	"down and up": (variant) => {
		const { sys, cpu1 } = recorded("downup", "none", variant);
		const startups = cpuhpStates.filter((state) => state !== "CPUHP_AP_SMPCFD_DYING");
		return observe(sys, {
			allows: { "it was offline": ({ s }) => !s.cpu[cpu1].online },
			forbids: {
				"not all are run, down and up": {
					end: ({ s }) => !equal(s.down, onTheWayDown) || !equal(s.up, startups),
				},
				"it stays offline, inactive, or dying": {
					end: ({ s }) => !s.cpu[cpu1].online || !s.cpu[cpu1].active || s.cpu[cpu1].dying,
				},
			},
		});
	},
});
