// drivers/md/dm.c around the patch: struct dm_io, and how the ends of clones become the end of a bio.
import {
	bool,
	call,
	giveBack,
	type Id,
	type IdSet,
	type In,
	ifdef,
	list,
	maybe,
	perId,
	type RecordOf,
	type Routine,
	range,
	record,
	type Stmt,
	step,
	when,
} from "preempt";
import {
	type BioId,
	bio_put,
	blk_mq_submit_bio,
	type HctxId,
	type Kernel,
	type KernelEventTypes,
	type KernelState,
	type LinuxSystem,
	touch,
	type WithBio,
} from "preempt/linux";
import type { Mapped, Stack } from "./stack.ts";

export const fields = (k: Kernel, Io: IdSet<"dm_io">) => ({
	/** What the patch adds to struct bio; bi_cookie is the library's. */
	poll: perId(k.Bio, record({ bi_root: maybe(k.Bio), bi_plist: list(k.Bio, 3), pinned: bool })),
	io: perId(Io, record({ io_count: range(0, 3), orig_bio: maybe(k.Bio) })),
	/** The owner's: the cookie is there for others to use; the end handler has told it. */
	owner: record({ submitted: bool, told: bool }),
	/** The target has a clone to submit. */
	target: record({ has_clone: bool }),
});
export const events = (k: Kernel) => ({ pinned: [k.Bio], unpinned: [k.Bio] }) as const;

export type State = KernelState & RecordOf<ReturnType<typeof fields>>;
export type Sys = LinuxSystem<State, KernelEventTypes & ReturnType<typeof events>>;
export type Here<F = unknown> = In<Sys, F>;
export type Ends = Routine<WithBio, unknown, Here, string>;

/** The frame of __submit_bio_noacct(). */
export type Submitting = { bio: BioId; list: { push(bio: BioId): void }; ret: HctxId | null; again: boolean };

export interface Around {
	readonly stack: Stack;
	readonly Io: IdSet<"dm_io">;
	/** Whose the bio is: its submitter's, on whose stack it is, or its end handler's. */
	readonly ownership: "stack" | "kiocb";
	readonly endio: () => Ends;
}

export function dm(k: Kernel, sys: Sys, { stack, Io, ownership, endio }: Around) {
	const { root, maps, deferred, requeued, part, queue } = stack;
	const ioOf = (bio: BioId): Id<"dm_io"> => Io.id(maps.findIndex(({ clones }) => clones.includes(bio)));

	const dec_pending = sys.routine(
		"dec_pending",
		{ args: { io: Io }, locals: { last: bool, bio: maybe(k.Bio) }, depth: 2 },
		[
			step("last = atomic_dec_and_test(&io->io_count)", ({ s, f }) => {
				const io = s.io[f.io];
				io.io_count--;
				f.last = io.io_count === 0;
			}),
			when(({ f }) => !f.last, [giveBack()]),
			// The first clone is a part of struct dm_io.
			step("bio = io->orig_bio; free_io(md, io)", ({ s, f }) => {
				f.bio = s.io[f.io].orig_bio;
				bio_put(k, s, maps[f.io].clones[0]);
			}),
			when(
				({ f }) => maps[f.io].clones[0] === requeued && requeued !== undefined,
				[
					step("bio_list_add_head(&md->deferred, bio) /* DM_ENDIO_REQUEUE */", ({ s }) => (s.target.has_clone = true)),
					giveBack(),
				],
			),
			call(endio, ({ f }) => ({ bio: f.bio as BioId })),
		],
	);

	/** The end handler of clones. */
	const clone_endio = sys.routine("clone_endio", { args: { bio: k.Bio }, depth: 2 }, [
		step("bio->bi_end_io(bio) /* clone_endio() */", ({ s, f, emit }) => {
			touch(k, s, f.bio);
			emit.end_io(f.bio);
			s.bio[f.bio].phase = "done";
		}),
		when(
			({ f }) => maps[ioOf(f.bio)].clones[0] !== f.bio,
			[step("free_tio(tio): bio_put(&tio->clone)", ({ s, f }) => bio_put(k, s, f.bio))],
		),
		call(dec_pending, ({ f }) => ({ io: ioOf(f.bio) })),
	]);

	/** __submit_bio() of a bio for dm: clones go on current->bio_list, or are left to the target. */
	const map = ({ orig, clones }: Mapped, io: Id<"dm_io">): Stmt<Here<Submitting>, string>[] => [
		step("io = alloc_io(md, bio)", ({ s, f }) => {
			s.io[io].io_count = 1;
			s.io[io].orig_bio = orig;
			f.ret = null;
		}),
		...clones.map((clone) =>
			step<Here<Submitting>, string>(
				clone === deferred
					? `__map_bio(${k.Bio.nameOf(clone)}): DM_MAPIO_SUBMITTED, its target will submit it`
					: `__map_bio(${k.Bio.nameOf(clone)}): submit_bio_noacct(clone)`,
				({ s, f }) => {
					s.io[io].io_count++;
					s.poll[clone].bi_root = s.poll[f.bio].bi_root;
					if (clone === deferred) s.target.has_clone = true;
					else f.list.push(clone);
				},
			),
		),
		ifdef(orig === part, [
			step("b = bio_split(bio); bio_chain(b, bio); submit_bio_noacct(bio)", ({ s, f }) => {
				s.poll[part as BioId].bi_root = s.poll[root].bi_root;
				s.bio[root].chained = true;
				s.bio[root].remaining++;
				f.list.push(root);
				f.again = true;
			}),
		]),
		call(dec_pending, () => ({ io })),
	];

	/** __submit_bio(): who takes the bio; MD remaps it in place, and blk-mq makes a request of it. */
	const queued: readonly Stmt<Here<Submitting>>[] = [
		step("ret = __submit_bio(bio) /* blk_mq_submit_bio() */", ({ s, f }) => {
			f.ret = blk_mq_submit_bio(k, s, f.bio, queue(f.bio));
		}),
	];
	const byMd: readonly Stmt<Here<Submitting>>[] = [
		step("ret = __submit_bio(bio) /* MD: submit_bio_noacct(bio) */", ({ f }) => {
			f.list.push(f.bio);
			f.again = true;
			f.ret = null;
		}),
	];
	const __submit_bio = maps.reduceRight<readonly Stmt<Here<Submitting>>[]>(
		(otherwise, mapped, io) => {
			const taken = mapped.orig === part ? root : mapped.orig;
			const time = (f: Pick<Submitting, "again">) => part === undefined || f.again === (mapped.orig !== part);
			return [when(({ f }) => f.bio === taken && time(f), map(mapped, Io.id(io)), otherwise)];
		},
		maps.length === 0 ? [when(({ f }) => f.again, queued, byMd)] : queued,
	);

	/** The end handler of a bio that is nobody's clone. */
	const end_io = sys.routine("bi_end_io", { args: { bio: k.Bio } }, [
		step("bio->bi_end_io(bio)", ({ s, f, emit }) => {
			touch(k, s, f.bio);
			emit.end_io(f.bio);
			s.bio[f.bio].phase = "done";
			// WRITE_ONCE(bio->bi_private, NULL), or iocb->ki_complete()
			if (f.bio === root) s.owner.told = true;
		}),
		when(
			({ f }) => f.bio === root && ownership === "kiocb",
			[step("bio_put(bio)", ({ s, f }) => bio_put(k, s, f.bio))],
		),
	]);

	/** dm_wq_work(): a bio that waits on md->deferred is mapped again, to a clone that is submitted from here. */
	const remap = (clone: BioId, submit: Stmt<Here>): Stmt<Here>[] => [
		step("io = alloc_io(md, bio); clone_bio(tio, bio)", ({ s }) => {
			touch(k, s, root);
			const io = s.io[ioOf(clone)];
			io.io_count = 2;
			io.orig_bio = root;
			s.poll[clone].bi_root = s.poll[root].bi_root;
		}),
		submit,
		call(dec_pending, () => ({ io: ioOf(clone) })),
	];

	return { clone_endio, end_io, __submit_bio, remap };
}
