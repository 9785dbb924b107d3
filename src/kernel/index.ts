export { local_bh_disable, local_bh_enable } from "./bh.ts";
export { type BioId, type BioRoutine, bi_end_io, bio_endio, bio_put, notInTask, touch } from "./bio.ts";
export {
	type BioList,
	bio_list,
	bio_list_add,
	bio_list_bios,
	bio_list_copy,
	bio_list_empty,
	bio_list_init,
	bio_list_pop,
	bioListAddInWords,
	bioListTakeInWords,
	type Shared,
} from "./bio-list.ts";
export { in_hardirq, in_interrupt, in_serving_softirq, in_task, preemptible, sleepable } from "./context.ts";
export {
	get_cpu,
	local_irq_disable,
	local_irq_enable,
	local_irq_restore,
	local_irq_save,
	migrate_disable,
	migrate_enable,
	preempt_disable,
	preempt_enable,
	put_cpu,
	raw_smp_processor_id,
	smp_processor_id,
	this_cpu_ptr,
} from "./cpu.ts";
export { addInterrupts, addThreadedInterrupts, anyNoted, completeInSoftirq, takeNoted, type WithBio } from "./irq.ts";
export {
	type ContextRecord,
	type CpuId,
	type In,
	Kernel,
	type KernelEvents,
	type KernelEventTypes,
	type KernelState,
	type LinuxSystem,
	type LocalLock,
	type Options,
	type Preempt,
} from "./kernel.ts";
export { addSoftirqs } from "./ksoftirqd.ts";
export {
	type Lock,
	local_lock_held,
	local_lock_irq,
	local_lock_irqsave,
	local_unlock_irq,
	local_unlock_irqrestore,
	localLock,
	spin_lock,
	spin_lock_irqsave,
	spin_unlock,
	spin_unlock_irqrestore,
	spinlock,
} from "./lock.ts";
export { type Rule, rules } from "./rules.ts";
export {
	addTask,
	cond_resched,
	do_exit,
	ifNeedResched,
	might_sleep,
	schedule,
	set_current_state,
	type TaskOptions,
	wake_up_process,
} from "./sched.ts";
export { __raise_softirq_irqoff, raise_softirq, type SoftirqAction } from "./softirq.ts";
export { addWorkers, queue_work, queue_work_on, type Work, type WorkFunction } from "./workqueue.ts";
