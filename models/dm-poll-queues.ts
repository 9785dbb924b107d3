// Polled I/O on dm without cookies: whoever polls for a bio polls the hardware queues below the device. Which of them
// have anything to be found is noted in a bitmap (Xu's proposal of 12 January 2021), or none is left out but those
// that somebody else polls at the moment ("dm: support IO polling for bio-based dm device", v2 6/6 of 25 January).
//
// Of the proposal there is no code. Its second bitmap, of the queues that somebody polls, is v2's `busy`. Left out are
// targets that are dm devices, dm_get_live_table(), and what polls return. The count of a bio's clones is its own
// here, and not that of struct dm_io.
import {
	bool,
	call,
	choose,
	type In,
	ifdef,
	leave,
	loop,
	maybe,
	model,
	must,
	perId,
	record,
	type Stmt,
	step,
	waitUntil,
	when,
} from "preempt";
import {
	addPolledQueues,
	addTask,
	type BioId,
	bi_end_io,
	bio_endio,
	blk_mq_poll,
	blk_mq_submit_bio,
	type HctxId,
	Kernel,
	type Polling,
} from "preempt/linux";
import { polledBioProperties as properties } from "preempt/specs";

/** Who submits what: a bio with clones on these queues. */
const TASKS = [
	{ root: 0, clones: [1, 2], queues: [0, 1] },
	{ root: 3, clones: [4], queues: [0] },
] as const;

export default model("dm-poll-queues", {
	about: "polled I/O on dm by polling all hardware queues, or those in a bitmap (January 2021)",
	axes: {
		design: [
			"pending", // a bit is set once the bio is queued, and cleared when the queue was found empty
			"pending-set-first", // it is set before the bio is queued
			"clear-first", // repair: it is cleared before the poll, and set again if something is left
			"busy", // v2, as posted: no such bits; a queue that somebody polls is left to him
			// and what must not be left out of them
			"clear-first-set-first", // the bit is set before the bio is queued
			"busy-for-ever", // nobody lets go of a queue
			"busy-found", // who has found something believes that it was his
		],
	},
	defaults: { design: ["pending", "pending-set-first", "clear-first", "busy"] },
	build({ design }) {
		const k = new Kernel({ cpus: TASKS.length, hctxs: 2, chain: { 1: 0, 2: 0, 4: 3 }, preempt: "none" });
		for (const name of ["a", "a.clone0", "a.clone1", "b", "b.clone"]) k.Bio.add(name);
		const sys = k.system({ state: { queue: perId(k.Hctx, record({ pending: bool, busy: bool })) } });
		type Here<F = unknown> = In<typeof sys, F>;
		type Round = Polling & { idled: boolean; busy: boolean; found: boolean };
		const endio = bio_endio(k, bi_end_io(k));
		const byBitmap = !design.startsWith("busy");

		const isOn = ({ s }: Here, bio: BioId, hctx: HctxId) =>
			s.bio[bio].hctx === hctx && ["issued", "hw_done"].includes(s.bio[bio].phase);
		const isEmpty = (c: Here, hctx: HctxId) => !k.Bio.all.some((bio) => isOn(c, bio, hctx));

		const set_bit = (hctx: HctxId): Stmt<Here> =>
			step(`set_bit(${hctx}, t->pending)`, ({ s }) => (s.queue[hctx].pending = true));
		const clear_bit = (hctx: HctxId): Stmt<Here> =>
			step(`clear_bit(${hctx}, t->pending)`, ({ s }) => (s.queue[hctx].pending = false));
		const submit = (bio: BioId, hctx: HctxId): Stmt<Here>[] => {
			const queue: Stmt<Here> = step(`__submit_bio(${k.Bio.nameOf(bio)}) /* blk_mq_submit_bio() */`, ({ s }) => {
				blk_mq_submit_bio(k, s, bio, hctx);
			});
			if (!byBitmap) return [queue];
			return design.endsWith("set-first") ? [set_bit(hctx), queue] : [queue, set_bit(hctx)];
		};

		const noteFound: Stmt<Here<Round>> = ifdef(design === "busy-found", [
			step("found = true", ({ f }) => (f.found = true)),
		]);
		const pollOnce: Stmt<Here<Round>> = choose(
			[blk_mq_poll<Here<Round>>(k, endio), noteFound],
			[step("q->mq_ops->poll(hctx) /* finds nothing */", () => {})],
		);
		const take = (hctx: HctxId): Stmt<Here<Round>> => step(`hctx = t->hctxs[${hctx}]`, ({ f }) => (f.hctx = hctx));
		const empty = (hctx: HctxId, then: Stmt<Here<Round>>[], otherwise: Stmt<Here<Round>>[]): Stmt<Here<Round>> =>
			when("nothing is queued on hctx", (c) => isEmpty(c, hctx), then, otherwise);
		/** One round of the loop over the queues below the device. */
		const poll = (hctx: HctxId): Stmt<Here<Round>>[] => {
			if (byBitmap)
				return [
					when(
						`test_bit(${hctx}, t->pending)`,
						({ s }) => s.queue[hctx].pending,
						design.startsWith("clear-first")
							? [clear_bit(hctx), take(hctx), pollOnce, empty(hctx, [], [set_bit(hctx)])]
							: [take(hctx), pollOnce, empty(hctx, [clear_bit(hctx)], [])],
					),
				];
			return [
				step(`ctx = &ctxs[${hctx}]; busy = atomic_cmpxchg(&ctx->busy, 0, 1)`, ({ s, f }) => {
					f.hctx = hctx;
					f.busy = s.queue[hctx].busy;
					s.queue[hctx].busy = true;
				}),
				when(
					({ f }) => !f.busy,
					[
						pollOnce,
						ifdef(design !== "busy-for-ever", [
							step("atomic_set(&ctx->busy, 0)", ({ s, f }) => (s.queue[must(f.hctx)].busy = false)),
						]),
					],
				),
			];
		};

		/** Whether a round can change anything. One that cannot is looked at once. */
		const worth = (c: Here): boolean =>
			k.Hctx.all.some((hctx) => {
				const { pending, busy } = c.s.queue[hctx];
				const finished = k.Bio.all.some((bio) => isOn(c, bio, hctx) && c.s.bio[bio].phase === "hw_done");
				return byBitmap ? pending && (finished || isEmpty(c, hctx)) : !busy && finished;
			});
		for (const { root, clones, queues } of TASKS) {
			const done = ({ s }: Here) => s.bio[k.Bio.id(root)].phase === "done";
			const submit_and_poll = sys.routine(
				"submit_and_poll",
				{ locals: { hctx: maybe(k.Hctx), rq: k.Bio, idled: bool, busy: bool, found: bool } },
				[
					...clones.flatMap((bio, i) => submit(k.Bio.id(bio), k.Hctx.id(queues[i] as number))),
					call(endio, () => ({ bio: k.Bio.id(root) })), // dec_pending(io)
					step("qc = submit_bio(&bio)", ({ f }) => {
						f.idled = false;
						if (design === "busy-found") f.found = false;
					}),
					loop([
						choose(
							[
								design === "busy-found"
									? waitUntil("found", ({ f }) => f.found)
									: waitUntil("!READ_ONCE(bio.bi_private)", done),
								leave(),
							],
							[
								waitUntil(
									"blk_poll(q, qc, true)",
									(c) => !done(c) && (!c.f.idled || worth(c)),
									(c) => {
										if (!worth(c)) c.f.idled = true;
									},
								),
								...k.Hctx.all.flatMap(poll),
							],
						),
					]),
				],
			);
			addTask(k, sys, `owner of ${k.Bio.nameOf(k.Bio.id(root))}`, submit_and_poll, {
				boundTo: k.Cpu.id(root === 0 ? 0 : 1),
			});
		}
		addPolledQueues(k, sys);
		properties(k, sys, {
			leavesOf: (bio) => TASKS.find(({ root }) => root === bio)?.clones.map((each) => k.Bio.id(each)) ?? [bio],
			pinned: [],
		});
		return sys;
	},
});
