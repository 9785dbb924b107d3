// Who submits, and who polls. Each task has a CPU of its own and stays there, as in models/dm-iopoll.ts.
import {
	bool,
	call,
	choose,
	type IdSet,
	ifdef,
	leave,
	loop,
	maybe,
	type Routine,
	type Stmt,
	step,
	waitUntil,
} from "preempt";
import {
	addTask,
	type BioId,
	bio_alloc,
	bio_inc_remaining,
	bio_put,
	blk_mq_poll,
	blk_mq_submit_bio,
	type Kernel,
	type Polling,
	type WithBio,
} from "preempt/linux";
import type { Clones, Ends, Here, IoId, Stack, Sys } from "./dm.ts";

export const POLLERS = [
	"owner", // the submitter polls for its bio
	"same-bio", // and another task for the same bio, which PO4 forbids
	"same-queue", // another task polls a queue for I/O of its own
	"others", // nobody polls for the bio
	"stale-kiocb", // the submitter polls for a bio that is another's by then
] as const;
export type Pollers = (typeof POLLERS)[number];

/** One for each task. */
export const cpusFor = (pollers: Pollers, clones: Clones): number =>
	1 + (pollers === "owner" || pollers === "others" ? 0 : 1) + (clones === "deferred" || clones === "requeue" ? 1 : 0);

export interface Code {
	readonly stack: Stack;
	readonly Io: IdSet<"dm_io">;
	readonly clones: Clones;
	readonly pollers: Pollers;
	readonly ownership: "stack" | "kiocb";
	readonly endio: Ends;
	readonly poll: Routine<WithBio, boolean, Here, string>;
	readonly dm_queue_poll_io: (io: IoId) => Stmt<Here>;
	/** How many references a struct dm_io has: its clone's, and the poll's. */
	readonly references: number;
	/** Clones have REQ_DM_POLL_LIST where their bio has it. */
	readonly inheritsFlag: boolean;
}

type Loops = { idled: boolean };

export function addTasks(k: Kernel, sys: Sys, code: Code): void {
	const { stack, clones, pollers, ownership, endio, poll } = code;
	const { root, own, deferred, queue } = stack;
	let cpu = 0;
	const spawn = (name: string, routine: Routine<object, unknown, Here, string>): void => {
		addTask(k, sys, name, routine, { boundTo: k.Cpu.id(cpu++) });
	};

	const told = ownership === "stack" ? "!READ_ONCE(bio.bi_private)" : "READ_ONCE(req->iopoll_completed)";
	/** Polls until the end handler has told. A round that can change nothing is looked at once. */
	const pollUntil = (isTold: (c: Here) => boolean): Stmt<Here<Loops>> =>
		loop([
			choose(
				[waitUntil(told, isTold), leave()],
				[
					waitUntil(
						"bio_poll(bio)",
						(c) => !isTold(c) && (!c.f.idled || worth(k, stack, c)),
						(c) => {
							if (!worth(k, stack, c)) c.f.idled = true;
						},
					),
					call(poll, () => ({ bio: root })),
				],
			),
		]);
	const begin: Stmt<Here<Loops>> = step("WRITE_ONCE(kiocb->private, bio)", ({ s, f }) => {
		s.owner.submitted = true;
		f.idled = false;
	});
	const ownTold = ({ s }: Here) => s.owner.told;

	const submitRequest: Stmt<Here> = step("submit_bio(bio) /* on a queue */", ({ s }) => {
		s.bio[root].bi_cookie = blk_mq_submit_bio(k, s, root, queue(root));
	});
	spawn(
		"owner",
		sys.routine("submit_and_poll", { locals: { idled: bool } }, [
			ifdef(pollers === "stale-kiocb", [submitRequest], submitBio(k, code)),
			begin,
			ifdef(pollers !== "others", [pollUntil(ownTold)]),
			ifdef(ownership === "stack", [step("return /* bio was on the stack */", ({ s }) => bio_put(k, s, root))]),
		]),
	);
	if (pollers === "same-bio")
		spawn(
			"poller",
			sys.routine("poll_too", { locals: { idled: bool } }, [
				waitUntil(
					"bio = READ_ONCE(kiocb->private)",
					({ s }) => s.owner.submitted,
					({ f }) => {
						f.idled = false;
					},
				),
				pollUntil(ownTold),
			]),
		);
	const polling = { hctx: maybe(k.Hctx), rq: k.Bio };
	if (own !== undefined)
		spawn(
			"poller",
			sys.routine("poll_own", { locals: polling }, [
				step("submit_bio(own)", ({ s, f }) => {
					f.hctx = queue(own);
					s.bio[own].bi_cookie = blk_mq_submit_bio(k, s, own, f.hctx);
				}),
				pollQueue(k, endio, "own is done", ({ s }) => s.bio[own].phase === "done"),
			]),
		);
	if (pollers === "stale-kiocb")
		spawn(
			"poller",
			sys.routine("reuse", { locals: { ...polling, idled: bool } }, [
				waitUntil(
					"/* polls the queue for I/O of its own */",
					({ s }) => s.owner.submitted,
					({ f }) => {
						f.hctx = queue(root);
						f.idled = false;
					},
				),
				pollQueue(k, endio, "/* the bio is free */", ({ s }) => k.bios.canAllocate(s.bio, root)),
				step("bio = bio_alloc_bioset()", ({ s }) => bio_alloc(k, s, root)),
				...(submitBio(k, code) as readonly Stmt<Here<Polling & Loops>>[]),
				pollUntil(({ s }) => s.owner.next_told),
			]),
		);
	if (deferred === undefined) return;
	const io = code.Io.id(stack.maps.findIndex(({ clone }) => clone === deferred));
	spawn(
		"kworker",
		sys.routine("target_work", {}, [
			waitUntil("/* the clone has waited */", ({ s }) => s.target.has_clone),
			ifdef(clones === "requeue", [
				step("io = alloc_io(md, bio); dm_io_dec_pending(io) /* not polled */", ({ s }) => (s.io[io].io_count = 1)),
			]),
			submitClone(k, stack, deferred),
		]),
	);
}

/** Whether a poll of the bio can change anything: one of its parts is done, or has something to be found. */
function worth(k: Kernel, { root, maps }: Stack, { s }: Here): boolean {
	if (s.list[root].at !== "list") return s.bio[root].phase === "hw_done";
	const finished = k.Bio.all.filter((bio) => s.bio[bio].phase === "hw_done").map((bio) => s.bio[bio].hctx);
	return maps.some(
		({ clone }, io) =>
			s.io[io as IoId].io_count === 1 || (s.bio[clone].bi_cookie !== null && finished.includes(s.bio[clone].bi_cookie)),
	);
}

/** Polls one queue until `until`. */
const pollQueue = (k: Kernel, endio: Ends, label: string, until: (c: Here) => boolean): Stmt<Here<Polling>> =>
	loop([choose([waitUntil(label, until), leave()], [blk_mq_poll<Here<Polling>>(k, endio)])]);

const submitClone = (k: Kernel, { queue }: Stack, clone: BioId): Stmt<Here> =>
	step(`submit_bio_noacct(${k.Bio.nameOf(clone)}) /* blk_mq_submit_bio() */`, ({ s }) => {
		s.bio[clone].bi_cookie = blk_mq_submit_bio(k, s, clone, queue(clone));
	});

/** dm_submit_bio() of each part of the root, and of a clone that goes to another dm device. */
function submitBio(k: Kernel, code: Code, orig: BioId = code.stack.root): readonly Stmt<Here>[] {
	const { stack, Io, clones, dm_queue_poll_io, references, inheritsFlag } = code;
	const ofBio = Io.all.filter((io) => stack.maps[io]?.orig === orig);
	const parts = clones === "requeue" ? ofBio.slice(0, 1) : ofBio;
	return parts.flatMap((io, i): readonly Stmt<Here>[] => {
		const clone = (stack.maps[io] as { clone: BioId }).clone;
		const nested = stack.maps.some((each) => each.orig === clone);
		return [
			step(`io = alloc_io(md, bio); __map_bio(${k.Bio.nameOf(clone)})`, ({ s }) => {
				s.io[io].io_count = references;
				if (inheritsFlag) s.list[clone].flag = s.list[orig].flag;
				if (s.list[orig].at === "no dm's") s.list[orig].at = "owner's";
				if (nested) s.list[clone].at = "owner's";
				if (clone === stack.deferred) s.target.has_clone = true;
			}),
			...(i + 1 < parts.length
				? [
						step<Here, string>("bio_inc_remaining(bio); submit_bio_noacct(bio) /* the rest */", ({ s }) => {
							bio_inc_remaining(k, s, orig);
						}),
					]
				: []),
			dm_queue_poll_io(io),
			...(nested ? submitBio(k, code, clone) : clone === stack.deferred ? [] : [submitClone(k, stack, clone)]),
		];
	});
}
