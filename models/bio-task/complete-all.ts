import { breakIf, call, forget, type In, loop, type Routine, type Stmt, step } from "preempt";
import {
	type BioId,
	type BioList,
	bio_list_pop,
	type KernelEventTypes,
	type KernelState,
	type LinuxSystem,
	type WithBio,
} from "preempt/linux";

/** while ((bio = bio_list_pop(&list))) bio->bi_end_io(bio): of a list that the work function has taken for itself. */
export const completeAll = <S extends KernelState>(
	end_io: Routine<WithBio, unknown, In<LinuxSystem<S, KernelEventTypes>>, string>,
): Stmt<In<LinuxSystem<S, KernelEventTypes>, { list: BioList; bio: BioId }>, string> =>
	loop([
		breakIf(({ f }) => f.list.head === null),
		step("bio = bio_list_pop(&list)", ({ s, f }) => {
			f.bio = bio_list_pop(s, f.list);
		}),
		call(end_io, ({ f }) => ({ bio: f.bio })),
		forget("bio"),
	]);
