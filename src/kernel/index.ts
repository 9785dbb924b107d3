export { local_bh_disable, local_bh_enable } from "./bh.ts";
export {
	type BioId,
	type BioRoutine,
	bi_end_io,
	bio_alloc,
	bio_endio,
	bio_get,
	bio_in_atomic,
	bio_inc_remaining,
	bio_put,
	bio_remaining_done,
	type Ending,
	type Gate,
	notInTask,
	touch,
} from "./bio.ts";
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
export { type BlkMq, type BlkMqVersion, blkDone, blkMq } from "./blk-mq.ts";
export { type CallNode, csd, isLinked } from "./call-queue.ts";
export { in_hardirq, in_interrupt, in_serving_softirq, in_task, preemptible, sleepable } from "./context.ts";
export {
	get_cpu,
	migrate_disable,
	migrate_enable,
	preempt_disable,
	preempt_enable,
	put_cpu,
	raw_smp_processor_id,
	smp_processor_id,
	this_cpu_ptr,
} from "./cpu.ts";
export { cpuhp_setup_state } from "./cpuhp.ts";
export { type CpuhpCallbacks, type CpuhpState, cpuhpStates } from "./cpuhp-states.ts";
export { cpus_read_lock, cpus_read_unlock } from "./cpus-lock.ts";
export { INIT_DELAYED_WORK, mod_delayed_work_on, queue_delayed_work_on } from "./delayed-work.ts";
export { disable_work_sync, enable_work } from "./disable-work.ts";
export { flush_workqueue } from "./flush.ts";
export { Generations, type Objects, type Reference } from "./generation.ts";
export { type Arrival, addHardirqs, type InterruptSource } from "./hardirq.ts";
export { addHotplug } from "./hotplug.ts";
export { addIdle } from "./idle.ts";
export {
	addInterrupts,
	addThreadedInterrupts,
	anyNoted,
	completeInSoftirq,
	deviceInterrupts,
	takeNoted,
	type WithBio,
} from "./irq.ts";
export {
	addIrqWorkThreads,
	type Embedding,
	type IrqWorks,
	irq_work,
	irq_work_run,
	irqWorkInterrupts,
	irqWorks,
} from "./irq-work.ts";
export {
	init_irq_work,
	irq_work_queue,
	irq_work_queue_on,
	irq_work_queue_remote,
	irq_work_queue_remote_static,
} from "./irq-work-queue.ts";
export { local_irq_disable, local_irq_enable, local_irq_restore, local_irq_save } from "./irqflags.ts";
export {
	type ContextRecord,
	type CpuId,
	type Hotplug,
	type In,
	Kernel,
	type KernelEvents,
	type KernelEventTypes,
	type KernelState,
	type LinuxSystem,
	type LocalLock,
	type Options,
	type Preempt,
	type TimerFunction,
} from "./kernel.ts";
export { addSoftirqs } from "./ksoftirqd.ts";
export { kthread_create_on_cpu } from "./kthread.ts";
export {
	type LlistHead,
	type LlistNodes,
	llist_add,
	llist_del_all,
	llist_empty,
	llist_head,
	llist_node,
	llist_nodes,
	llist_reverse_order,
} from "./llist.ts";
export {
	local_lock,
	local_lock_held,
	local_lock_irq,
	local_lock_irqsave,
	local_unlock,
	local_unlock_irq,
	local_unlock_irqrestore,
	localLock,
} from "./local-lock.ts";
export {
	addPolledQueues,
	bio_poll,
	blk_mq_poll,
	blk_mq_submit_bio,
	blk_poll,
	type HctxId,
	type Polling,
} from "./poll.ts";
export { cond_resched, might_sleep } from "./preempt.ts";
export { ifNeedResched } from "./priority.ts";
export { rcu_read_lock, rcu_read_unlock, synchronize_rcu } from "./rcu.ts";
export {
	mq_ops_complete,
	type RequestId,
	requestInterrupts,
	threadedRequestInterrupts,
	type WithRequest,
} from "./request.ts";
export type { Lock } from "./rtmutex.ts";
export { type Rule, rules } from "./rules.ts";
export {
	__set_current_state,
	do_exit,
	leaveCpu,
	schedule,
	set_current_state,
	wait_event,
	wake_up_process,
} from "./sleep.ts";
export { type CallError, type CallFunction, init_csd, type SmpCalls, smpCalls } from "./smp.ts";
export { kthread_parkme, kthread_should_park, smpboot_register } from "./smpboot.ts";
export { __raise_softirq_irqoff, raise_softirq, type SoftirqAction } from "./softirq.ts";
export {
	raw_spin_lock,
	raw_spin_unlock,
	spin_lock,
	spin_lock_bh,
	spin_lock_irqsave,
	spin_unlock,
	spin_unlock_bh,
	spin_unlock_irqrestore,
	spinlock,
} from "./spinlock.ts";
export { addTask, type TaskOptions } from "./task.ts";
export { add_timer_on, del_timer, type Timer, timer_setup, timers_dead_cpu } from "./timer.ts";
export { addWorkers, type WorkerOptions } from "./worker.ts";
export { isDisassociated, isExecuting, queue_work, queue_work_on, type Work, type WorkFunction } from "./workqueue.ts";
