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
	readonly lock: readonly Stmt<C>[];
	readonly unlock: readonly Stmt<C>[];
	readonly getBatch: Stmt<C>;
	readonly copyList: Stmt<C>;
	readonly initList: Stmt<C>;
	/** All of that, between lock and unlock. */
	readonly take: readonly Stmt<C>[];
	/** bio = bio_list_pop(&list), and its end, until the list taken is empty. */
	readonly completeAll: Stmt<C>;
	/** Schedules the work again and returns. */
	readonly requeue: readonly Stmt<C>[];
	readonly batchList: (c: C) => { readonly list: BioList; readonly cpu: Id<"cpu"> };
}

export type Loop = "axboe-loop" | "wilcox-loop" | "take-once" | "bounded-batch";

export function reviewLoops<C extends InWork>(k: Kernel, parts: Parts<C>): Readonly<Record<Loop, readonly Stmt<C>[]>> {
	const { lock, unlock, getBatch, copyList, initList, take, completeAll, requeue, batchList } = parts;
	return {
		"axboe-loop": [
			...take,
			loop([breakIf(({ f }) => f.list.head === null), completeAll, ifNeedResched(k, [...requeue], []), ...take]),
		],
		"wilcox-loop": [
			...lock,
			getBatch,
			copyList,
			loop([
				initList,
				...unlock,
				completeAll,
				...lock,
				getBatch,
				copyList,
				breakIf(({ f }) => f.list.head === null),
				ifNeedResched(k, [forget<InWork>("list"), ...unlock, ...requeue], [again()]),
			]),
			...unlock,
		],
		"take-once": [...take, completeAll],
		"bounded-batch": [
			...lock,
			getBatch,
			step("bio_list_add(&list, bio_list_pop(&batch->list))", (c) => {
				if (bio_list_empty(c, batchList(c))) return;
				c.f.list.head = bio_list_pop(k, c.s, batchList(c).list);
				c.f.list.tail = c.f.list.head;
			}),
			...unlock,
			completeAll,
		],
	};
}
