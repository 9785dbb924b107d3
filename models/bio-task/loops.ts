// The loops of the work function that the review of RFC v4 proposed, and controls. Its own is in bio-task.ts.
import { again, breakIf, forget, type Id, type In, loop, type Stmt, step } from "preempt";
import {
	type BioId,
	type BioList,
	bio_list_empty,
	bio_list_pop,
	ifNeedResched,
	type Kernel,
	type KernelEventTypes,
	type KernelState,
	type LinuxSystem,
} from "preempt/linux";

type InWork = In<
	LinuxSystem<KernelState, KernelEventTypes>,
	{ work: Id<"work">; batch: Id<"cpu">; list: BioList; bio: BioId; cpu: Id<"cpu"> }
>;

/** What the loops are made of: statements of bio-task.ts. */
export interface Parts<C extends InWork> {
	readonly lockBatch: Stmt<C>;
	readonly unlockBatch: Stmt<C>;
	readonly getBatch: Stmt<C>;
	readonly copyList: Stmt<C>;
	readonly initList: Stmt<C>;
	/** Both of that. */
	readonly takeList: Stmt<C>;
	/** bio = bio_list_pop(&list), and its end, until the list taken is empty. */
	readonly completeList: Stmt<C>;
	/** Schedules the work again and returns. */
	readonly requeue: Stmt<C>;
	readonly batchList: (c: C) => { readonly list: BioList; readonly cpu: Id<"cpu"> };
}

export type Loop = "axboe-loop" | "wilcox-loop" | "take-once" | "bounded-batch";

export function reviewLoops<C extends InWork>(k: Kernel, parts: Parts<C>): Readonly<Record<Loop, readonly Stmt<C>[]>> {
	const { lockBatch, unlockBatch, getBatch, copyList, initList, takeList, completeList, requeue, batchList } = parts;
	return {
		// Begun in the midst of the do loop: in its first round alone looped is false.
		"axboe-loop": [
			lockBatch,
			getBatch,
			takeList,
			unlockBatch,
			loop([
				breakIf(({ f }) => f.list.head === null),
				completeList,
				ifNeedResched(k, [requeue], []),
				lockBatch,
				getBatch,
				takeList,
				unlockBatch,
			]),
		],
		"wilcox-loop": [
			lockBatch,
			getBatch,
			copyList,
			loop([
				// again:
				initList,
				unlockBatch,
				completeList,
				lockBatch,
				getBatch,
				copyList,
				breakIf(({ f }) => f.list.head === null),
				// The copy is not used where the work is scheduled.
				ifNeedResched(k, [forget<InWork>("list"), unlockBatch, requeue], [again()]),
			]),
			unlockBatch, // left out of the mail
		],
		"take-once": [lockBatch, getBatch, takeList, unlockBatch, completeList],
		"bounded-batch": [
			lockBatch,
			getBatch,
			step("bio_list_add(&list, bio_list_pop(&batch->list))", (c) => {
				if (bio_list_empty(c, batchList(c))) return;
				c.f.list.head = bio_list_pop(k, c.s, batchList(c).list);
				c.f.list.tail = c.f.list.head;
			}),
			unlockBatch,
			completeList,
		],
	};
}
