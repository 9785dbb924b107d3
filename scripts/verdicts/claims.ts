/** A claim made on the mailing list, in other words, and what decides it: it is true if every verdict is the one named. */
export interface Claim {
	readonly claim: string;
	/** Who made it, of which design. */
	readonly who: string;
	readonly decides: readonly Decider[];
	/** What it needs that is not there yet. */
	readonly waits?: string;
}

export interface Decider {
	readonly model: string;
	readonly scenario: string;
	readonly property: string;
	/** The verdict that the claim comes to. */
	readonly is: string;
}

const of =
	(model: string) =>
	(scenario: string, property: string, is = "holds"): Decider => ({ model, scenario, property, is });
const task = of("bio-task");
const lock = of("bio-task-lock");
const v5 = of("bio-task-v5");
const memory = of("bio-task-memory");
const taskHotplug = of("bio-task-hotplug");
const requeue = of("bio-task-requeue");
const v5Hotplug = of("bio-task-v5-hotplug");
const v6 = of("bio-task-v6");
const merged = of("bio-task-merged");
const naive = of("bio-task-naive");
const gc = of("inodegc");
const blkMq = of("blk-mq-done");
const blkCsd = of("blk-mq-csd");
const kthread = of("bio-kthread");
const csd = of("csd-irq-work");
const poll = of("dm-iopoll");

export const claims: readonly Claim[] = [
	{
		claim: "this_cpu_ptr() in a task, as usb-storage completes requests, draws a warning",
		who: "Siewior, Galbraith, blk-mq",
		decides: [blkMq("posted/task/full/one/off/6.12", "P9", "violated")],
	},
	{
		claim: "preempt_disable() mends the warning, and ksoftirqd is woken",
		who: "Siewior, blk-mq",
		decides: [
			blkMq("preempt-disable/task/full/one/off/6.12", "P9"),
			blkMq("preempt-disable/task/full/one/off/6.12", "P12", "violated"),
		],
	},
	{
		claim: "with local_bh_disable() a request completes at once, without ksoftirqd, whoever calls",
		who: "Siewior, blk-mq",
		decides: [blkMq("bh-disable/task/full/one/off/6.12", "P12"), blkMq("bh-disable/hardirq/full/one/off/6.12", "P15")],
	},
	{
		claim: "what llist_add() returns may say whether the softirq is to be raised",
		who: "Siewior, blk-mq",
		decides: [blkMq("posted/hardirq/full/one/off/6.12", "P4"), blkMq("posted/softirq/full/one/off/6.12", "P4")],
	},
	{
		claim: "completing directly from task context loses nothing but the CPU that submitted",
		who: "Hellwig, Grimberg, blk-mq",
		decides: [
			blkMq("direct/task/full/one/off/6.12", "P1"),
			blkMq("direct/task/full/one/off/6.12", "P2"),
			blkMq("direct/task/full/one/off/6.12", "P5s", "violated"),
		],
	},
	{
		claim: "the softirq that an IPI raises runs at the end of the interrupt, without ksoftirqd",
		who: "Siewior, blk-mq",
		decides: [
			blkMq("posted/hardirq/full/one/off/6.12", "P12"),
			blkMq("no-patch-1/threaded-irq/full/one/off/6.12", "P12"),
		],
	},
	{
		claim: "a preempted task wedges the list of a CPU that goes offline, with preemption off around add and raise, too",
		who: "candidate 3",
		decides: [
			blkMq("preempt-disable/task/full/one/down/6.12", "P1", "violated"),
			blkMq("preempt-disable/task/full/one/down/6.12", "P4", "violated"),
		],
	},
	{
		claim: "the patch as posted wedges a CPU for good where DEBUG_PREEMPT only complains",
		who: "candidate 4",
		decides: [
			blkMq("posted/task/full/one/off/6.12", "P1", "violated"),
			blkMq("posted/task/full/one/off/6.12", "P4", "violated"),
		],
	},
	{
		claim: "a task that is moved to its target leaves a softirq pending that nobody is woken for",
		who: "candidate 9",
		decides: [
			blkMq("preempt-disable/task/full/one/off/6.12", "P19", "violated"),
			blkMq("preempt-disable/task/full/one/off/6.12", "P1"),
		],
	},
	{
		claim: "-EBUSY from a csd for each CPU does no harm, where one other CPU sends",
		who: "Lei, blk-mq",
		decides: [blkCsd("per-cpu-always/halts/off", "P1"), blkCsd("per-cpu/halts/downup", "P1")],
	},
	{
		claim: "a pending bit that survives the death of a CPU makes a request's csd queued twice",
		who: "candidate 15",
		decides: [blkCsd("per-request/halts/downup", "P18", "violated"), blkCsd("per-cpu/halts/downup", "P18")],
	},
	{
		claim: "the queueing task can be preempted and moved, so that the work is scheduled on another CPU than the list",
		who: "Chinner, bio-task v4",
		decides: [task("v4/direct/full", "P5k", "violated"), task("v4/direct/full", "P4", "violated")],
	},
	{
		claim: "that can happen in v4 as posted, in a softirq on RT",
		who: "Chinner, bio-task v4",
		decides: [task("v4/softirq/rt", "P5k", "violated")],
	},
	{
		claim: "schedule_work() is as good as schedule_work_on() for this CPU, where the caller cannot be preempted",
		who: "Van Assche, bio-task v4",
		decides: [
			task("schedule-work/hardirq/full", "P4"),
			task("schedule-work/softirq/full", "P4"),
			task("schedule-work/direct/none", "P4"),
		],
	},
	{
		claim: "and where it can",
		who: "Van Assche, bio-task v4",
		decides: [task("schedule-work/direct/full", "P4")],
	},
	{
		claim: "scheduling at once lets each interrupt cause a wake-up",
		who: "Chinner, bio-task v4",
		decides: [task("v4/hardirq/full", "P13", "at most 2")],
	},
	{
		claim: "a delay of a jiffy bounds that, so that two completions have fewer, however they fall between the ticks",
		who: "Chinner, bio-task v4",
		decides: [v5("v5/hardirq/full", "P13", "at most 1")],
	},
	{
		claim: "a delay of a jiffy completes no later than the next tick",
		who: "Zussman, bio-task v5",
		decides: [v5("v5/hardirq/full", "P24"), v5("v5/softirq/rt", "P24")],
	},
	{
		claim: "a workqueue of its own avoids deadlocks with other users of the system's",
		who: "Hellwig, bio-task",
		decides: [memory("dedicated/flush/full", "P14"), memory("dedicated/reclaim/full", "P14")],
	},
	{
		claim: "so it does, for memory reclaim",
		who: "bio-task v5",
		decides: [memory("mem-reclaim/flush/full", "P14"), memory("mem-reclaim/reclaim/full", "P14")],
	},
	{
		claim: "the flag lets a handler run in task context",
		who: "bio-task v4",
		decides: [task("v4/hardirq/full", "P7"), task("v4/softirq/rt", "P7")],
	},
	{
		claim: "and where it may sleep",
		who: "bio-task v4",
		decides: [task("v4/threaded-irq/full", "P8"), task("v4/hardirq/full", "P8")],
	},
	{
		claim: "once end handlers run in tasks, the lock of i_pages need not be safe in interrupts",
		who: "Wilcox, bio-task v4",
		decides: [
			lock("v4/hardirq/full", "P14"),
			lock("v4/threaded-irq/full", "P14"),
			lock("v4/softirq/rt", "P14"),
			lock("inline/hardirq/full", "P14", "violated"),
		],
	},
	{
		claim: "a look at the list before adding is not as good as what llist_add() returns",
		who: "Axboe, Hellwig, bio-task v5",
		decides: [v5("sample-empty/direct/full", "P4", "violated"), v5("v5/direct/full", "P4")],
	},
	{
		claim: "a thread for each CPU does what the work item did, also on RT",
		who: "Hellwig, bio-kthread",
		decides: [kthread("as-posted/hardirq/full/off", "P1"), kthread("as-posted/softirq/rt/off", "P15")],
	},
	{
		claim: "for the own CPU, csd and irq_work differ without consequence",
		who: "Zijlstra, irq_work_remote",
		decides: [csd("csd/migrating/full/none", "P19"), csd("remote/migrating/full/none", "P22")],
	},
	{
		claim: "with interrupts off, what was written before a raise is observed by the function",
		who: "Zijlstra, irq_work_remote",
		decides: [csd("remote/per-cpu/full/none", "P23"), csd("csd/per-cpu/full/none", "P23")],
		waits: "store buffers",
	},
	{
		claim: "a csd's callers must serialise, and irq_work's need not",
		who: "Zijlstra, irq_work_remote",
		decides: [csd("csd/two-raisers/full/none", "P18", "violated"), csd("irq-work/two-raisers/full/none", "P18")],
	},
	{
		claim: "initialising and raising in one hides misuse",
		who: "Zijlstra, irq_work_remote",
		decides: [csd("once/per-cpu/full/none", "P18", "violated"), csd("static/per-cpu/full/none", "P18")],
	},
	{
		claim: "an irq_work may be a part of a request, as a csd may",
		who: "irq_work_remote, v1",
		decides: [csd("csd/request/full/none", "P11"), csd("remote/request/full/none", "P11")],
	},
	{
		claim: "the lock of the list is taken in process context alone",
		who: "Xu, dm-iopoll",
		decides: [poll("rfc/native-split/owner/stack", "P14")],
	},
	{
		claim: "the pin keeps a bio from ending before it is polled for",
		who: "Xu, dm-iopoll",
		decides: [poll("rfc/deferred/owner/stack", "P3"), poll("rfc/polled/same-queue/stack", "P2")],
	},
	{
		claim: "it works for any stack of dm devices whose clones are all polled",
		who: "Xu, dm-iopoll",
		decides: [poll("rfc/polled/owner/stack", "P1"), poll("rfc/polled/owner/stack", "P2")],
	},
	{
		claim: "and for targets that defer their bios",
		who: "Xu, dm-iopoll",
		decides: [poll("rfc/deferred/owner/stack", "P1"), poll("rfc/deferred/owner/stack", "P3")],
	},
	{
		claim: "lists of bios must not outlive what they point to",
		who: "Snitzer, dm-iopoll",
		decides: [poll("rfc/polled/same-bio/stack", "P11", "violated")],
	},
	{
		claim: "v4's gate lets a force-threaded handler end a bio where it may not sleep",
		who: "candidate 7",
		decides: [task("v4/threaded-irq/full", "P8", "violated")],
	},
	{
		claim: "v4 strands the list of a CPU whose way down fails, and of one that stays, and ends bios on a wrong CPU",
		who: "candidate 8",
		decides: [
			taskHotplug("v4/hardirq/full/rollback/none", "P1", "violated"),
			taskHotplug("was-empty/hardirq/full/rollback/none", "P1", "violated"),
			requeue("v4/hardirq/full/down/3", "P4", "violated"),
			taskHotplug("v4/hardirq/full/down/none", "P5d", "violated"),
			taskHotplug("v4/hardirq/full/down/none", "P9", "violated"),
		],
	},
	{
		claim: "v6's worker holds the local lock of another CPU than the list's, and loses a bio",
		who: "candidate 10",
		decides: [v6("v6/hardirq/none/down/nop", "P10", "violated"), v6("v6/hardirq/none/down/nop", "P1", "violated")],
	},
	{
		claim: "inode garbage collection loses a bit of its mask, and its stop misses an inode",
		who: "candidate 13",
		decides: [gc("xfs/full/1", "F1-lists", "violated"), gc("xfs/none/2", "F1-lists")],
	},
	{
		claim: "a preemptible caller of v5's queueing function arms a timer on a CPU that is offline",
		who: "candidate 14",
		decides: [naive("v5/direct/full/down", "P1", "violated"), naive("v5/rcu-reader/full/down", "P1")],
	},
	{
		claim: "as merged, a callback of the way down that waits for a bio hangs it",
		who: "candidate 17",
		decides: [merged("merged/hardirq/full/down/teardown-waits", "P14", "violated")],
	},
	{
		claim: "the dead CPU's list can be drained without a lock",
		who: "Zussman, bio-task v4",
		decides: [taskHotplug("v4/hardirq/full/down/none", "P10"), taskHotplug("v4/hardirq/full/down/none", "P17")],
	},
	{
		claim: "such a list needs no callback of CPU hotplug",
		who: "Chinner, bio-task v4",
		decides: [v5Hotplug("no-dead/hardirq/full/down", "P1"), v5Hotplug("no-dead/hardirq/full/downup", "P1")],
	},
];
