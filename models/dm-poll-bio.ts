// Polled I/O on dm as merged in Linux 5.18 ("dm: support bio polling"): a polled bio is a list of struct dm_io, each
// of which has a reference that only a poll of the bio drops; and V3 of June 2021, which kept the list elsewhere.
import {
	bool,
	breakIf,
	call,
	callOneOf,
	fault,
	forget,
	giveBack,
	ids,
	ifdef,
	loop,
	maybe,
	model,
	type Stmt,
	step,
	when,
} from "preempt";
import {
	addInterrupts,
	addPolledQueues,
	type BioId,
	bio_poll,
	bio_put,
	bio_remaining_done,
	Generations,
	Kernel,
	touch,
} from "preempt/linux";
import { polledBioProperties as properties } from "preempt/specs";
import { bi_end_io, CLONES, type Ends, events, fields, type Here, type IoId, stackOf } from "./dm-poll-bio/dm.ts";
import { addTasks, cpusFor, POLLERS } from "./dm-poll-bio/tasks.ts";

/** Mutants, and the clones and pollers with which their design holds. */
const SHOWN_BY = {
	"merged-no-reference": ["polled", "same-queue", "stack"], // no reference is kept for the poll
	"merged-touches-bio": ["polled", "owner", "kiocb"], // the bio is written to after its last dm_io was completed
	"merged-inherits-flag": ["nested", "owner", "stack"], // clones inherit REQ_DM_POLL_LIST
	"v3-no-reference": ["polled", "same-queue", "stack"],
} as const;
const MUTANTS = Object.keys(SHOWN_BY) as (keyof typeof SHOWN_BY)[];

export default model("dm-poll-bio", {
	about: "polled I/O on dm by a list of struct dm_io in the polled bio, as merged in 5.18",
	axes: {
		design: [
			"merged", // the list is in bi_private
			"v3", // Lei's V3: it is in bi_end_io, and taken off while it is polled
			// and what must not be left out of them
			...MUTANTS,
		],
		clones: CLONES,
		pollers: POLLERS,
		root: ["stack", "kiocb"],
	},
	defaults: { design: ["merged", "v3"] },
	refuses: ({ design, clones, pollers, root }) => {
		const shownBy: readonly string[] | undefined = Object.entries(SHOWN_BY).find(([name]) => name === design)?.[1];
		if (shownBy && shownBy.join() !== [clones, pollers, root].join()) return "a mutant is shown where the design holds";
		if (clones !== "polled" && pollers !== "owner" && !(clones === "irq" && pollers === "same-queue"))
			return "other pollers are looked at where the clones are polled, or where an interrupt completes one";
		if (pollers === "others" && root === "stack") return "the owner of a bio on its stack waits for it, and polls";
		if (pollers === "stale-kiocb" && root === "stack") return "a bio on the stack has no kiocb";
		return undefined;
	},
	build({ design, clones, pollers, root: ownership }) {
		const stale = pollers === "stale-kiocb";
		const k = new Kernel({
			...{ cpus: cpusFor(pollers, clones), hctxs: 2, chain: {}, preempt: "none" },
			...(stale ? { recyclings: 1 } : {}),
		});
		const { Bio } = k;
		const parts = pollers === "same-bio" || stale ? 1 : 2;
		const stack = stackOf(k, clones, parts, pollers === "same-queue");
		const { root, maps } = stack;
		const Io = ids("dm_io", maps.length, { ordered: true });
		const ios = new Generations(k, Io, 0);
		const sys = k.system({ state: fields(k, Io, ios), events: events(k) });
		const v3 = design.startsWith("v3");
		const keeps = !design.endsWith("no-reference");
		const cloneOf = (io: IoId) => maps[io].clone;
		const origOf = (io: IoId) => maps[io].orig;
		const ioOf = (clone: BioId) => Io.id(maps.findIndex((each) => each.clone === clone));
		const isClone = (bio: BioId) => maps.some(({ clone }) => clone === bio);
		// iocb_bio_iopoll() polls under rcu_read_lock() a bio that may be free: its memory stays a bio, and can be read.
		const rcu = ownership === "kiocb";
		const readBio = ({ s }: Here, bio: BioId) => {
			if (!rcu) touch(k, s, bio);
		};

		// The ends of clones, and of the bio
		const dm_io_dec_pending = sys.routine("dm_io_dec_pending", { args: { io: Io }, locals: { last: bool }, depth: 2 }, [
			step("last = atomic_dec_and_test(&io->io_count)", ({ s, f }) => {
				ios.touch(s.io, f.io, "atomic_dec_and_test(&io->io_count)");
				const io = s.io[f.io];
				if (io.io_count === 0) fault("negative-count", "io_count falls below zero");
				io.io_count--;
				f.last = io.io_count === 0;
			}),
			when(({ f }) => !f.last, [giveBack()]),
			step("dm_io_complete(io): bio = io->orig_bio; free_io(io)", ({ s, f }) => {
				ios.free(s.io, f.io);
				bio_put(k, s, cloneOf(f.io));
			}),
			ifdef(clones === "requeue", [
				when(
					({ f }) => f.io === 0,
					[
						// Another I/O error would end it; this one maps it anew, no more as polled I/O.
						step("bio_clear_polled(bio); bio_list_add_head(&md->deferred, bio)", ({ s }) => {
							s.target.has_clone = true;
						}),
						giveBack(),
					],
				),
			]),
			call(
				() => bio_endio,
				({ f }) => ({ bio: origOf(f.io) }),
			),
		]);
		const clone_endio = sys.routine("clone_endio", { args: { bio: Bio }, depth: 2 }, [
			step("bio->bi_end_io(bio) /* clone_endio() */", ({ s, f, emit }) => {
				touch(k, s, f.bio);
				emit.end_io(f.bio);
				s.bio[f.bio].phase = "done";
			}),
			call(dm_io_dec_pending, ({ f }) => ({ io: ioOf(f.bio) })),
		]);
		const end_io = bi_end_io(k, sys, root, ownership);
		const bio_endio: Ends = sys.routine("bio_endio", { args: { bio: Bio }, locals: { last: bool }, depth: 3 }, [
			...bio_remaining_done(k),
			callOneOf(
				({ f }) => (isClone(f.bio) ? "clone_endio" : "end_io"),
				{ clone_endio, end_io },
				({ f }) => ({ bio: f.bio }),
			),
		]);

		// Submission
		const dm_queue_poll_io = (io: IoId): Stmt<Here> =>
			step("dm_queue_poll_io(bio, io)", ({ s, emit }) => {
				touch(k, s, origOf(io));
				const bio = s.list[origOf(io)];
				// Where REQ_DM_POLL_LIST is set, the list is taken to be there.
				if (bio.flag && bio.at !== "list")
					fault("P11", "dm_queue_poll_io(): a pointer of another's is taken for the list");
				s.io[io].next = bio.flag ? bio.head : null;
				bio.flag = true;
				bio.at = "list";
				bio.head = io;
				s.bio[origOf(io)].bi_cookie = k.Hctx.id(0); // ~BLK_QC_T_NONE
				if (keeps) emit.pinned(cloneOf(io));
			});

		// The poll of a bio
		const bio_of = (c: Here<{ bio: BioId }>) => c.s.list[c.f.bio];
		type Polls = { bio: BioId; list: IoId | null; curr: IoId | null; next: IoId | null; tmp: IoId | null };
		const nextOf = ({ s }: Here, io: IoId | null): IoId | null => {
			if (io === null) return null;
			ios.touch(s.io, io, "curr->next");
			return s.io[io].next;
		};
		const readList: Stmt<Here<Polls>> = step(
			v3 ? "list = *(struct hlist_head *)&bio->bi_end_io" : "list = *(struct dm_io **)&bio->bi_private",
			(c) => {
				readBio(c, c.f.bio);
				c.f.list = bio_of(c).at === "list" ? bio_of(c).head : null;
			},
		);
		const testFlag: Stmt<Here<Polls>> = when(
			"!(bio->bi_opf & REQ_DM_POLL_LIST)",
			(c) => {
				readBio(c, c.f.bio);
				return !bio_of(c).flag;
			},
			[giveBack(() => false)],
		);
		const clearFlag: Stmt<Here<Polls>> = step("bio->bi_opf &= ~REQ_DM_POLL_LIST", (c) => {
			touch(k, c.s, c.f.bio);
			bio_of(c).flag = false;
		});
		const restore: Stmt<Here<Polls>> = step(
			v3 ? "bio->bi_end_io = list->saved_end_io" : "bio->bi_private = list->data",
			(c) => {
				touch(k, c.s, c.f.bio);
				if (c.f.list === null) fault("P11", `${v3 ? "a function" : "the owner's data"} is taken for a struct dm_io`);
				ios.touch(c.s.io, c.f.list, "list->data");
				bio_of(c).at = "owner's";
				bio_of(c).head = null;
			},
		);
		const setFlag: Stmt<Here<Polls>> = step("bio->bi_opf |= REQ_DM_POLL_LIST", (c) => {
			touch(k, c.s, c.f.bio);
			bio_of(c).flag = true;
		});
		const storeList: Stmt<Here<Polls>> = step("*head = tmp", (c) => {
			touch(k, c.s, c.f.bio);
			bio_of(c).at = "list";
			bio_of(c).head = c.f.tmp;
		});
		const count = ({ s, f }: Here<Polls>) => {
			const io = f.curr as IoId;
			ios.touch(s.io, io, "atomic_read(&io->io_count)");
			return s.io[io].io_count;
		};

		const poll = bio_poll<Here>(
			k,
			{ endio: bio_endio, until: () => true, rcu },
			{
				has: (s, bio) => maps.some(({ orig }) => orig === bio) && s.list[bio].at !== "no dm's",
				poll_bio: () => dm_poll_bio,
				depth: 2,
			},
		);
		const dm_poll_bio: Ends = sys.routine(
			"dm_poll_bio",
			{
				args: { bio: Bio },
				locals: { list: maybe(Io), curr: maybe(Io), next: maybe(Io), tmp: maybe(Io) },
				returns: bool,
				depth: 2,
			},
			[
				ifdef(v3, [testFlag, readList, restore, clearFlag], [readList, testFlag, clearFlag, restore]),
				step("curr = list; next = curr->next", (c) => {
					c.f.curr = c.f.list;
					c.f.next = nextOf(c, c.f.curr);
				}),
				forget("list"),
				loop([
					breakIf(({ f }) => f.curr === null),
					// dm_poll_dm_io(curr)
					when("atomic_read(&io->io_count) > 1", (c) => count(c) > 1, [
						call(
							() => poll,
							({ f }) => ({ bio: cloneOf(f.curr as IoId) }),
						),
					]),
					when(
						"atomic_read(&io->io_count) == 1",
						(c) => {
							if (count(c) !== 1) return false;
							c.emit.unpinned(cloneOf(c.f.curr as IoId));
							return true;
						},
						[call(dm_io_dec_pending, ({ f }) => ({ io: f.curr as IoId }))],
						[
							step("curr->next = tmp; tmp = curr", ({ s, f }) => {
								const curr = f.curr as IoId;
								ios.touch(s.io, curr, "curr->next");
								s.io[curr].next = f.tmp;
								f.tmp = curr;
							}),
						],
					),
					step("curr = next; next = curr ? curr->next : NULL", (c) => {
						c.f.curr = c.f.next;
						c.f.next = nextOf(c, c.f.curr);
					}),
				]),
				when(({ f }) => f.tmp !== null || design === "merged-touches-bio", [setFlag, storeList, giveBack(() => false)]),
				giveBack(() => true),
			],
		);

		addPolledQueues(k, sys);
		if (clones === "irq" || clones === "requeue") addInterrupts(k, sys, [call(bio_endio, ({ f }) => ({ bio: f.bio }))]);
		addTasks(k, sys, {
			...{ stack, Io, clones, pollers, ownership, endio: bio_endio, poll, dm_queue_poll_io },
			...{ references: keeps ? 2 : 1, inheritsFlag: design === "merged-inherits-flag" },
		});
		properties(k, sys, {
			leavesOf: (bio, s) => (s.list[bio].at === "no dm's" ? [bio] : stack.leavesOf(bio)),
			pinned: [...maps.map(({ clone }) => clone)],
		});
		return sys;
	},
});
