// HP2, HP7, HP8, HP9: what is done, by whom and in which order, on the way down, back, and up again.
import { expect, test } from "vitest";
import {
	addHotplug,
	addIrqWorkThreads,
	addSoftirqs,
	type CpuhpState,
	cpuhp_setup_state,
	cpuhpStates,
	cpus_read_lock,
	cpus_read_unlock,
	type Hotplug,
	irq_work,
	irq_work_queue,
	irqWorks,
	Kernel,
	type KernelState,
	kthread_parkme,
	type Preempt,
	schedule,
	set_current_state,
	smpboot_register,
} from "../../src/kernel/index.ts";
import { bool, type In, list, loop, oneOf, range, type Stmt, step, when } from "../../src/lang/index.ts";
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

test.each([1, 2])(
	"HP1: %i that read the lock see the CPU neither on its way down nor on its way up, but may see it gone",
	(readers) => {
		const k = new Kernel({ cpus: 2, preempt: "full", hotplug: "downup" });
		const sys = k.system({
			state: { there: range(0, 2), gone: range(0, 2), half: bool, reading: range(0, 2), waited: bool, late: bool },
		});
		const cpu1 = k.Cpu.id(1);
		const look: Stmt<In<typeof sys>> = step("look", ({ s }) => {
			const { online, active, dying } = s.cpu[cpu1];
			if (online && active && !dying) s.there++;
			else if (!online && !active && dying) s.gone++;
			else s.half = true;
			s.reading++;
		});
		const ends: Stmt<In<typeof sys>> = step("reading--", ({ s }) => {
			s.reading--;
		});
		for (let i = 0; i < readers; i++)
			spawn(k, sys, `reader ${i}`, [cpus_read_lock(k), look, ends, cpus_read_unlock(k)], { boundTo: k.Cpu.id(0) });
		const waiting = (s: KernelState): number => k.tasks.filter((id) => s.context[id].waits_on === k.cpusLock).length;
		cpuhp_setup_state(k, sys, "CPUHP_AP_ONLINE_DYN", {
			teardown: () => [
				step("down", ({ s }) => {
					s.waited = waiting(s) === readers;
				}),
			],
			startup: () => [
				step("up", ({ s }) => {
					s.late = s.waited && waiting(s) > 0;
				}),
			],
		});
		addHotplug(k, sys);
		const experiment = observe(sys, {
			allows: {
				"it is there": { end: ({ s }) => s.there === readers },
				"it is gone": { end: ({ s }) => s.gone === readers },
			},
			forbids: {
				"it is half there": ({ s }) => s.half,
				"it comes or goes while one reads": ({ s }) => s.reading > 0 && s.cpu[cpu1].online !== s.cpu[cpu1].active,
				"a reader waits, or the CPU is gone, for ever": {
					end: ({ s }) => s.there + s.gone < readers || !s.cpu[cpu1].active,
				},
				"who waited for the way down waits for the way up": ({ s }) => s.late,
			},
		});
		expect(failures(experiment)).toEqual([]);
	},
);

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

test.each([
	["before ksoftirqd is", true],
	["after ksoftirqd is", false],
])(
	"HP2: ksoftirqd is parked first, then irq_work/1, and last a model's own thread, which is declared %s",
	(_, first) => {
		const k = new Kernel({ cpus: 2, preempt: "rt", hotplug: "downup" });
		const sys = k.system();
		irq_work(k, "work");
		irq_work_queue(k);
		const nothing = sys.routine("nothing", { args: { work: k.CallNode } }, [step("nothing", () => {})]);
		const works = irqWorks(k, { nothing }, () => "nothing");
		const thread = (): void => {
			const parks = when<In<typeof sys>, string>("kthread_should_park()", ({ me }) => me.should_park, [
				kthread_parkme(k),
			]);
			const body = [loop<In<typeof sys>, string>([set_current_state("INTERRUPTIBLE"), parks, schedule(k)])];
			const id = spawn(k, sys, "thread/1", body, { boundTo: cpu1, isPerCpu: true, sleeps: "asleep" });
			smpboot_register(k, id);
		};
		const cpu1 = k.Cpu.id(1);
		if (first) thread();
		addIrqWorkThreads(k, sys, works);
		addSoftirqs(k, sys);
		if (!first) thread();
		addHotplug(k, sys);
		const parked = (s: KernelState, name: string): boolean =>
			s.context[k.Context.all.find((id) => k.Context.nameOf(id) === name) as never].state === "PARKED";
		const [ksoftirqd, irqWork, own] = ["ksoftirqd/1", "irq_work/1", "thread/1"].map(
			(name) => (s: KernelState) => parked(s, name),
		) as [(s: KernelState) => boolean, (s: KernelState) => boolean, (s: KernelState) => boolean];
		const experiment = observe(sys, {
			allows: {
				"ksoftirqd alone": ({ s }) => ksoftirqd(s) && !irqWork(s),
				"all but the model's": ({ s }) => irqWork(s) && !own(s),
				all: ({ s }) => own(s),
			},
			forbids: {
				"irq_work/1 without ksoftirqd": ({ s }) => irqWork(s) && !ksoftirqd(s),
				"the model's without irq_work/1": ({ s }) => own(s) && !irqWork(s),
				"one stays so": { end: ({ s }) => ksoftirqd(s) || irqWork(s) || own(s) },
			},
		});
		expect(failures(experiment)).toEqual([]);
	},
);
