// What carries the news that a request is done to the CPU that submitted it: the csd of the block layer from 5.12 on,
// over idle CPUs that poll (5.10, 5.12), requests whose tags are used again, and a CPU that goes offline and comes back.
// The completion path itself is the library's: blk_mq_complete_request_remote() of Linux 6.12.
import { call, type In, model, type Stmt } from "preempt";
import {
	addHardirqs,
	addHotplug,
	addIdle,
	addSoftirqs,
	blkDone,
	blkMq,
	Kernel,
	llist_nodes,
	requestInterrupts,
	type WithRequest,
} from "preempt/linux";
import { doneListProperties as properties } from "preempt/specs";

export default model("blk-mq-csd", {
	about: "completion of block requests across CPUs: whose csd it is, who sends it, and who sees it",
	axes: {
		design: [
			"per-cpu", // since 6.6
			"per-request", // 5.12 to 6.5: INIT_CSD() of the request's own
			"per-cpu-always", // each request is sent: -EBUSY where the csd is on its way
			"per-request-always", // each request is sent, with its own csd
		],
		idle: [
			"halts", // an idle CPU is interrupted
			"polls", // it polls, and runs the softirqs that its flush has raised: since 5.12
			"polls-5.10", // those stay pending; the tick goes on
			"polls-5.10-nohz", // those stay pending; the tick is stopped all the same
		],
		hotplug: ["off", "downup"],
	},
	sizes: {
		cpus: { default: 2, min: 2, max: 3 },
		requests: { default: 2, min: 1, max: 3 },
		recycles: { default: 1, min: 0, max: 2 },
	},
	defaults: { hotplug: ["off"] },
	refuses: ({ design, idle, hotplug }) => {
		if (idle !== "halts" && design.endsWith("always")) return "what idle CPUs do is seen with what is sent once";
		if (hotplug === "off") return undefined;
		if (idle !== "halts") return "idle CPUs that poll are looked at while all CPUs stay";
		return design.endsWith("always") ? "with hotplug, what is sent always shows nothing new" : undefined;
	},
	build({ design, idle, hotplug, cpus, requests, recycles }) {
		const is510 = idle.startsWith("polls-5.10");
		const k = new Kernel({
			cpus,
			preempt: "none", // there are no tasks to preempt
			// The CPU that submits is the one that goes offline (HP1).
			requests: Array.from({ length: requests }, () => 1),
			recycles,
			idlePolls: idle !== "halts",
			idleFlushRunsSoftirq: !is510,
			ksoftirqdDefers: is510,
			tick: idle === "polls-5.10-nohz" ? "stopped" : "kept",
			hotplug,
		});
		const sys = k.system();
		const mq = blkMq(k, sys, {
			csd: design.startsWith("per-cpu") ? "per-cpu" : "per-request",
			sendsAlways: design.endsWith("always"),
		});
		const complete: Stmt<In<typeof sys, WithRequest>> = call(mq.blk_mq_complete_request_remote, ({ f }) => ({
			rq: f.rq,
		}));
		addHardirqs(k, sys, [requestInterrupts(k, sys, [complete]), mq.smp.interrupts]);
		addSoftirqs(k, sys, blkDone(mq));
		addIdle(k, sys, mq.smp);
		addHotplug(k, sys);
		properties(k, sys, {
			isEmpty: ({ s }, c) => s.blk_cpu_done[c].first === null,
			waiting: ({ s }, c) => llist_nodes(s.rq, s.blk_cpu_done[c]),
			adders: mq.adders,
			smp: mq.smp,
			listOfCall: mq.listOfCall,
			callFunction: mq.__blk_mq_complete_request_remote,
			softirq: mq.blk_done_softirq,
			take: mq.blk_complete_reqs,
			dead: mq.blk_softirq_cpu_dead,
		});
		return sys;
	},
});
