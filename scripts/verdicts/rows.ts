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

/** Row, model with the values of axes that are meant, properties, what was expected, and what it waits for. */
const TABLE = `
A0 | blk-mq-done design=list-head | P1 P2 P4 P5h P5s P6 P12 P15 | P12 from tasks; P1 from a preemptible task with hotplug; P15 on RT with several queues | P1 under fairness
A0b | blk-mq-done design=always-softirq | P12 P15 | P12 from tasks; P15 holds on RT | P1 under fairness
A1 | blk-mq-done design=posted | P1 P2 P4 P5k P5h P6 P9 P12 P19 | from tasks: P9, P4, P1, P12, P19 | P1 under fairness
A2 | blk-mq-done design=preempt-disable | P1 P2 P4 P5k P5h P6 P9 P12 P19 | from tasks: P12; of other CPUs' requests P4 with hotplug, and P19 | P1 under fairness
A3 | blk-mq-done design=bh-disable | P1 P12 P15 | P15 in hard interrupts and with interrupts off | P1 under fairness
A4 | blk-mq-done design=direct | P1 P2 P5s | P5 | P1 under fairness
A4h | blk-mq-done design=local-helper | P1 P2 P5s | P5 | P1 under fairness
A4w | blk-mq-done design=workqueue | P1 P2 P5s P13 | none; P13: a wake-up for each request | P1 under fairness
A5 | blk-mq-done design=no-reverse | P6 | P6 | P1 under fairness
A6 | blk-mq-done design=no-patch-1 caller=threaded-irq | P12 P5s P15 | P12 | P1 under fairness
A6 with patch 1 | blk-mq-done design=posted caller=threaded-irq | P12 P5s P15 | P5 | P1 under fairness
A7 | blk-mq-csd design=per-cpu,per-request idle=polls-5.10,polls-5.10-nohz | P1 P4 P4s P18 P19 | P1, P19 and P24, before idle CPUs served what a flush had raised | P1 under fairness
A7 with the flush of 5.12 | blk-mq-csd design=per-cpu,per-request idle=polls | P1 P4 P4s P18 P19 | none | P1 under fairness
F2, A7 | csd-softirq design=first-sends idle=polls-before-5.12 | P1 P4 P19 | P19 | P24 under fairness
A8a | blk-mq-csd design=per-cpu idle=halts | P1 P4 P4s P18 P19 | none; with hotplug P18 holds | P1 under fairness
A8b | blk-mq-csd design=per-request idle=halts | P1 P4 P4s P18 P19 | P18 where the CPU goes offline and comes back | P1 under fairness
A8c | blk-mq-csd design=per-cpu-always idle=halts | P1 P4 P4s P18 P19 | P4s; P1 holds | P1 under fairness
A8d | blk-mq-csd design=per-request-always idle=halts | P1 P4 P4s P18 P19 | P18 | P1 under fairness
B0 | bio-task design=v4 caller=hardirq,softirq,threaded-irq,task | P1 P2 P4 P5k P5h P6 P7 P8 P9 P10 P13 P15 | P8 in forced threads; P15 on RT in hard interrupts; P13: a wake-up for each interrupt | P1 under fairness
B0, probe need_lock | bio-task-lock design=v4 | P1 P8 P14 P15 | P14 holds wherever interrupts defer, and in forced threads |
B1 | bio-task design=v4 caller=direct preempt=full,rt | P1 P4 P5k P5h | P1, P4, P5 | P1 under fairness
B2 | bio-task design=schedule-work | P1 P4 P6 P9 | as B0 and B1, but for P9 |
B3 | bio-task design=was-empty | P1 P4 P13 | as B0 and B1; P13 less |
B4 | bio-task design=axboe-loop,wilcox-loop | P1 P4 P6 | as B0 and B1 |
B4 (i) | bio-task design=take-once caller=hardirq,softirq | P1 P4 | none |
B4 (ii) | bio-task design=sample-pending | P1 P4 | P4, P1 where the adder can be preempted |
B4 (iii) | bio-task design=bounded-batch | P1 P4 | P4, P1 |
B5 | bio-task-v5 design=v5 | P1 P2 P4 P5k P5h P6 P13 P24 | none from the gate's callers; P13: at most a wake-up for each tick | P1 under fairness
B5a | bio-task-v5 design=no-reverse | P6 | P6 |
B5b | bio-task-v5 design=mod-always | P1 P24 | P1 under weak fairness alone: the timer is always armed anew | P1 under fairness
B5c | bio-task-v5 design=no-delay | P1 P13 P24 | none; P13 more |
B5d | bio-task-v5 design=queue-delayed | P1 P4 | none |
B5e | bio-task-v5 design=sample-empty | P1 P4 | P4 where the worker can run between the look and the add |
B5 with hotplug | bio-task-v5-hotplug design=v5 | P1 P4 P5d P6 P17 P20 | P5d, P6; P20 of the callback of the dead CPU beside a worker | P1 under fairness
B8 | bio-task-v6 | P1 P6 P10 P11 | P10 and P1, and P11 where the handler frees the bio, with hotplug; none without | P1 under fairness
B9, v5 without the callback | bio-task-v5-hotplug design=no-dead | P1 P17 | P1 holds: the timer and the work go on elsewhere | P1 under fairness
B6 | bio-task-memory | P1 P14 | P14 on the system workqueue, and on one that is not for memory reclaim | P25 under fairness
B7 | bio-task-hotplug design=v4 probe=none | P1 P4 P5d P6 P9 P17 | P6, P5d, P9; P4 after a rollback | P1 under fairness
B7 on three CPUs | bio-task-requeue design=v4 | P1 P4 P5d P5k P6 P9 P17 | as on two; P4 also without a rollback, sooner on RT | P1 under fairness
B7 with B3 | bio-task-hotplug design=was-empty probe=none | P1 P4 | P1 after a rollback, for ever | P1 under fairness
B7.6 | bio-task-hotplug design=v4 probe=cpus-read-lock | P14 | P14 of a handler that takes cpu_hotplug_lock |
B9 | bio-task-hotplug design=no-dead probe=none | P1 P17 | P17, P1 | P1 under fairness
B10 | bio-task-merged design=merged probe=none | P1 P2 P4 P5k P5h P6 P7 P8 P9 P10 P15 P17 | none | P1 under fairness
B10 mutants | bio-task-merged design=check-first,no-down-step,no-dead-step | P1 P4 P10 P17 | each is caught |
B10 probes | bio-task-merged design=merged probe=cpus-read-lock,teardown-waits | P1 P14 | P14 |
B11 | bio-task-naive design=v5 caller=direct | P1 P17 | P1, P17 | P1 under fairness
B11, without delay | bio-task-naive design=no-delay caller=direct | P1 | P1 holds |
B11, interrupts off around the add | bio-task-naive design=irqs-off,irqs-off-queue caller=direct | P1 | P1 of what queues without taking over the timer |
B11, in an RCU reader | bio-task-naive caller=rcu-reader | P1 P17 | none |
C1 | bio-kthread design=as-posted | P1 P2 P4 P5h P6 P13 P15 | P15 on RT; with hotplug P5 and P6 | P1 under fairness
C1 on three CPUs | bio-kthread-drain design=as-posted | P1 P5h P6 P20 | P5, P6 | P1 under fairness
C1 on three CPUs, without the callback | bio-kthread-drain design=no-dead-callback | P1 P6 P20 | none |
C2 | bio-kthread design=check-then-set | P1 P4 | P1, P4 | P1 under fairness
C3 | bio-kthread design=plain-store,unlocked-test | P1 P4 | none, but for the unlocked test under TSO | store buffers
C4 | bio-kthread design=no-get-cpu | P1 P4 P6 P9 P17 P20 | P9 | P1 under fairness
C5 | bio-kthread design=wake-always,wake-locked | P1 P4 P13 | none | P1 under fairness
C6 | bio-kthread design=smpboot | P1 P4 P17 | none | P1 under fairness
C6 mutants | bio-kthread design=smpboot-no-retest,smpboot-no-drain,smpboot-unpinned | P1 P4 P17 | each is caught | P1 under fairness
D0 | csd-irq-work design=own-list use=two-objects,online-again mutant=none | P1 P6 P23 | none looked for; two lists cost two cache lines |
D0, interrupts on | csd-irq-work use=interrupted mutant=irqs-on | P18 P23 | P18 |
F4 | bio-kthread design=as-posted preempt=none hotplug=off | P1 P4 P6 P13 P20 | none |
C7, F5 | erofs-kthread design=merged | P1 P5h P6 P11 P15 | P5 and P6 while the CPU goes and comes | P1 under fairness
C7 mutants | erofs-kthread design=no-synchronize-rcu,early-unlock | P1 P11 | P11 each |
D1 | csd-irq-work design=csd use=two-raisers | P18 | P18 |
D2 | csd-irq-work design=irq-work,remote use=two-raisers mutant=none | P18 P23 | none; without the barrier P23 under TSO | store buffers
D3 | csd-irq-work use=per-cpu,two-objects,polling design=csd,irq-work,remote,static mutant=none | P1 P4 P23 | none | store buffers
D4 | csd-irq-work use=migrating mutant=none | P1 P19 P22 | P22 of the remote variant; P19 of a csd |
D5 | csd-irq-work design=static,once use=two-raisers,per-cpu mutant=none | P18 | P18 |
D5, in a request | csd-irq-work design=static,once use=request mutant=none | P11 P18 | none |
D6 | csd-irq-work design=csd,irq-work,remote,static use=request mutant=none | P11 | P11 of an irq_work, not of the static variant |
D7 | csd-irq-work use=own-cpu mutant=none | P6 | P6: works for the own CPU are last in, first out |
D7, for another CPU | csd-irq-work use=two-objects design=csd,irq-work,irq-work-soft,remote,static,once mutant=none | P6 | none |
D7, a caller that waits | csd-irq-work use=sync | P1 P6 | P6 |
D8 | csd-irq-work use=lock mutant=none | P15 | P15 of hard works on RT |
D9 | csd-irq-work use=offline mutant=none | P1 | P1 but for a csd, which is refused |
D9, and back | csd-irq-work use=online-again mutant=none | P1 | none |
D10 | csd-irq-work use=polling design=csd,irq-work,remote,static,once mutant=none | P1 P4 P23 | none |
F2, A8a | csd-softirq design=first-sends idle=halts,polls | P1 P4 P4s P6 P18 | none |
F2, A8c | csd-softirq design=all-send | P1 P18 | none: -EBUSY where the csd is under way |
E1 | dm-iopoll design=rfc clones=polled pollers=owner | P1 P2 P3 P11 P14 P21 | none | P1 under fairness
E1m | dm-iopoll design=rfc clones=md | P1 P2 P3 P11 P14 P21 | P1, P14 | P1 under fairness
E2 | dm-iopoll design=rfc clones=polled pollers=others | P1 P2 P3 P11 P14 P21 | P1, P21 | P1 under fairness
E3 | dm-iopoll design=rfc clones=polled pollers=same-bio | P1 P2 P3 P11 P14 P21 | P2, P11 | P1 under fairness
E4 | dm-iopoll design=rfc clones=polled pollers=same-queue | P1 P2 P3 P11 P14 P21 | P2, P11 | P1 under fairness
E5 | dm-iopoll design=rfc clones=irq,deferred,requeue,nested | P1 P2 P3 P11 P14 P21 | P3 and then P2; P1 of what nobody polls | P1 under fairness
E6 | dm-iopoll design=pin-once | P1 P2 P3 P11 P14 P21 | P2, P3, P21 hold; P11 with a second poller or a root freed by its handler; P1 where a clone is never polled | P1 under fairness
E7 | dm-iopoll design=rfc clones=native-split | P1 P2 P3 P11 P14 P21 | P14 | P1 under fairness
E8 | dm-poll-bio design=merged pollers=owner,same-queue | P1 P2 P3 P11 P14 P21 | none | P1 under fairness
E8, never polled | dm-poll-bio design=merged pollers=others | P1 P2 P3 P11 P14 P21 | P1, by design | P1 under fairness
E8, two pollers of a bio | dm-poll-bio design=merged pollers=same-bio | P1 P2 P3 P11 P14 P21 | a double drop: P2, P11; excluded by the callers | P1 under fairness
E8, a stale kiocb | dm-poll-bio design=merged pollers=stale-kiocb | P1 P2 P3 P11 P14 P21 | P2, P11 | P1 under fairness
E9 | dm-poll-bio design=v3 pollers=owner,same-bio | P1 P2 P3 P11 P14 P21 | P11 with a second poller | P1 under fairness
E10 | dm-poll-data design=one-cookie pool=enough | P1 P2 P3 P11 P14 P21 | P1 of all clones but one; P11 of data that goes with them | P1 under fairness
E10 with the pin | dm-poll-data design=one-cookie-pin pool=enough | P1 P2 P3 P11 P14 P21 | as E2 where the poll finds nothing | P1 under fairness
E10 in dm_table | dm-poll-data design=table,table-srcu pool=enough | P1 P2 P3 P11 P14 P21 | P11 unless it is held by SRCU | P1 under fairness
E10b | dm-poll-data design=node | P1 P2 P3 P11 P14 P21 | none | P1 under fairness
E10c | dm-poll-data design=array-per-target | P1 P2 P3 P11 P14 P21 | P1 with several queues for a target | P1 under fairness
E10, clones held | dm-poll-data design=held | P1 P14 P25 | P25 where clones are short | P1 under fairness
E11a | dm-poll-queues design=pending,pending-set-first | P1 P2 P3 P11 P14 P21 | P1, in either order of submission | P1 under fairness
E11a, cleared first | dm-poll-queues design=clear-first | P1 P2 P3 P11 P14 P21 | none | P1 under fairness
E11b | dm-poll-queues design=busy | P1 P2 P3 P11 P14 P21 | none | P1 under fairness
E11b, without a look at the own flag | dm-poll-queues design=busy-found | P1 P2 P3 P11 P14 P21 | P1 | P1 under fairness
E11b, level by level | bio-layers design=on-stack | P16 | P16: polls and end handlers nest once for each level |
E12, V6 | dm-poll-context design=v6 | P1 P2 P3 P11 P14 P21 | no poll after the context is gone (P11), every bio ended once (P2) | P1 under fairness
E12, repaired | dm-poll-context design=repaired | P1 P2 P3 P11 P14 P21 | none | P1 under fairness
F1 | inodegc design=xfs | P1 P5h P6 F1-lists F1-works | after a stop nothing is queued, and every list that is not empty has its bit: violated where the worker can be preempted |
`;

export const rows: readonly Row[] = TABLE.trim()
	.split("\n")
	.map((line) => {
		const [row = "", of = "", properties = "", expected = "", waits] = line.split("|").map((cell) => cell.trim());
		const [model = "", ...axes] = of.split(" ");
		const where = Object.fromEntries(
			axes.map((axis) => {
				const [name = "", values = ""] = axis.split("=");
				return [name, values.split(",")];
			}),
		);
		return { row, model, where, properties: properties.split(" "), expected, ...(waits ? { waits } : {}) };
	});
