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
} from "./block/bio.ts";
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
	bioListPopInWords,
	bioListTakeInWords,
	noteQueued,
	type Shared,
} from "./block/bio-list.ts";
export { type BlkMq, type BlkMqVersion, blkDone, blkMq } from "./block/blk-mq.ts";
export {
	addPolledQueues,
	bio_poll,
	blk_mq_poll,
	blk_mq_submit_bio,
	blk_poll,
	type HctxId,
	type Polling,
} from "./block/poll.ts";
export {
	mq_ops_complete,
	type RequestId,
	requestInterrupts,
	threadedRequestInterrupts,
	type WithRequest,
} from "./block/request.ts";
export { cpuhp_setup_state } from "./hotplug/cpuhp.ts";
export { type CpuhpCallbacks, type CpuhpState, cpuhpStates } from "./hotplug/cpuhp-states.ts";
export { cpus_read_lock, cpus_read_unlock } from "./hotplug/cpus-lock.ts";
export { addHotplug } from "./hotplug/hotplug.ts";
export { smpboot_register } from "./hotplug/smpboot.ts";
export { local_bh_disable, local_bh_enable } from "./irq/bh.ts";
export { type Arrival, addHardirqs, type InterruptSource, interruptSource } from "./irq/hardirq.ts";
export {
	addInterrupts,
	addThreadedInterrupts,
	anyNoted,
	completeInSoftirq,
	deviceInterrupts,
	takeNoted,
	type WithBio,
} from "./irq/irq.ts";
export { local_irq_disable, local_irq_enable, local_irq_restore, local_irq_save } from "./irq/irqflags.ts";
export { addSoftirqs } from "./irq/ksoftirqd.ts";
export { type RequestOptions, request_irq } from "./irq/request-irq.ts";
export { __raise_softirq_irqoff, raise_softirq, type SoftirqAction, type SoftirqActions } from "./irq/softirq.ts";
export { disable_irq, disable_irq_nosync, enable_irq, free_irq, synchronize_irq } from "./irq/synchronize-irq.ts";
export {
	type Tasklet,
	tasklet_disable,
	tasklet_disable_in_atomic,
	tasklet_disable_nosync,
	tasklet_enable,
	tasklet_hi_schedule,
	tasklet_kill,
	tasklet_schedule,
	tasklet_setup,
} from "./irq/tasklet.ts";
export {
	add_timer,
	add_timer_global,
	add_timer_local,
	add_timer_on,
	del_timer,
	mod_timer,
	TIMER_PINNED,
	type Timer,
	timer_pending,
	timer_setup,
	timer_shutdown,
	timers_dead_cpu,
} from "./irq/timer.ts";
export { del_timer_sync, timer_shutdown_sync, try_to_del_timer_sync } from "./irq/timer-sync.ts";
export {
	type ContextRecord,
	type CpuId,
	type In,
	type InModel,
	Kernel,
	type KernelEvents,
	type KernelEventTypes,
	type KernelState,
	type LinuxSystem,
	type LocalLock,
	type TimerFunction,
} from "./kernel.ts";
export { Generations, type Objects, type Reference } from "./lib/generation.ts";
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
} from "./lib/llist.ts";
export {
	local_lock,
	local_lock_held,
	local_lock_irq,
	local_lock_irqsave,
	local_unlock,
	local_unlock_irq,
	local_unlock_irqrestore,
	localLock,
} from "./locking/local-lock.ts";
export { type Mutex, mutex, mutex_lock, mutex_trylock, mutex_unlock } from "./locking/mutex.ts";
export type { Lock } from "./locking/rtmutex.ts";
export {
	read_lock,
	read_lock_irq,
	read_lock_irqsave,
	read_unlock,
	read_unlock_irq,
	read_unlock_irqrestore,
	rwlock,
	write_lock,
	write_lock_irq,
	write_lock_irqsave,
	write_unlock,
	write_unlock_irq,
	write_unlock_irqrestore,
} from "./locking/rwlock.ts";
export {
	down_read,
	down_read_trylock,
	down_write,
	down_write_trylock,
	downgrade_write,
	type RwSemaphore,
	rw_semaphore,
	up_read,
	up_write,
} from "./locking/rwsem.ts";
export {
	raw_spin_lock,
	raw_spin_trylock,
	raw_spin_unlock,
	spin_lock,
	spin_lock_bh,
	spin_trylock,
	spin_unlock,
	spin_unlock_bh,
	spinlock,
} from "./locking/spinlock.ts";
export {
	raw_spin_lock_irq,
	raw_spin_lock_irqsave,
	raw_spin_unlock_irq,
	raw_spin_unlock_irqrestore,
	spin_lock_irq,
	spin_lock_irqsave,
	spin_unlock_irq,
	spin_unlock_irqrestore,
} from "./locking/spinlock-irq.ts";
export type { Hotplug, Options, Preempt } from "./options.ts";
export { type Rule, rules } from "./rules.ts";
export {
	type Completion,
	complete,
	complete_all,
	completion,
	completion_done,
	reinit_completion,
	wait_for_completion,
	wait_for_completion_timeout,
} from "./sched/completion.ts";
export { in_hardirq, in_interrupt, in_serving_softirq, in_task, preemptible, sleepable } from "./sched/context.ts";
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
} from "./sched/cpu.ts";
export { addIdle } from "./sched/idle.ts";
export { kthread_create_on_cpu, kthread_run } from "./sched/kthread.ts";
export {
	kthread_park,
	kthread_parkme,
	kthread_should_park,
	kthread_should_stop,
	kthread_stop,
	kthread_unpark,
} from "./sched/kthread-stop.ts";
export { cond_resched, might_sleep } from "./sched/preempt.ts";
export { finish_wait, prepare_to_wait, prepare_to_wait_exclusive } from "./sched/prepare-to-wait.ts";
export { ifNeedResched } from "./sched/priority.ts";
export { addGracePeriods, rcu_read_lock, rcu_read_unlock, synchronize_rcu } from "./sched/rcu.ts";
export {
	__set_current_state,
	schedule,
	set_current_state,
	wake_up_process,
} from "./sched/sleep.ts";
export { addTask, type TaskOptions } from "./sched/task.ts";
export {
	type Until,
	type WaitQueueHead,
	wait_event,
	wait_event_interruptible,
	wait_event_timeout,
	wait_queue_head,
	waitqueue_active,
	wake_up,
	wake_up_all,
	wake_up_nr,
} from "./sched/wait-event.ts";
export { type CallNode, csd, isLinked } from "./smp/call-queue.ts";
export {
	addIrqWorkThreads,
	type Embedding,
	type IrqWorks,
	irq_work,
	irq_work_run,
	irqWorkInterrupts,
	irqWorks,
} from "./smp/irq-work.ts";
export {
	init_irq_work,
	irq_work_queue,
	irq_work_queue_on,
	irq_work_queue_remote,
	irq_work_queue_remote_static,
} from "./smp/irq-work-queue.ts";
export { type CallError, type CallFunction, init_csd, type SmpCalls, smpCalls } from "./smp/smp.ts";
export { addBhWorkers } from "./workqueue/bh-worker.ts";
export {
	INIT_DELAYED_WORK,
	mod_delayed_work,
	mod_delayed_work_on,
	queue_delayed_work,
	queue_delayed_work_on,
} from "./workqueue/delayed-work.ts";
export {
	cancel_delayed_work,
	cancel_delayed_work_sync,
	cancel_work,
	cancel_work_sync,
	disable_work_sync,
	enable_work,
} from "./workqueue/disable-work.ts";
export { flush_delayed_work, flush_work, flush_workqueue } from "./workqueue/flush.ts";
export { addWorkers, type WorkerOptions } from "./workqueue/worker.ts";
export {
	INIT_WORK,
	isDisassociated,
	isExecuting,
	queue_work,
	queue_work_on,
	type Work,
	type WorkFunction,
} from "./workqueue/workqueue.ts";
