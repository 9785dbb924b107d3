// The done lists before the series: a list_head on each CPU, changed with interrupts off. The patch's minus lines.
import {
	breakIf,
	forget,
	type Id,
	type In,
	ifdef,
	type List,
	list,
	loop,
	perId,
	record,
	type Stmt,
	step,
	when,
} from "preempt";
import {
	type Kernel,
	type KernelEventTypes,
	type KernelState,
	type LinuxSystem,
	local_irq_disable,
	local_irq_enable,
	local_irq_restore,
	local_irq_save,
	mq_ops_complete,
	raise_softirq,
	this_cpu_ptr,
} from "preempt/linux";

export const list_heads = (k: Kernel) => perId(k.Cpu, record({ list: list(k.Request, Math.max(1, k.Request.count)) }));
type Lists = KernelState & { readonly list_head: { readonly [C in Id<"cpu">]: { list: List<Id<"rq">> } } };
type Here<F> = In<LinuxSystem<Lists, KernelEventTypes>, F>;
type Adding = { rq: Id<"rq">; flags: boolean; list: Id<"cpu">; first: boolean };

/** The body of blk_mq_trigger_softirq(). */
export function trigger(k: Kernel): readonly Stmt<Here<Adding>>[] {
	const raise = raise_softirq(k);
	return [
		local_irq_save(k),
		step("list = this_cpu_ptr(&blk_cpu_done); list_add_tail(&rq->ipi_list, list)", (c) => {
			c.f.list = this_cpu_ptr(k, c);
			const requests = c.s.list_head[c.f.list].list;
			c.emit.list_access(c.f.list);
			requests.push(c.f.rq);
			c.emit.rq_queued(c.f.rq, c.f.list);
			c.f.first = requests.length === 1;
		}),
		when(
			({ f }) => f.first,
			[
				step("raise_softirq_irqoff(BLOCK_SOFTIRQ)", (c) => {
					c.emit.done_kicked(c.f.list, c.me.cpu);
					raise(c);
				}),
			],
		),
		forget("first"),
		local_irq_restore(k),
	];
}

/** The body of blk_done_softirq(). */
export function completeList(
	k: Kernel,
	{ irqsOff }: { readonly irqsOff: boolean },
): readonly Stmt<Here<{ cpu_list: Id<"cpu">; local_list: List<Id<"rq">> }>>[] {
	return [
		ifdef(irqsOff, [local_irq_disable(k)]),
		step("cpu_list = this_cpu_ptr(&blk_cpu_done)", (c) => (c.f.cpu_list = this_cpu_ptr(k, c))),
		step("list_replace_init(cpu_list, &local_list)", ({ s, f, emit }) => {
			const { list } = s.list_head[f.cpu_list];
			emit.list_access(f.cpu_list);
			f.local_list = list;
			list.clear();
		}),
		ifdef(irqsOff, [local_irq_enable(k)]),
		loop([
			breakIf(({ f }) => f.local_list.length === 0),
			step("rq->q->mq_ops->complete(rq)", (c) => mq_ops_complete(k, c, c.f.local_list.shift(), c.f.cpu_list)),
		]),
	];
}

/** The body of blk_softirq_cpu_dead(): the dead CPU's list goes to the head of this one's. */
export function spliceDead(k: Kernel): readonly Stmt<Here<{ cpu: Id<"cpu"> }>>[] {
	const raise = raise_softirq(k);
	return [
		local_irq_disable(k),
		step("list_splice_init(&per_cpu(blk_cpu_done, cpu), this_cpu_ptr(&blk_cpu_done))", (c) => {
			const [dead, here] = [c.s.list_head[c.f.cpu].list, c.s.list_head[this_cpu_ptr(k, c)].list];
			c.emit.list_access(c.f.cpu);
			c.emit.list_access(c.me.cpu);
			const behind = here.toArray();
			here.clear();
			for (const rq of [...dead.toArray(), ...behind]) here.push(rq);
			dead.clear();
		}),
		step("raise_softirq_irqoff(BLOCK_SOFTIRQ)", raise),
		local_irq_enable(k),
	];
}
