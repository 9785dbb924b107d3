// Polled I/O on dm by a context of the submitting task: Lei's V1 to V7 of March and April 2021, as far as their covers
// say what they oblige to. Bios wait in the context of who submitted them, are ended by a poll and not by their
// completion, and are drained when the task exits. The bodies of these patches are not modelled.
import {
	bool,
	breakIf,
	call,
	choose,
	forget,
	giveBack,
	type In,
	ids,
	ifdef,
	leave,
	list,
	loop,
	maybe,
	model,
	perId,
	range,
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
	blk_mq_poll,
	blk_mq_submit_bio,
	Generations,
	Kernel,
	type Polling,
	spin_lock,
	spin_unlock,
	spinlock,
	touch,
} from "preempt/linux";
import { polledBioProperties as properties } from "preempt/specs";

export default model("dm-poll-context", {
	about: "polled I/O on dm by a context of the submitting task: what it obliges to (March and April 2021)",
	axes: {
		design: [
			"reference", // who polls holds a reference of the context
			"no-reference", // he has a pointer
			// and what must not be left out
			"reference-no-drain", // the task exits with bios in its context
			"reference-ends-twice", // a completion ends its bio, too
			"reference-no-lock", // bios are copied from the context, and then removed
		],
		pollers: ["owner", "two"],
	},
	defaults: { design: ["reference", "no-reference"] },
	refuses: ({ design, pollers }) => {
		const shown = { "reference-no-drain": "owner", "reference-ends-twice": "owner", "reference-no-lock": "two" }[
			design as string
		];
		if (shown !== undefined && shown !== pollers) return "a mutant is shown where the design holds";
		return design === "no-reference" && pollers === "owner" ? "the owner needs no reference of another's" : undefined;
	},
	build({ design, pollers }) {
		const two = pollers === "two";
		const k = new Kernel({ cpus: two ? 2 : 1, hctxs: 2, preempt: "none" });
		const bios = [k.Bio.add("a"), k.Bio.add("b")];
		const Context = ids("poll_ctx", 1);
		const contexts = new Generations(k, Context);
		const pc = Context.id(0);
		const sys = k.system({
			state: {
				ctx: perId(Context, record({ refs: range(0, 2), sq: list(k.Bio, 2), ...contexts.generation })),
				/** BIO_DONE: completed, and not ended. */
				flags: perId(k.Bio, record({ done: bool })),
			},
			init: (s) => {
				s.ctx[pc].refs = 1;
			},
		});
		type Here<F = unknown> = In<typeof sys, F>;
		type Polls = Polling & {
			bio: BioId;
			taken: { length: number; push(b: BioId): void; shift(): BioId };
			rest: { length: number; push(b: BioId): void; shift(): BioId };
		};
		type Loops = Polls & { idled: number };
		const sqLock = spinlock(k, "pc->sq_lock");
		const lock: Stmt<Here> = ifdef(design !== "reference-no-lock", [spin_lock(k, "pc->sq_lock", () => sqLock)]);
		const unlock: Stmt<Here> = ifdef(design !== "reference-no-lock", [
			spin_unlock(k, "pc->sq_lock", (c: Here) => {
				contexts.touch(c.s.ctx, pc, "spin_unlock(&pc->sq_lock)");
				return sqLock;
			}),
		]);
		const sq = ({ s }: Pick<Here, "s">, what: string) => {
			contexts.touch(s.ctx, pc, what);
			return s.ctx[pc].sq;
		};

		const end = sys.routine("bi_end_io", { args: { bio: k.Bio } }, [
			step("bio->bi_end_io(bio)", ({ s, f, emit }) => {
				touch(k, s, f.bio);
				emit.end_io(f.bio);
				s.bio[f.bio].phase = "done";
			}),
		]);
		/** A completion leaves the end of its bio to a poll of the context. */
		const bio_endio = sys.routine("bio_endio", { args: { bio: k.Bio } }, [
			step("bio_set_flag(bio, BIO_DONE)", ({ s, f }) => (s.flags[f.bio].done = true)),
			ifdef(design === "reference-ends-twice", [call(end, ({ f }) => ({ bio: f.bio }))]),
		]);

		const blk_bio_poll: Stmt<Here<Polls>>[] = [
			lock,
			step("list = pc->sq", (c) => {
				for (const bio of sq(c, "pc->sq").toArray()) c.f.taken.push(bio);
				if (design !== "reference-no-lock") sq(c, "pc->sq").clear();
			}),
			ifdef(design === "reference-no-lock", [step("bio_list_init(&pc->sq)", (c) => sq(c, "pc->sq").clear())]),
			unlock,
			loop([
				breakIf(({ f }) => f.taken.length === 0),
				step("bio = bio_list_pop(&list); hctx = bio->bi_hctx", ({ s, f }) => {
					f.bio = f.taken.shift();
					f.hctx = s.bio[f.bio].hctx;
				}),
				when(
					"bio_flagged(bio, BIO_DONE)",
					({ s, f }) => s.flags[f.bio].done,
					[call(end, ({ f }) => ({ bio: f.bio }))],
					[
						choose(
							[blk_mq_poll<Here<Polls>>(k, bio_endio)],
							[step("q->mq_ops->poll(hctx) /* finds nothing */", () => {})],
						),
						step("bio_list_add(&rest, bio)", ({ f }) => f.rest.push(f.bio)),
					],
				),
				forget("bio", "hctx"),
			]),
			when(
				({ f }) => f.rest.length > 0,
				[
					lock,
					step("bio_list_merge(&pc->sq, &rest)", (c) => {
						while (c.f.rest.length > 0) {
							const bio = c.f.rest.shift();
							// Where two have taken it, it is put back twice: that the list breaks is not looked at.
							if (!sq(c, "pc->sq").includes(bio)) sq(c, "pc->sq").push(bio);
						}
					}),
					unlock,
				],
			),
		];
		/** Whether a round can change anything; of those that cannot, two are looked at. */
		const worth = ({ s }: Here) =>
			contexts.isFree(s.ctx, pc) ||
			s.ctx[pc].sq
				.toArray()
				.some(
					(bio) =>
						s.flags[bio].done ||
						bios.some((other) => s.bio[other].phase === "hw_done" && s.bio[other].hctx === s.bio[bio].hctx),
				);
		const round = (label: string, more: (c: Here) => boolean): Stmt<Here<Loops>>[] => [
			waitUntil(
				label,
				(c) => more(c) && (c.f.idled < 2 || worth(c)),
				(c) => {
					if (!worth(c)) c.f.idled++;
				},
			),
			...blk_bio_poll,
		];
		const put: Stmt<Here> = step("put_poll_ctx(pc)", ({ s }) => {
			contexts.touch(s.ctx, pc, "put_poll_ctx(pc)");
			s.ctx[pc].refs--;
			if (s.ctx[pc].refs === 0) contexts.free(s.ctx, pc);
		});

		const submit = (bio: BioId): Stmt<Here>[] => [
			lock,
			step(`bio_list_add(&pc->sq, ${k.Bio.nameOf(bio)})`, (c) => sq(c, "pc->sq").push(bio)),
			unlock,
			step(`__submit_bio(${k.Bio.nameOf(bio)}) /* blk_mq_submit_bio() */`, ({ s }) => {
				blk_mq_submit_bio(k, s, bio, k.Hctx.id(bios.indexOf(bio)));
			}),
		];
		const locals = {
			...{ bio: k.Bio, taken: list(k.Bio, 2), rest: list(k.Bio, 2) },
			...{ hctx: maybe(k.Hctx), rq: k.Bio, idled: range(0, 2) },
		};
		const begin: Stmt<Here<Loops>> = step("/* begin */", ({ f }) => (f.idled = 0));
		const isEmpty = ({ s }: Here) => s.ctx[pc].sq.length === 0;
		const submit_and_exit = sys.routine("submit_and_exit", { locals }, [
			begin,
			...bios.flatMap(submit),
			ifdef(design !== "reference-no-drain", [
				loop([
					choose(
						[waitUntil("bio_list_empty(&pc->sq)", isEmpty), leave()],
						round("exit_io_context(): drain", (c) => !isEmpty(c)),
					),
				]),
			]),
			put,
		]);
		addTask(k, sys, "owner", submit_and_exit, { boundTo: k.Cpu.id(0) });

		const allDone = ({ s }: Here) => bios.every((bio) => s.bio[bio].phase === "done");
		const poll_for_it = sys.routine("poll_for_it", { locals }, [
			begin,
			// Whoever waits for these bios, and knows of them by their cookie, the task.
			choose(
				[
					waitUntil(
						"pc = poll_ctx_of(cookie)",
						({ s }) => s.ctx[pc].sq.length > 0,
						({ s }) => {
							if (design !== "no-reference") s.ctx[pc].refs++;
						},
					),
				],
				[waitUntil("both have ended", allDone), giveBack()],
			),
			loop([
				choose(
					[waitUntil("both have ended", allDone), leave()],
					round("blk_poll(pc)", (c) => !allDone(c)),
				),
			]),
			ifdef(design !== "no-reference", [put]),
		]);
		if (two) addTask(k, sys, "poller", poll_for_it, { boundTo: k.Cpu.id(1) });

		addPolledQueues(k, sys);
		properties(k, sys, { leavesOf: (bio) => [bio], pinned: [] });
		return sys;
	},
});
