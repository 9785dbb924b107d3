// block/blk-poll.c as the patch has it, and bio_endio(): how bios get to who polls, are ended, and are drained.
import {
	bool,
	breakIf,
	call,
	choose,
	fault,
	giveBack,
	ifdef,
	list,
	loop,
	maybe,
	range,
	type Stmt,
	step,
	waitUntil,
	when,
} from "preempt";
import {
	type BioId,
	bi_end_io,
	bio_put,
	blk_mq_poll,
	type Kernel,
	type Polling,
	spin_lock,
	spin_unlock,
	spinlock,
	touch,
} from "preempt/linux";
import type { Bios, Here, On } from "./context.ts";

type Grps = Polling & { bio: BioId; i: number; grps: Bios; bl: Bios; ready: boolean };

/** sq_lock of the submitter's context, which the C calls `pc` where it submits. */
function sqLock({ k, iocs, submitters, parts }: On) {
	const id = spinlock(k, "sq_lock");
	return (pc: "pc" | "submit_ctx") => ({
		lock: ifdef(parts.locks, [spin_lock(k, `${pc}->sq_lock`, (_: Here) => id)]) as Stmt<Here>,
		unlock: ifdef(parts.locks, [
			spin_unlock(k, `${pc}->sq_lock`, ({ s }: Here) => {
				iocs.touch(s.ioc, submitters, `spin_unlock(&${pc}->sq_lock)`);
				return id;
			}),
		]) as Stmt<Here>,
	});
}

/** The submission queue of the submitter's context. */
const sqOf =
	({ iocs, submitters }: On) =>
	({ s }: Pick<Here, "s">, what = "submit_ctx->sq"): Bios => {
		iocs.touch(s.ioc, submitters, what);
		return s.ioc[submitters].sq;
	};

/** bio_grp_list_move(): all of one list to the end of another. */
function move(dst: Bios, src: Bios): void {
	for (const bio of src.toArray()) dst.push(bio);
	src.clear();
}

/** Whether a round over these bios can change anything; of those that cannot, two are looked at. */
export const worth = (k: Kernel, s: Here["s"], bios: Bios): boolean =>
	bios
		.toArray()
		.some(
			(bio) => s.flags[bio].done || (s.flags[bio].ready && k.Bio.all.some((other) => s.bio[other].phase === "hw_done")),
		);

function endio({ k, sys, parts }: On) {
	const clone_endio = bi_end_io<Here["s"]>(k, [
		step("free_tio(tio): bio_put(&tio->clone)", ({ s, f }) => bio_put(k, s, f.bio)),
	]);
	return sys.routine("bio_endio", { args: { bio: k.Bio } }, [
		when("bio_flagged(bio, BIO_END_BY_POLL)", ({ s, f }) => s.flags[f.bio].end_by_poll, [
			step("bio_set_flag(bio, BIO_DONE)", ({ s, f }) => {
				touch(k, s, f.bio);
				s.flags[f.bio].done = true;
			}),
			ifdef(parts.endsByPoll, [giveBack()]),
		]),
		call(clone_endio, ({ f }) => ({ bio: f.bio })),
	]);
}

export function blkPoll(on: On) {
	const { k, sys, Ioc, iocs, submitters, parts } = on;
	const bio_endio = endio(on);
	const locks = sqLock(on);
	const { lock, unlock } = locks("submit_ctx");
	const sq = sqOf(on);

	const grps = {
		...{ grps: list(k.Bio, 2), bl: list(k.Bio, 2), bio: k.Bio, i: range(0, 2), ready: bool },
		...{ hctx: maybe(k.Hctx), rq: k.Bio },
	};
	const blk_bio_poll_and_end_io: readonly Stmt<Here<Grps>>[] = [
		loop([
			breakIf(({ f }) => f.i === f.grps.length),
			// blk_mq_poll_io(bio)
			step("cookie = bio_get_poll_data(bio)", ({ s, f }) => {
				f.bio = f.grps.at(f.i);
				f.i++;
				touch(k, s, f.bio);
				f.ready = s.flags[f.bio].ready;
			}),
			when(
				({ f }) => f.ready,
				[
					when("!bio_flagged(bio, BIO_DONE)", ({ s, f }) => !s.flags[f.bio].done, [
						step("hctx = q->queue_hw_ctx[blk_qc_t_to_queue_num(cookie)]", ({ f }) => (f.hctx = k.Hctx.id(0))),
						choose(
							[blk_mq_poll<Here<Grps>>(k, bio_endio)],
							[step("q->mq_ops->poll(hctx) /* finds nothing */", () => {})],
						),
					]),
				],
			),
		]),
		// reap bios
		loop([
			breakIf(({ f }) => f.grps.length === 0),
			step("bio = __bio_grp_list_pop(&grp->list)", ({ f }) => (f.bio = f.grps.shift())),
			when(
				parts.ready
					? "bio_flagged(bio, BIO_DONE) && blk_qc_t_ready(bio_get_poll_data(bio))"
					: "bio_flagged(bio, BIO_DONE)",
				({ s, f }) => {
					touch(k, s, f.bio);
					const { done, ready } = s.flags[f.bio];
					return done && (ready || !parts.ready);
				},
				[
					step("bio_clear_flag(bio, BIO_END_BY_POLL)", ({ s, f }) => (s.flags[f.bio].end_by_poll = false)),
					call(bio_endio, ({ f }) => ({ bio: f.bio })),
				],
				[step("__bio_grp_list_add(&bl, bio)", ({ f }) => f.bl.push(f.bio))],
			),
		]),
		step("__bio_grp_list_merge(&grp->list, &bl)", ({ f }) => {
			move(f.grps, f.bl);
			f.i = 0;
		}),
	];

	const blk_bio_poll_io = sys.routine(
		"blk_bio_poll_io",
		{ args: { submit_ioc: maybe(Ioc), poll_ioc: Ioc }, locals: grps },
		[
			step("submit_ctx = submit_ioc->data; poll_ctx = blk_get_bio_poll_ctx()", ({ s, f }) => {
				f.i = 0;
				if (f.submit_ioc === null) fault("P11", "submit_ioc->data: a null pointer is followed");
				iocs.touch(s.ioc, f.submit_ioc, "submit_ioc->data");
			}),
			when("READ_ONCE(submit_ctx->sq->nr_grps) > 0", (c) => sq(c).length > 0, [
				lock,
				ifdef(
					parts.locks,
					[step("bio_grp_list_move(bio_grps, submit_ctx->sq)", (c) => move(c.f.grps, sq(c)))],
					[
						step("__bio_grp_list_merge(&dst->head[j].list, &grp->list)", (c) => {
							for (const bio of sq(c).toArray()) c.f.grps.push(bio);
						}),
						step("bio_list_init(&grp->list)", (c) => sq(c).clear()),
					],
				),
				unlock,
			]),
			ifdef(parts.pq, [
				step("bio_grp_list_move(poll_ctx->pq, bio_grps); bio_grp_list_move(bio_grps, poll_ctx->pq)", ({ s, f }) => {
					move(s.ioc[f.poll_ioc].pq, f.grps);
					move(f.grps, s.ioc[f.poll_ioc].pq);
				}),
			]),
			when(({ f }) => f.grps.length > 0, blk_bio_poll_and_end_io),
			when(
				({ f }) => f.grps.length > 0,
				[
					ifdef(
						parts.pq,
						[step("bio_grp_list_move(poll_ctx->pq, bio_grps)", ({ s, f }) => move(s.ioc[f.poll_ioc].pq, f.grps))],
						[
							lock,
							step("bio_grp_list_move(submit_ctx->sq, bio_grps)", (c) => {
								// Without the lock two may put back one: that the list breaks is not looked at.
								for (const bio of c.f.grps.toArray()) if (!sq(c).includes(bio)) sq(c).push(bio);
							}),
							unlock,
						],
					),
				],
			),
		],
	);

	// The list is polled in place; `grps` is it, for as long as the lock is held.
	const blk_bio_poll_io_drain = sys.routine(
		"blk_bio_poll_io_drain",
		{ args: { ioc: Ioc }, locals: { ...grps, idled: range(0, 2) } },
		[
			step("submit_ctx = submit_ioc->data", ({ s, f }) => {
				iocs.touch(s.ioc, f.ioc, "submit_ioc->data");
				f.i = 0;
				f.idled = 0;
			}),
			lock,
			loop([
				waitUntil(
					"READ_ONCE(submit_ctx->sq->nr_grps) > 0",
					({ s, f }) => f.idled < 2 || s.ioc[submitters].sq.length === 0 || worth(k, s, s.ioc[submitters].sq),
					(c) => {
						c.f.grps = sq(c);
						if (c.f.grps.length > 0 && !worth(k, c.s, c.f.grps)) c.f.idled++;
					},
				),
				breakIf(({ f }) => f.grps.length === 0),
				...blk_bio_poll_and_end_io,
				step("blk_bio_poll_pack_groups(submit_ctx->sq)", ({ s, f }) => {
					s.ioc[submitters].sq = f.grps;
					f.grps.clear();
				}),
			]),
			unlock,
		],
	);

	return { blk_bio_poll_io, blk_bio_poll_io_drain, locks, sq };
}
