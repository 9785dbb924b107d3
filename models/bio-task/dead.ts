// bio_complete_batch_cpu_dead(), the callback at CPUHP_BP_PREPARE_DYN: the same in v4, v6 and as merged.
import {
	call,
	choose,
	forget,
	type Id,
	type In,
	leave,
	loop,
	maybe,
	type Routine,
	type Stmt,
	step,
	waitUntil,
} from "preempt";
import {
	type BioId,
	type BioList,
	bio_list_pop,
	bioListPopInWords,
	cpuhp_setup_state,
	type Kernel,
	type KernelEventTypes,
	type KernelState,
	type LinuxSystem,
	type WithBio,
} from "preempt/linux";

type WithBatches = KernelState & {
	readonly batch: { readonly [C in Id<"cpu">]: { list: BioList; drained: boolean } };
};

/**
 * "The CPU is dead so no locking is needed". It is set up here; `drained` says that it has returned. `shared`: a work
 * that has lost its CPU may still take that list (WQ9), so that the pop is told word by word.
 */
export function bioListDead<S extends WithBatches>(
	k: Kernel,
	sys: LinuxSystem<S, KernelEventTypes>,
	end_io: Routine<WithBio, unknown, In<LinuxSystem<S, KernelEventTypes>>, string>,
	{ shared = false } = {},
) {
	type Popping = In<typeof sys, { cpu: Id<"cpu">; bio: BioId; next: BioId | null }>;
	const pop: readonly Stmt<Popping>[] = shared
		? bioListPopInWords<Popping>(k, ({ s, f }) => ({ list: s.batch[f.cpu].list, cpu: f.cpu }))
		: [
				waitUntil(
					"bio = bio_list_pop(&batch->list)",
					({ s, f }) => s.batch[f.cpu].list.head !== null,
					({ s, f, emit }) => {
						emit.list_access(f.cpu);
						f.bio = bio_list_pop(k, s, s.batch[f.cpu].list);
					},
				),
			];
	const bio_complete_batch_cpu_dead = sys.routine(
		"bio_complete_batch_cpu_dead",
		{ args: { cpu: k.Cpu }, locals: { bio: k.Bio, next: maybe(k.Bio) } },
		[
			// batch = per_cpu_ptr(&bio_complete_batch, cpu)
			loop([
				choose(
					[...pop],
					[
						waitUntil(
							"bio_list_pop(&batch->list) == NULL",
							({ s, f }) => s.batch[f.cpu].list.head === null,
							({ f, emit }) => emit.list_access(f.cpu),
						),
						leave(),
					],
				),
				call(end_io, ({ f }) => ({ bio: f.bio })),
				forget("bio"),
			]),
			step("return 0", ({ s, f, emit }) => {
				s.batch[f.cpu].drained = true;
				emit.drained(f.cpu);
			}),
		],
	);
	cpuhp_setup_state(k, sys, "CPUHP_BP_PREPARE_DYN", {
		teardown: (cpu) => [call(bio_complete_batch_cpu_dead, () => ({ cpu }))],
	});
	return bio_complete_batch_cpu_dead;
}
