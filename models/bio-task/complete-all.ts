import { breakIf, call, forget, type Id, type In, loop, type Routine, type Stmt, step } from "preempt";
import {
	type BioId,
	type BioList,
	bio_list_empty,
	bio_list_pop,
	type Kernel,
	type KernelEventTypes,
	type KernelState,
	type LinuxSystem,
	type WithBio,
} from "preempt/linux";

/** while ((bio = bio_list_pop(&list))) bio->bi_end_io(bio): of a list that the work function has taken for itself. */
export const completeAll = <S extends KernelState>(
	k: Kernel,
	end_io: Routine<WithBio, unknown, In<LinuxSystem<S, KernelEventTypes>>, string>,
): Stmt<In<LinuxSystem<S, KernelEventTypes>, { list: BioList; bio: BioId }>, string> =>
	loop([
		breakIf(({ f }) => f.list.head === null),
		step("bio = bio_list_pop(&list)", ({ s, f }) => (f.bio = bio_list_pop(k, s, f.list))),
		call(end_io, ({ f }) => ({ bio: f.bio })),
		forget("bio"),
	]);

/** The same of the batch's own list, without the lock: Hellwig's snippet as typed. */
export const popShared = <S extends KernelState, L extends object>(
	k: Kernel,
	end_io: Routine<WithBio, unknown, In<LinuxSystem<S, KernelEventTypes>>, string>,
	batchList: (c: In<LinuxSystem<S, KernelEventTypes>, L>) => { readonly list: BioList; readonly cpu: Id<"cpu"> },
): Stmt<In<LinuxSystem<S, KernelEventTypes>, L & { bio: BioId }>, string> =>
	loop([
		breakIf("bio_list_pop(&batch->list) == NULL", (c) => bio_list_empty(c, batchList(c))),
		step("bio = bio_list_pop(&batch->list)", (c) => {
			if (!bio_list_empty(c, batchList(c))) c.f.bio = bio_list_pop(k, c.s, batchList(c).list);
		}),
		call(end_io, ({ f }) => ({ bio: f.bio })),
		forget("bio"),
	]);
