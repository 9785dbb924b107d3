// Polled I/O on dm: "block: track cookies of split bios for bio-based device", RFC 6/7 of 23 December 2020, on Linux
// 5.11. The bio that is submitted keeps a list of the clones that have a cookie; to poll it is to poll for these.
//
// Left out are the sorting of new bios, which come in the order that it would give them; what blk_bio_poll() and, but for
// the cookie, __submit_bio_noacct() return, which is looked at by nobody here: who polls looks at the flag of his bio; the
// BUG_ON()s; and what bio_endio() does besides for cgroups, integrity and throttling.
import {
	bool,
	breakIf,
	call,
	callOneOf,
	giveBack,
	type Id,
	ids,
	ifdef,
	list,
	loop,
	maybe,
	model,
	type Stmt,
	step,
	waitUntil,
	when,
} from "preempt";
import {
	addInterrupts,
	addPolledQueues,
	type BioId,
	bio_inc_remaining,
	bio_put,
	bio_remaining_done,
	blk_mq_poll,
	type HctxId,
	Kernel,
	spin_lock,
	spin_unlock,
	spinlock,
	touch,
} from "preempt/linux";
import { polledBioProperties as properties } from "preempt/specs";
import { dm, type Ends, events, fields, type Here } from "./dm-iopoll/dm.ts";
import { CLONES, leaves, stackOf } from "./dm-iopoll/stack.ts";
import { addTasks, cpusFor, POLLERS } from "./dm-iopoll/tasks.ts";

/** Mutants, and the clones and pollers with which their design holds. */
const SHOWN_BY = {
	"rfc-no-pin": ["polled", "owner"], // the bio is not pinned
	"pin-once-no-xchg": ["polled", "same-bio"], // the pin is tested, and then dropped
	"pin-once-late-read": ["irq", "same-queue"], // queue and cookie are read after the list is unlocked
	"pin-once-no-count": ["polled", "same-queue"], // no bio_inc_remaining(bio) around its submission
} as const;
const MUTANTS = Object.keys(SHOWN_BY) as (keyof typeof SHOWN_BY)[];

export default model("dm-iopoll", {
	about: "polled I/O on dm by a list of cookies in the bio that was submitted (RFC 6/7 of December 2020)",
	axes: {
		design: [
			"rfc", // as posted
			"pin-once", // repair: whoever polls drops the pin of the bio once
			// and what must not be left out of them
			...MUTANTS,
		],
		clones: CLONES,
		pollers: POLLERS,
		root: ["stack", "kiocb"],
	},
	defaults: { design: ["rfc", "pin-once"] },
	refuses: ({ design, clones, pollers, root }) => {
		const mutant = Object.entries(SHOWN_BY).find(([name]) => name === design)?.[1];
		if (mutant && (clones !== mutant[0] || pollers !== mutant[1])) return "a mutant is shown where the design holds";
		if (clones !== "polled" && (pollers === "same-bio" || pollers === "others"))
			return "more pollers of one bio, or none, are looked at where each clone is polled";
		if (["nested", "native-split", "md", "requeue"].includes(clones) && pollers !== "owner")
			return "one poller shows what becomes of these clones";
		if (pollers === "others" && root === "stack") return "the owner of a bio on its stack waits for it, and polls";
		return undefined;
	},
	build({ design, clones, pollers, root: ownership }) {
		const k = new Kernel({ cpus: cpusFor(pollers, clones), hctxs: 2, chain: {}, preempt: "none" });
		const { Bio } = k;
		const stack = stackOf(k, clones, pollers === "same-queue");
		const { root, part, maps, submitted } = stack;
		const Io = ids("dm_io", Math.max(1, maps.length));
		const own = fields(k, Io);
		const sys = k.system({
			state: own,
			events: events(k),
			init: (s) => {
				// bio_init() clears it, and 0 is a valid cookie: queue 0.
				for (const bio of Bio.all) s.bio[bio].bi_cookie = k.Hctx.id(0);
			},
		});
		const once = design.startsWith("pin-once");
		const pins = design !== "rfc-no-pin";
		const counts = design !== "pin-once-no-count";

		// spinlock_t bi_plock of each bio that is submitted to a dm device
		const plocks = new Map(submitted.map((bio) => [bio, spinlock(k, `${Bio.nameOf(bio)}->bi_plock`)]));
		const plock = (bio: BioId | null) => plocks.get(bio as BioId) as Id<"lock">;
		const rootOf = ({ s, f }: Here<{ bio: BioId }>) => s.poll[f.bio].bi_root as BioId;
		const lockRoot: Stmt<Here<{ bio: BioId }>> = spin_lock(k, "root->bi_plock", (c: Here<{ bio: BioId }>) =>
			plock(rootOf(c)),
		);
		const unlockRoot: Stmt<Here<{ bio: BioId }>> = spin_unlock(k, "root->bi_plock", (c: Here<{ bio: BioId }>) => {
			touch(k, c.s, rootOf(c));
			return plock(rootOf(c));
		});

		// The end of a bio, on its way up
		const { clone_endio, end_io, __submit_bio, remap } = dm(k, sys, { stack, Io, ownership, endio: () => bio_endio });
		const isClone = (bio: BioId) => maps.some(({ clones }) => clones.includes(bio));
		const bio_endio: Ends = sys.routine("bio_endio", { args: { bio: Bio }, locals: { last: bool }, depth: 3 }, [
			loop([
				...bio_remaining_done(k),
				// bio_del_poll_list(bio)
				when(
					"bio->bi_root && blk_qc_t_valid(bio->bi_cookie)",
					({ s, f }) => {
						touch(k, s, f.bio);
						return s.poll[f.bio].bi_root !== null && s.bio[f.bio].bi_cookie !== null;
					},
					[
						lockRoot,
						step("list_del(&bio->bi_pnode)", (c) => {
							const { s, f } = c;
							touch(k, s, rootOf(c));
							// INIT_LIST_HEAD() in bio_init(): one that was never added is linked to itself.
							const { bi_plist } = s.poll[rootOf(c)];
							if (bi_plist.includes(f.bio)) bi_plist.remove(f.bio);
						}),
						unlockRoot,
					],
				),
				breakIf(({ f }) => f.bio !== part),
				step("bio = __bio_chain_endio(bio)", ({ s, f }) => {
					s.bio[f.bio].phase = "done";
					bio_put(k, s, f.bio);
					f.bio = root;
				}),
			]),
			callOneOf(
				({ f }) => (isClone(f.bio) ? "clone_endio" : "end_io"),
				{ clone_endio, end_io },
				({ f }) => ({ bio: f.bio }),
			),
		]);

		// Submission
		const __submit_bio_noacct = sys.routine(
			"__submit_bio_noacct",
			{ args: { bio: Bio }, locals: { list: list(Bio, 3), ret: maybe(k.Hctx), again: bool } },
			[
				step("bio->bi_root = root = bio; bio_inc_remaining(root)", ({ s, f, emit }) => {
					f.again = false;
					s.poll[f.bio].bi_root = f.bio;
					if (!pins) return;
					bio_inc_remaining(k, s, f.bio);
					s.poll[f.bio].pinned = once;
					emit.pinned(f.bio);
				}),
				loop([
					ifdef(counts, [step("bio_inc_remaining(bio)", ({ s, f }) => bio_inc_remaining(k, s, f.bio))]),
					...__submit_bio,
					step("bio->bi_cookie = ret", ({ s, f }) => {
						touch(k, s, f.bio);
						s.bio[f.bio].bi_cookie = f.ret;
					}),
					when(
						({ f }) => f.ret !== null,
						[
							// bio_add_poll_list(bio)
							lockRoot,
							step("list_add_tail(&bio->bi_pnode, &root->bi_plist)", (c) => {
								touch(k, c.s, rootOf(c));
								c.s.poll[rootOf(c)].bi_plist.push(c.f.bio);
							}),
							unlockRoot,
						],
					),
					ifdef(counts, [call(bio_endio, ({ f }) => ({ bio: f.bio }))]),
					breakIf(({ f }) => f.list.length === 0),
					step("bio = bio_list_pop(&bio_list_on_stack[0])", ({ f }) => (f.bio = f.list.shift())),
				]),
			],
		);

		// Polling: the cookie is a pointer to the bio
		type Polls = { root: BioId; bio: BioId | null; hctx: HctxId | null; rq: BioId; spun: boolean; pinned: boolean };
		const first: Stmt<Here<Polls>> = step(
			"bio = list_first_entry_or_null(&root->bi_plist, struct bio, bi_pnode)",
			({ s, f }) => {
				touch(k, s, f.root);
				const { bi_plist } = s.poll[f.root];
				const next = bi_plist.length === 0 ? null : bi_plist.at(0);
				if (next !== f.bio) f.spun = false;
				f.bio = next;
			},
		);
		const cookieOf: Stmt<Here<Polls>> = step("q = bio->bi_disk->queue; cookie = bio->bi_cookie", ({ s, f }) => {
			touch(k, s, f.bio as BioId);
			f.hctx = s.bio[f.bio as BioId].bi_cookie;
		});
		const lock: Stmt<Here<Polls>> = spin_lock(k, "root->bi_plock", ({ f }: Here<Polls>) => plock(f.root));
		const unlock: Stmt<Here<Polls>> = spin_unlock(k, "root->bi_plock", ({ s, f }: Here<Polls>) => {
			touch(k, s, f.root);
			return plock(f.root);
		});
		const dropPin: Stmt<Here<Polls>> = call(bio_endio, ({ f }) => ({ bio: f.root }));
		const ifEmpty: Stmt<Here<Polls>> = when(
			"list_empty(&root->bi_plist)",
			({ s, f, emit }) => {
				touch(k, s, f.root);
				const empty = s.poll[f.root].bi_plist.length === 0;
				if (empty && !once) emit.unpinned(f.root);
				return empty;
			},
			[
				ifdef(
					once,
					[
						step("pinned = xchg(&root->bi_pinned, false)", ({ s, f, emit }) => {
							touch(k, s, f.root);
							f.pinned = s.poll[f.root].pinned;
							if (f.pinned) emit.unpinned(f.root);
							if (design !== "pin-once-no-xchg") s.poll[f.root].pinned = false;
						}),
						when(
							({ f }) => f.pinned,
							[
								ifdef(design === "pin-once-no-xchg", [
									step("root->bi_pinned = false", ({ s, f }) => {
										touch(k, s, f.root);
										s.poll[f.root].pinned = false;
									}),
								]),
								dropPin,
							],
						),
					],
					[dropPin],
				),
				giveBack(),
			],
		);
		const blk_bio_poll = sys.routine(
			"blk_bio_poll",
			{ args: { root: Bio }, locals: { bio: maybe(Bio), hctx: maybe(k.Hctx), rq: Bio, spun: bool, pinned: bool } },
			[
				ifEmpty,
				lock,
				first,
				loop([
					breakIf(({ f }) => f.bio === null),
					ifdef(design === "pin-once-late-read", [unlock, cookieOf], [cookieOf, unlock]),
					blk_mq_poll<Here<Polls>>(k, bio_endio, [
						// A round that finds nothing changes nothing: after the first, only those that see another list are looked at.
						waitUntil(
							"q->mq_ops->poll(hctx) /* finds nothing */",
							({ s, f }) => !f.spun || s.poll[f.root].bi_plist.length === 0 || s.poll[f.root].bi_plist.at(0) !== f.bio,
							({ f }) => {
								f.spun = true;
							},
						),
					]),
					lock,
					first,
				]),
				unlock,
				ifEmpty,
			],
		);

		addPolledQueues(k, sys);
		if (clones === "irq" || clones === "native-split")
			addInterrupts(k, sys, [call(bio_endio, ({ f }) => ({ bio: f.bio }))]);
		addTasks(k, sys, {
			...{
				stack,
				clones,
				pollers,
				ownership,
				submit: __submit_bio_noacct,
				poll: blk_bio_poll,
				endio: bio_endio,
				remap,
			},
			worth: ({ s }) => !once || s.poll[root].pinned || s.poll[root].bi_plist.length > 0,
		});
		properties(k, sys, { leavesOf: leaves(stack), pinned: submitted });
		return sys;
	},
});
