// Who submits, and who polls. Each task has a CPU of its own and stays there: all that matters is how they interleave,
// and that an interrupt can come on top of each. So no preemption model is needed, and none is an axis.
import {
	anyOf,
	bool,
	call,
	choose,
	forget,
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
	bio_put,
	blk_mq_poll,
	blk_mq_submit_bio,
	type HctxId,
	type Kernel,
	type Polling,
} from "preempt/linux";
import type { Ends, Here, Sys } from "./dm.ts";
import type { Clones, Stack } from "./stack.ts";

export const POLLERS = [
	"owner", // the submitter polls for its bio
	"same-bio", // and another task for the same bio
	"same-queue", // another task polls a queue for I/O of its own
	"others", // nobody polls for the bio; another task polls all queues
] as const;
export type Pollers = (typeof POLLERS)[number];

const hasWorker = (clones: Clones): boolean => clones === "deferred" || clones === "requeue" || clones === "nested";
/** One for each task. */
export const cpusFor = (pollers: Pollers, clones: Clones): number =>
	1 + (pollers === "owner" ? 0 : 1) + (hasWorker(clones) ? 1 : 0);

export interface Code {
	readonly stack: Stack;
	readonly clones: Clones;
	readonly pollers: Pollers;
	readonly ownership: "stack" | "kiocb";
	readonly submit: Ends;
	readonly poll: Routine<{ root: BioId }, unknown, Here, string>;
	readonly endio: Ends;
	/** Maps the bio once more, to this clone. */
	readonly remap: (clone: BioId, submit: Stmt<Here>) => readonly Stmt<Here>[];
	/** Whether a poll for the bio can change anything. */
	readonly worth: (c: Here) => boolean;
}

export function addTasks(k: Kernel, sys: Sys, code: Code): void {
	const { stack, clones, pollers, ownership, submit, poll, endio, remap, worth } = code;
	const { root, own, deferred } = stack;
	let cpu = 0;
	const spawn = (name: string, routine: Routine<object, unknown, Here, string>): void => {
		addTask(k, sys, name, routine, { boundTo: k.Cpu.id(cpu++) });
	};

	const told = ownership === "stack" ? "!READ_ONCE(bio.bi_private)" : "READ_ONCE(req->iopoll_completed)";
	/** Polls until the end handler has told. A round that can change nothing is looked at once. */
	const pollLoop: Stmt<Here<{ idled: boolean }>> = loop([
		choose(
			[waitUntil(told, ({ s }) => s.owner.told), leave()],
			[
				waitUntil(
					"blk_poll(q, cookie, true)",
					(c) => !c.s.owner.told && (!c.f.idled || worth(c)),
					(c) => {
						if (!worth(c)) c.f.idled = true;
					},
				),
				call(poll, () => ({ root })),
			],
		),
	]);
	const begin: Stmt<Here<{ idled: boolean }>> = step("cookie = root", ({ s, f }) => {
		s.owner.submitted = true;
		f.idled = false;
	});

	spawn(
		"owner",
		sys.routine("submit_and_poll", { locals: { idled: bool } }, [
			call(submit, () => ({ bio: root })),
			begin,
			ifdef(pollers !== "others", [pollLoop]),
			ifdef(ownership === "stack", [step("return /* bio was on the stack */", ({ s }) => bio_put(k, s, root))]),
		]),
	);
	if (pollers === "same-bio")
		spawn(
			"poller",
			sys.routine("poll_too", { locals: { idled: bool } }, [
				waitUntil(
					"cookie = READ_ONCE(kiocb->ki_cookie)",
					({ s }) => s.owner.submitted,
					({ f }) => {
						f.idled = false;
					},
				),
				pollLoop,
			]),
		);
	if (own !== undefined)
		spawn(
			"poller",
			sys.routine("poll_own", { locals: { hctx: maybe(k.Hctx), rq: k.Bio } }, pollOwn(k, own, stack, endio)),
		);
	if (pollers === "others")
		spawn("poller", sys.routine("poll_all", { locals: { hctx: maybe(k.Hctx), rq: k.Bio } }, pollAll(k, endio)));
	if (deferred === undefined) return;
	const submitRequest: Stmt<Here> = step("submit_bio_noacct(clone) /* __submit_bio_noacct_mq() */", ({ s }) => {
		blk_mq_submit_bio(k, s, deferred, stack.queue(deferred));
	});
	const works: Readonly<Partial<Record<Clones, readonly Stmt<Here>[]>>> = {
		nested: [call(submit, () => ({ bio: deferred }))],
		requeue: remap(deferred, submitRequest),
	};
	spawn(
		"kworker",
		sys.routine("target_work", { locals: { hctx: maybe(k.Hctx), rq: k.Bio } }, [
			waitUntil("/* the clone has waited for the target */", ({ s }) => s.target.has_clone),
			...(works[clones] ?? [submitRequest]),
		]),
	);
}

/** Another task's I/O on a queue, submitted and polled for until it is done. */
function pollOwn(k: Kernel, own: BioId, { queue }: Stack, endio: Ends): Stmt<Here<Polling>>[] {
	return [
		step("submit_bio(own)", ({ s, f }) => {
			f.hctx = queue(own);
			s.bio[own].bi_cookie = blk_mq_submit_bio(k, s, own, f.hctx);
		}),
		loop([
			choose(
				[waitUntil("own is done", ({ s }) => s.bio[own].phase === "done"), leave()],
				[blk_mq_poll<Here<Polling>>(k, endio)],
			),
		]),
	];
}

/** Another task polls all queues for I/O of its own, which is not modelled, until nothing is left on them. */
function pollAll(k: Kernel, endio: Ends): Stmt<Here<Polling>>[] {
	const busy = ({ s }: Here, hctx: HctxId) =>
		k.Bio.all.some((bio) => s.bio[bio].hctx === hctx && ["issued", "hw_done"].includes(s.bio[bio].phase));
	return [
		waitUntil("submitted", ({ s }) => s.owner.submitted),
		loop([
			anyOf(
				k.Hctx,
				(hctx) => [
					waitUntil(
						`poll ${k.Hctx.nameOf(hctx)}`,
						(c) => busy(c, hctx),
						({ f }) => {
							f.hctx = hctx;
						},
					),
					blk_mq_poll<Here<Polling>>(k, endio),
					forget("hctx"),
				],
				[waitUntil("own I/O is done", (c) => !k.Hctx.all.some((hctx) => busy(c, hctx))), leave()],
			),
		]),
	];
}
