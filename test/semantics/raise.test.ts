// SQ1, SQ2: raising a softirq, and the end of an interrupt.
import { expect, test } from "vitest";
import {
	__raise_softirq_irqoff,
	addInterrupts,
	addSoftirqs,
	completeInSoftirq,
	type In as InKernel,
	Kernel,
	local_bh_disable,
	local_bh_enable,
	local_irq_disable,
	local_irq_enable,
	type Preempt,
	preempt_disable,
	preempt_enable,
	raise_softirq,
} from "../../src/kernel/index.ts";
import { bool, type In, oneOf, range, type Stmt, step } from "../../src/lang/index.ts";
import { failures, litmus, observe, spawn, type Variant } from "./litmus.ts";

/** Whether `raise` wakes ksoftirqd when called here. */
function wakes(raise: (c: InKernel) => void, c: InKernel): boolean {
	let woken = false;
	const emit = {
		...c.emit,
		ksoftirqd_woken: () => {
			woken = true;
		},
	};
	raise({ ...c, emit });
	return woken;
}

const spots = [
	"plain code",
	"preemption off",
	"interrupts off",
	"bottom halves off",
	"bottom halves off, by a task that was preempted",
	"a hard interrupt",
	"a softirq",
	"__raise_softirq_irqoff()",
] as const;
type Spot = (typeof spots)[number];
const waking: readonly Spot[] = ["plain code", "preemption off", "interrupts off"];

const raising = (preempt: Preempt) => (variant: Variant) => {
	const k = new Kernel({ cpus: 1, bios: 1, preempt, ...variant });
	const sys = k.system({ state: { last: oneOf("nowhere", ...spots), woke: bool, again: bool } });
	type Here = In<typeof sys>;
	const [raise, bareRaise] = [raise_softirq(k), __raise_softirq_irqoff(k)];
	const tell = (c: Here, spot: Spot, how = raise): void => {
		const preemptedInside = k.tasks.some((id) => id !== c.me.id && c.s.context[id].bh > 0);
		c.s.last = preemptedInside && waking.includes(spot) ? "bottom halves off, by a task that was preempted" : spot;
		c.s.woke = wakes(how, c);
	};
	const at = (spot: Spot, how = raise): Stmt<Here> => step(`raise: ${spot}`, (c) => tell(c, spot, how));
	const action: Stmt<Here>[] = [
		step("raise: a softirq", (c) => {
			if (c.s.again) return;
			c.s.again = true;
			tell(c, "a softirq");
		}),
	];
	const cpu0 = { boundTo: k.Cpu.id(0) };
	spawn(
		k,
		sys,
		"task",
		[
			...[preempt_disable(k), at("preemption off"), preempt_enable(k)],
			...[local_irq_disable(k), at("interrupts off"), local_irq_enable(k)],
			...[local_bh_disable(k), at("bottom halves off"), local_bh_enable(k, action)],
			at("__raise_softirq_irqoff()", bareRaise),
		],
		cpu0,
	);
	spawn(k, sys, "other", [at("plain code")], cpu0);
	addInterrupts(k, sys, [step("raise: a hard interrupt", (c) => tell(c, "a hard interrupt"))]);
	addSoftirqs(k, sys, action);
	const says =
		(spot: Spot, woke: boolean) =>
		({ s }: Pick<Here, "s">) =>
			s.last === spot && s.woke === woke;
	const silent = spots.filter((spot) => !waking.includes(spot) && (k.rt || !spot.includes("preempted")));
	return observe(sys, {
		allows: Object.fromEntries([
			...waking.map((spot) => [`${spot}: wakes`, says(spot, true)]),
			...silent.map((spot) => [`${spot}: wakes nobody`, says(spot, false)]),
		]),
		forbids: Object.fromEntries([
			...waking.map((spot) => [`${spot}: wakes nobody`, says(spot, false)]),
			...silent.map((spot) => [`${spot}: wakes`, says(spot, true)]),
		]),
	});
};

litmus("SQ1", "raising sets this CPU's bit; ksoftirqd is woken unless an interrupt or BH-off region will see to it", {
	"without RT": raising("full"),
	"on RT": raising("rt"),
});

test("SQ1: on RT bottom halves that are off on another CPU keep nobody from waking ksoftirqd", () => {
	const k = new Kernel({ cpus: 2, preempt: "rt" });
	const sys = k.system({ state: { beside: bool } });
	const [cpu0, cpu1] = [k.Cpu.id(0), k.Cpu.id(1)];
	const raise = raise_softirq(k);
	const off = spawn(k, sys, "off", [local_bh_disable(k), local_bh_enable(k, [])], { boundTo: cpu1 });
	const body: Stmt<In<typeof sys>>[] = [
		step("raise_softirq(BLOCK_SOFTIRQ)", (c) => {
			c.s.beside = c.s.context[off].bh > 0;
			raise(c);
		}),
	];
	spawn(k, sys, "task", body, { boundTo: cpu0 });
	addSoftirqs(k, sys, []);
	const experiment = observe(sys, {
		allows: { "they are off there": { end: ({ s }) => s.beside } },
		forbids: { "it stays pending": { end: ({ s }) => s.cpu[cpu0].block_pending } },
	});
	expect(failures(experiment)).toEqual([]);
});

/** An interrupt raises a softirq over a task, in its plain code and where it has bottom halves off. */
const leaving = (preempt: Preempt, threadirqs: boolean) => (variant: Variant) => {
	const k = new Kernel({ cpus: 1, bios: 2, preempt, threadirqs, ...variant });
	const sys = k.system({
		state: { bhOff: bool, raised: bool, quiet: bool, passed: bool, ranBhOff: bool, running: range(0, 2) },
	});
	type Here = In<typeof sys>;
	const ksoftirqdRuns = (s: Here["s"]): boolean => k.ksoftirqd.some((id) => s.context[id].on_rq);
	const setOff = (off: boolean): Stmt<Here> =>
		step(`bhOff = ${off}`, ({ s }) => {
			s.bhOff = off;
			s.quiet = off && !ksoftirqdRuns(s);
		});
	const action: Stmt<Here>[] = [
		step("softirq begins", ({ s }) => {
			s.running++;
			s.raised = false;
			s.ranBhOff = s.bhOff;
		}),
		step("softirq ends", ({ s }) => {
			s.running--;
		}),
	];
	spawn(k, sys, "task", [
		step("task", ({ s }) => {
			s.passed = s.raised;
		}),
		...[local_bh_disable(k), setOff(true), setOff(false), local_bh_enable(k, action)],
	]);
	addInterrupts(k, sys, [
		completeInSoftirq(k),
		step("interrupt", ({ s }) => {
			if (!s.cpu[k.Cpu.id(0)].softirq) s.raised = true;
		}),
	]);
	addSoftirqs(k, sys, action);
	const goesOn = { "the interrupted task goes on first": ({ s }: Pick<Here, "s">) => s.passed };
	return observe(sys, {
		allows: {
			"a softirq runs": ({ s }) => s.running === 1,
			"it is raised where bottom halves are off": ({ s }) => s.bhOff && s.raised,
			...(k.threadirqs ? goesOn : {}),
		},
		forbids: {
			...(k.threadirqs ? {} : goesOn),
			"it runs where bottom halves are off": ({ s }) => s.ranBhOff,
			"ksoftirqd is woken where bottom halves are off": ({ s }) => s.quiet && ksoftirqdRuns(s),
			"one runs inside another": ({ s }) => s.running === 2,
			"it is forgotten": { end: ({ s }) => s.raised },
		},
	});
};

litmus(
	"SQ2",
	"a hard interrupt that ends over no softirq and no BH-off region runs what is pending, or wakes ksoftirqd",
	{
		"without RT": leaving("full", false),
		threadirqs: leaving("full", true),
		"on RT": leaving("rt", false),
	},
);
