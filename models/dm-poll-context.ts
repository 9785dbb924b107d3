// Polled I/O on dm by a context of the submitting task: "block: use per-task poll context to implement bio based io
// polling", V6 9/12 of 22 April 2021; V1 came in March. What is submitted to a queue waits on the submission queue (sq) of the
// task's context, is ended by a poll and not by its completion, and is drained when the task exits. The cookie is the
// task's pid: who polls moves the bios to the poll queue (pq) of his own context.
//
// Here are the bios for the queue alone, each of an I/O of its own, and tasks that do not share a context and have one.
// Left out are the groups of a list, which are one where all have one bi_end_io; pq_lock, for nobody else has that queue
// then; the limit of queues that a poll looks at (10/12); and what polls return.
import {
	bool,
	call,
	choose,
	fault,
	giveBack,
	ids,
	ifdef,
	leave,
	loop,
	maybe,
	model,
	must,
	range,
	type Stmt,
	step,
	waitUntil,
	when,
} from "preempt";
import { addPolledQueues, addTask, type BioId, blk_mq_submit_bio, Generations, Kernel, touch } from "preempt/linux";
import { polledBioProperties as properties } from "preempt/specs";
import { blkPoll, worth } from "./dm-poll-context/blk-poll.ts";
import { fields, type Here, type IocId, type Parts, REPAIRED, V6 } from "./dm-poll-context/context.ts";

const DESIGNS = {
	v6: V6, // as posted
	repaired: REPAIRED, // ours
} as const;
/** What must not be left out of them, and the owner and pollers with which it is shown. */
const MUTANTS = {
	"v6-ends-twice": [{ ...V6, endsByPoll: false }, "waits", "owner"],
	"repaired-no-get": [{ ...REPAIRED, gets: false }, "exits", "two"],
	"repaired-pq": [{ ...REPAIRED, pq: true }, "waits", "two"],
	"repaired-not-ready": [{ ...REPAIRED, ready: false }, "waits", "two"],
	"repaired-no-pid": [{ ...REPAIRED, pid: false }, "waits", "two"],
	"repaired-drain-at-exit": [{ ...REPAIRED, drain: "at exit" }, "exits", "two"],
	"repaired-no-drain": [{ ...REPAIRED, drain: "never" }, "exits", "owner"],
	"repaired-no-lock": [{ ...REPAIRED, locks: false }, "waits", "two"],
} as const satisfies Record<string, readonly [Parts, string, string]>;
const isMutant = (design: string): design is keyof typeof MUTANTS => design in MUTANTS;

export default model("dm-poll-context", {
	about: "polled I/O on dm by a context of the submitting task (V6, April 2021)",
	axes: {
		design: [
			...(Object.keys(DESIGNS) as (keyof typeof DESIGNS)[]),
			...(Object.keys(MUTANTS) as (keyof typeof MUTANTS)[]),
		],
		owner: [
			"waits", // and polls, until both of its bios are done
			"exits", // having polled, or not
		],
		pollers: [
			"owner",
			"two", // another task polls until the first bio is done
		],
	},
	defaults: { design: ["v6", "repaired"] },
	refuses: ({ design, owner, pollers }) =>
		isMutant(design as string) &&
		(MUTANTS[design as keyof typeof MUTANTS][1] !== owner || MUTANTS[design as keyof typeof MUTANTS][2] !== pollers)
			? "a mutant is shown where the design holds"
			: undefined,
	build({ design, owner, pollers }) {
		const two = pollers === "two";
		const k = new Kernel({ cpus: two ? 2 : 1, hctxs: 1, preempt: "none" });
		const [a, b] = [k.Bio.add("a"), k.Bio.add("b")];
		const Ioc = ids("io_context", two ? 2 : 1, { ordered: true });
		const iocs = new Generations(k, Ioc);
		const [submitters, theirs] = [Ioc.id(0), Ioc.id(two ? 1 : 0)];
		const sys = k.system({
			state: fields(k, Ioc, iocs),
			init: (s) => {
				s.ioc[submitters].refcount = 1;
				s.task.io_context = submitters;
			},
		});
		const parts: Parts = isMutant(design) ? MUTANTS[design][0] : DESIGNS[design];
		const { blk_bio_poll_io, blk_bio_poll_io_drain, locks, sq } = blkPoll({ k, sys, Ioc, iocs, submitters, parts });

		/** __submit_bio_noacct_poll(), and in it __submit_bio_noacct_ctx(), of a bio for the queue. */
		const submit = (bio: BioId): Stmt<Here>[] => [
			// blk_bio_poll_prep_submit(ioc, bio)
			locks("pc").lock,
			step(`queued = bio_grp_list_add(pc->sq, ${k.Bio.nameOf(bio)})`, (c) => sq(c, "pc->sq").push(bio)),
			step("bio_set_flag(bio, BIO_END_BY_POLL); bio_set_poll_data(bio, BLK_QC_T_NOT_READY)", ({ s }) => {
				s.flags[bio].end_by_poll = true;
				s.flags[bio].ready = false;
			}),
			locks("pc").unlock,
			step(`ret = __submit_bio(${k.Bio.nameOf(bio)}) /* blk_mq_submit_bio() */`, ({ s }) => {
				blk_mq_submit_bio(k, s, bio, k.Hctx.id(0));
			}),
			step("bio_set_poll_data(bio, ret)", ({ s }) => {
				touch(k, s, bio);
				s.flags[bio].ready = true;
			}),
			ifdef(
				parts.pid,
				[step("iocb->ki_cookie = current->pid", ({ s }) => (s.flags[bio].ki_cookie = true))],
				[
					step("iocb->ki_cookie = READ_ONCE(pc->sq->nr_grps) ? current->pid : BLK_QC_T_BIO_NONE", (c) => {
						c.s.flags[bio].ki_cookie = sq(c, "pc->sq").length > 0;
					}),
				],
			),
		];
		const put_io_context = sys.routine("put_io_context", { args: { ioc: Ioc }, locals: { last: bool } }, [
			step("last = atomic_long_dec_and_test(&ioc->refcount)", ({ s, f }) => {
				iocs.touch(s.ioc, f.ioc, "ioc->refcount");
				s.ioc[f.ioc].refcount--;
				f.last = s.ioc[f.ioc].refcount === 0;
			}),
			when(({ f }) => !f.last, [giveBack()]),
			ifdef(parts.drain === "when freed", [call(blk_bio_poll_io_drain, ({ f }) => ({ ioc: f.ioc }))]),
			step("kmem_cache_free(iocontext_cachep, ioc)", ({ s, f }) => iocs.free(s.ioc, f.ioc)),
		]);

		// Who polls
		type Loops = { idled: number };
		const isDone = ({ s }: Here, bio: BioId) => s.bio[bio].phase === "done" || s.bio[bio].phase === "freed";
		const isWorth = ({ s }: Here, ioc: IocId): boolean => {
			const reaches = ioc === submitters || s.task.io_context !== null;
			const waiting = s.ioc[submitters].sq;
			return (reaches && (worth(k, s, waiting) || (parts.pq && waiting.length > 0))) || worth(k, s, s.ioc[ioc].pq);
		};
		/** Polls for a bio's I/O, unless its cookie says that there is nothing to poll for. */
		const blk_poll = (ioc: IocId, bio: BioId, poll: Stmt<Here>): Stmt<Here<Loops>>[] => [
			waitUntil(
				"blk_poll(q, cookie, true)",
				(c) => !isDone(c, bio) && c.s.flags[bio].ki_cookie && (c.f.idled < 2 || isWorth(c, ioc)),
				(c) => {
					if (!isWorth(c, ioc)) c.f.idled++;
				},
			),
			poll,
		];
		const untilDone = (bio: BioId, poll: Stmt<Here<Loops>>[]): Stmt<Here<Loops>> =>
			loop([choose([waitUntil("READ_ONCE(req->iopoll_completed)", (c) => isDone(c, bio)), leave()], poll)]);
		const fetch = "cookie = READ_ONCE(iocb->ki_cookie)";
		const fetchOwn: Stmt<Here<Loops>> = step(fetch, ({ f }) => (f.idled = 0));
		const pollOwn = (bio: BioId) =>
			blk_poll(
				submitters,
				bio,
				call(blk_bio_poll_io, () => ({ submit_ioc: submitters, poll_ioc: submitters })),
			);
		const exit_io_context: Stmt<Here> = step("ioc = task->io_context; task->io_context = NULL", ({ s }) => {
			s.task.io_context = null;
		});
		const submit_and_exit = sys.routine("submit_and_exit", { locals: { idled: range(0, 2) } }, [
			...[a, b].flatMap(submit),
			fetchOwn,
			ifdef(
				owner === "waits",
				[untilDone(a, pollOwn(a)), fetchOwn, untilDone(b, pollOwn(b)), exit_io_context],
				[loop([choose([exit_io_context, leave()], pollOwn(a))])],
			),
			ifdef(parts.drain === "at exit", [call(blk_bio_poll_io_drain, () => ({ ioc: submitters }))]),
			call(put_io_context, () => ({ ioc: submitters })),
		]);
		addTask(k, sys, "owner", submit_and_exit, { boundTo: k.Cpu.id(0) });

		/** Of another task's bios: submit_task = find_get_task_by_vpid(pid). */
		const __blk_bio_poll = sys.routine("__blk_bio_poll", { locals: { submit_ioc: maybe(Ioc) } }, [
			ifdef(
				parts.gets,
				[
					step("submit_ioc = get_task_io_context(submit_task)", ({ s, f }) => {
						f.submit_ioc = s.task.io_context;
						if (f.submit_ioc !== null) s.ioc[f.submit_ioc].refcount++;
					}),
					when(({ f }) => f.submit_ioc === null, [giveBack()]),
				],
				[
					// blk_bio_ioc_valid(submit_task)
					when("!t->io_context", ({ s }) => s.task.io_context === null, [giveBack()]),
					step("!t->io_context->data", ({ s }) => {
						if (s.task.io_context === null) fault("P11", "t->io_context->data: a null pointer is followed");
						iocs.touch(s.ioc, s.task.io_context, "t->io_context->data");
					}),
					step("submit_ioc = submit_task->io_context", ({ s, f }) => (f.submit_ioc = s.task.io_context)),
				],
			),
			call(blk_bio_poll_io, ({ f }) => ({ submit_ioc: f.submit_ioc, poll_ioc: theirs })),
			ifdef(parts.gets, [call(put_io_context, ({ f }) => ({ ioc: must(f.submit_ioc) }))]),
		]);
		const poll_for_it = sys.routine("poll_for_it", { locals: { idled: range(0, 2) } }, [
			waitUntil(
				fetch,
				({ s }) => s.flags[a].ki_cookie,
				({ f }) => {
					f.idled = 0;
				},
			),
			untilDone(a, blk_poll(theirs, a, call(__blk_bio_poll))),
		]);
		if (two) addTask(k, sys, "poller", poll_for_it, { boundTo: k.Cpu.id(1) });

		addPolledQueues(k, sys);
		properties(k, sys, { leavesOf: (bio) => [bio], pinned: [] });
		return sys;
	},
});
