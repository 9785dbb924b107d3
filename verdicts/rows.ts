import type { Choice } from "./summary.ts";

/** What the catalogue of designs asks to be checked, and what it expected. The verdicts are the checker's. */
export interface Row {
	readonly row: string;
	readonly model: string;
	readonly where: Choice;
	readonly properties: readonly string[];
	/** What was expected to be violated, before the checker was asked. */
	readonly expected: string;
	/** What it waits for, where that is not there yet. */
	readonly waits?: string;
}

const FAIR = "P1 under fairness";
const MEMORY = "store buffers";
const LIST = ["P1", "P2", "P4", "P5k", "P5h", "P6"];
const blkMq = (
	row: string,
	design: string,
	properties: readonly string[],
	expected: string,
	where: Choice = {},
): Row => ({
	row,
	model: "blk-mq-done",
	where: { design: [design], ...where },
	properties,
	expected,
	waits: FAIR,
});
const kthread = (
	row: string,
	designs: readonly string[],
	properties: readonly string[],
	expected: string,
	waits = FAIR,
): Row => ({
	row,
	model: "bio-kthread",
	where: { design: designs },
	properties,
	expected,
	waits,
});
const csd = (row: string, where: Choice, properties: readonly string[], expected: string, waits?: string): Row => ({
	row,
	model: "csd-irq-work",
	where,
	properties,
	expected,
	...(waits ? { waits } : {}),
});
const poll = (row: string, where: Choice, expected: string, model = "dm-iopoll"): Row => ({
	row,
	model,
	where,
	properties: ["P1", "P2", "P3", "P11", "P14", "P21"],
	expected,
	waits: FAIR,
});

export const rows: readonly Row[] = [
	blkMq(
		"A0",
		"list-head",
		["P1", "P2", "P4", "P5h", "P6", "P10", "P12", "P15"],
		"P12 from tasks; P1 from a preemptible task with hotplug; P15 on RT with several queues",
	),
	blkMq("A0b", "always-softirq", ["P12", "P15"], "P12 from tasks; P15 holds on RT"),
	blkMq("A1", "posted", [...LIST, "P9", "P12", "P19"], "from tasks: P9, P4, P1, P12, P19"),
	blkMq(
		"A2",
		"preempt-disable",
		[...LIST, "P9", "P12", "P19"],
		"from tasks: P12; of other CPUs' requests P4 with hotplug, and P19",
	),
	blkMq("A3", "bh-disable", ["P12", "P15", "P16"], "P15 in hard interrupts and with interrupts off"),
	blkMq("A4", "direct", ["P5h", "P8", "P16"], "P5; P8 where in_task() is true and bottom halves are off"),
	blkMq("A4h", "local-helper", ["P5h", "P8"], "P5"),
	blkMq("A4w", "workqueue", ["P1", "P5h", "P8"], "none"),
	blkMq("A5", "no-reverse", ["P6"], "P6"),
	blkMq("A6", "no-patch-1", ["P12", "P5h", "P15"], "P12", { caller: ["threaded-irq"] }),
	blkMq("A6 with patch 1", "posted", ["P12", "P5h", "P15"], "P5", { caller: ["threaded-irq"] }),
	{
		row: "B0",
		model: "bio-task",
		where: { design: ["v4"], caller: ["hardirq", "softirq", "threaded-irq", "task"] },
		properties: [...LIST, "P7", "P8", "P9", "P10", "P13", "P15"],
		expected: "P8 in forced threads; P15 on RT in hard interrupts; P13: a wake-up for each interrupt",
		waits: FAIR,
	},
	{
		row: "B1",
		model: "bio-task",
		where: { design: ["v4"], caller: ["direct"], preempt: ["full", "rt"] },
		properties: ["P1", "P4", "P5k", "P5h"],
		expected: "P1, P4, P5",
		waits: FAIR,
	},
	{
		row: "B2",
		model: "bio-task",
		where: { design: ["schedule-work"] },
		properties: ["P1", "P4", "P6", "P9"],
		expected: "as B0 and B1, but for P9",
	},
	{
		row: "B3",
		model: "bio-task",
		where: { design: ["was-empty"] },
		properties: ["P1", "P4", "P13"],
		expected: "as B0 and B1; P13 less",
	},
	{
		row: "B4",
		model: "bio-task",
		where: { design: ["axboe-loop", "wilcox-loop"] },
		properties: ["P1", "P4", "P6"],
		expected: "as B0 and B1",
	},
	{
		row: "B4 (i)",
		model: "bio-task",
		where: { design: ["take-once"], caller: ["hardirq", "softirq"] },
		properties: ["P1", "P4"],
		expected: "none",
	},
	{
		row: "B4 (ii)",
		model: "bio-task",
		where: { design: ["sample-pending"] },
		properties: ["P1", "P4"],
		expected: "P4, P1 where the adder can be preempted",
	},
	{
		row: "B4 (iii)",
		model: "bio-task",
		where: { design: ["bounded-batch"] },
		properties: ["P1", "P4"],
		expected: "P4, P1",
	},
	{
		row: "B5",
		model: "bio-task-v5",
		where: { design: ["v5"] },
		properties: [...LIST, "P13", "P24"],
		expected: "none from the gate's callers; P13: at most a wake-up for each tick",
		waits: FAIR,
	},
	{ row: "B5a", model: "bio-task-v5", where: { design: ["no-reverse"] }, properties: ["P6"], expected: "P6" },
	{
		row: "B5b",
		model: "bio-task-v5",
		where: { design: ["mod-always"] },
		properties: ["P1", "P24"],
		expected: "P1 under weak fairness alone: the timer is always armed anew",
		waits: FAIR,
	},
	{
		row: "B5c",
		model: "bio-task-v5",
		where: { design: ["no-delay"] },
		properties: ["P1", "P13", "P24"],
		expected: "none; P13 more",
	},
	{
		row: "B5d",
		model: "bio-task-v5",
		where: { design: ["queue-delayed"] },
		properties: ["P1", "P4"],
		expected: "none",
	},
	{
		row: "B5e",
		model: "bio-task-v5",
		where: { design: ["sample-empty"] },
		properties: ["P1", "P4"],
		expected: "P4 where the worker can run between the look and the add",
	},
	{
		row: "B6",
		model: "bio-task-memory",
		where: {},
		properties: ["P1", "P14"],
		expected: "P14 on the system workqueue, and on one that is not for memory reclaim",
		waits: "P25 under fairness",
	},
	{
		row: "B10",
		model: "bio-task-merged",
		where: { design: ["merged"], probe: ["none"] },
		properties: [...LIST, "P7", "P8", "P9", "P10", "P15", "P17"],
		expected: "none",
		waits: FAIR,
	},
	{
		row: "B10 mutants",
		model: "bio-task-merged",
		where: { design: ["check-first", "no-down-step", "no-dead-step"] },
		properties: ["P1", "P4", "P10", "P17"],
		expected: "each is caught",
	},
	{
		row: "B10 probes",
		model: "bio-task-merged",
		where: { design: ["merged"], probe: ["cpus-read-lock", "teardown-waits"] },
		properties: ["P1", "P14"],
		expected: "P14",
	},
	kthread("C1", ["as-posted"], ["P1", "P2", "P4", "P5d", "P6", "P13", "P15"], "P15 on RT; with hotplug P5d and P6"),
	kthread("C2", ["check-then-set"], ["P1", "P4"], "P1, P4"),
	kthread("C3", ["plain-store", "unlocked-test"], ["P1", "P4"], "none, but for the unlocked test under TSO", MEMORY),
	kthread("C4", ["no-get-cpu"], ["P1", "P4", "P9"], "P9"),
	kthread("C5", ["wake-always", "wake-locked"], ["P1", "P4", "P13"], "none"),
	kthread("C6", ["smpboot"], ["P1", "P4", "P17"], "none"),
	kthread("C6 mutants", ["smpboot-no-retest", "smpboot-no-drain"], ["P1", "P4", "P17"], "each is caught"),
	csd("D1", { design: ["csd"], use: ["two-raisers"] }, ["P18"], "P18"),
	csd(
		"D2, D3",
		{ design: ["irq-work", "remote"], use: ["two-raisers"], mutant: ["none"] },
		["P18", "P23"],
		"none; without the barrier P23 under TSO",
		MEMORY,
	),
	csd("D4", { use: ["migrating"], mutant: ["none"] }, ["P1", "P19", "P22"], "P22 of the remote variant; P19 of a csd"),
	csd("D5", { design: ["static", "once"], use: ["two-raisers"], mutant: ["none"] }, ["P18"], "P18"),
	csd(
		"D6",
		{ design: ["irq-work", "static"], use: ["request"], mutant: ["none"] },
		["P11"],
		"P11 of an irq_work, not of the static variant",
	),
	csd("D7", { use: ["own-cpu"], mutant: ["none"] }, ["P6"], "P6: works for the own CPU are last in, first out"),
	csd("D8", { use: ["lock"], mutant: ["none"] }, ["P15"], "P15 of hard works on RT"),
	poll("E1", { design: ["rfc"], clones: ["polled"], pollers: ["owner"] }, "none"),
	poll("E1m", { design: ["rfc"], clones: ["md"] }, "P1, P14"),
	poll("E2", { design: ["rfc"], clones: ["polled"], pollers: ["others"] }, "P1, P21"),
	poll("E3", { design: ["rfc"], clones: ["polled"], pollers: ["same-bio"] }, "P2, P11"),
	poll("E4", { design: ["rfc"], clones: ["polled"], pollers: ["same-queue"] }, "P2, P11"),
	poll(
		"E5",
		{ design: ["rfc"], clones: ["irq", "deferred", "requeue", "nested"] },
		"P3 and then P2; P1 of what nobody polls",
	),
	poll(
		"E6",
		{ design: ["pin-once"] },
		"P2, P3, P21 hold; P11 with a second poller or a root freed by its handler; P1 where a clone is never polled",
	),
	poll("E7", { design: ["rfc"], clones: ["native-split"] }, "P14"),
	poll("E8", { design: ["merged"], pollers: ["owner", "same-queue"] }, "none", "dm-poll-bio"),
	poll("E8, never polled", { design: ["merged"], pollers: ["others"] }, "P1, by design", "dm-poll-bio"),
	poll(
		"E8, two pollers of a bio",
		{ design: ["merged"], pollers: ["same-bio"] },
		"a double drop: P2, P11; excluded by the callers",
		"dm-poll-bio",
	),
	poll("E8, a stale kiocb", { design: ["merged"], pollers: ["stale-kiocb"] }, "P2, P11", "dm-poll-bio"),
	poll("E9", { design: ["v3"], pollers: ["owner", "same-bio"] }, "P11 with a second poller", "dm-poll-bio"),
	poll(
		"E10",
		{ design: ["one-cookie"], pool: ["enough"] },
		"P1 of all clones but one; P11 of data that goes with them",
		"dm-poll-data",
	),
	poll(
		"E10 with the pin",
		{ design: ["one-cookie-pin"], pool: ["enough"] },
		"as E2 where the poll finds nothing",
		"dm-poll-data",
	),
	poll(
		"E10 in dm_table",
		{ design: ["table", "table-srcu"], pool: ["enough"] },
		"P11 unless it is held by SRCU",
		"dm-poll-data",
	),
	poll("E10b", { design: ["node"] }, "none", "dm-poll-data"),
	poll("E10c", { design: ["array-per-target"] }, "P1 with several queues for a target", "dm-poll-data"),
	{
		...poll("E10, clones held", { design: ["held"] }, "P25 where clones are short", "dm-poll-data"),
		properties: ["P1", "P14", "P25"],
	},
	poll("E11a", { design: ["pending", "pending-set-first"] }, "P1, in either order of submission", "dm-poll-queues"),
	poll("E11a, cleared first", { design: ["clear-first"] }, "none", "dm-poll-queues"),
	poll("E11b", { design: ["busy"] }, "none", "dm-poll-queues"),
	poll(
		"E12",
		{ design: ["reference", "no-reference"] },
		"no poll after the context is gone (P11), every bio ended once (P2)",
		"dm-poll-context",
	),
];
