// What is submitted, by whom, and who polls. Each task has a CPU of its own and stays there, as in models/dm-iopoll.ts.
import {
	bool,
	call,
	choose,
	type IdSet,
	type In,
	leave,
	loop,
	maybe,
	perId,
	type RecordOf,
	type Routine,
	range,
	record,
	type Stmt,
	step,
	waitUntil,
} from "preempt";
import {
	addTask,
	type BioId,
	blk_mq_poll,
	blk_mq_submit_bio,
	type Generations,
	type HctxId,
	type Kernel,
	type KernelEventTypes,
	type KernelState,
	type LinuxSystem,
	type Polling,
	type WithBio,
} from "preempt/linux";

export const CLONES = [
	"one", // one clone
	"two-targets", // two, on a queue of one device each
	"two-queues", // two, on two queues of one device
] as const;
export const POLLERS = ["owner", "same-queue"] as const;

/** A bio, and where its clones go. */
export interface Submission {
	readonly root: BioId;
	readonly clones: readonly { readonly bio: BioId; readonly hctx: HctxId; readonly target: 0 | 1 }[];
}

/** One bio; two where clones are short, each with one clone. */
export function submissions(k: Kernel, clones: (typeof CLONES)[number], short: boolean): readonly Submission[] {
	const [h0, h1] = [k.Hctx.id(0), k.Hctx.id(1)];
	const one = (name: string): Submission => ({
		root: k.Bio.add(name),
		clones: [{ bio: k.Bio.add(`${name}.clone`), hctx: h0, target: 0 }],
	});
	const first = one("root");
	if (short) return [first, one("next")];
	if (clones === "one") return [first];
	const second = { bio: k.Bio.add("root.clone1"), hctx: h1, target: clones === "two-targets" ? 1 : 0 } as const;
	return [{ root: first.root, clones: [...first.clones, second] }];
}

type Datas = IdSet<"dm_poll_data">;
type Tables = IdSet<"dm_table">;
export const fields = (
	k: Kernel,
	Data: Datas,
	Table: Tables,
	datas: Generations<"dm_poll_data">,
	tables: Generations<"dm_table">,
) => ({
	/** Of each bio: struct dm_io's count, and what polls need to know, with its references. */
	data: perId(
		Data,
		record({
			io_count: range(0, 2),
			refs: range(0, 2),
			slot0: maybe(k.Hctx),
			slot1: maybe(k.Hctx),
			...datas.generation,
		}),
	),
	table: perId(Table, record(tables.generation)),
	/** struct mapped_device: its table, and who reads it under SRCU. */
	md: record({ map: Table, readers: range(0, 2) }),
	/** md->io_bs: the one struct dm_io of a short pool is allocated. */
	io_bs: record({ used: bool }),
});
export const events = (k: Kernel) => ({ pinned: [k.Bio], unpinned: [k.Bio] }) as const;

export type State = KernelState & RecordOf<ReturnType<typeof fields>>;
export type Sys = LinuxSystem<State, KernelEventTypes & ReturnType<typeof events>>;
export type Here<F = unknown> = In<Sys, F>;
export type Ends = Routine<WithBio, unknown, Here, string>;

export interface Code {
	readonly roots: readonly Submission[];
	readonly pollers: (typeof POLLERS)[number];
	/** I/O that another task submits to the first queue. */
	readonly own: BioId | undefined;
	readonly submit: (submission: Submission) => readonly Stmt<Here>[];
	readonly poll: Routine<{ root: BioId }, unknown, Here, string>;
	/** Whether a poll for the bio can change anything. */
	readonly worth: (c: Here, root: BioId) => boolean;
	readonly release: (submission: Submission) => readonly Stmt<Here>[];
	readonly endio: Ends;
	readonly reload: readonly Stmt<Here>[];
}

export function addTasks(
	k: Kernel,
	sys: Sys,
	{ roots, pollers, own, submit, poll, worth, release, endio, reload }: Code,
): void {
	let cpu = 0;
	const spawn = (name: string, routine: Routine<object, unknown, Here, string>): void => {
		addTask(k, sys, name, routine, { boundTo: k.Cpu.id(cpu++) });
	};
	type Loops = { idled: boolean };
	/** A round that can change nothing is looked at once. */
	const pollFor = ({ root }: Submission): Stmt<Here<Loops>> =>
		loop([
			choose(
				[waitUntil("READ_ONCE(req->iopoll_completed)", ({ s }) => s.bio[root].phase === "done"), leave()],
				[
					waitUntil(
						"blk_poll(q, cookie, true)",
						(c) => c.s.bio[root].phase !== "done" && (!c.f.idled || worth(c, root)),
						(c) => {
							if (!worth(c, root)) c.f.idled = true;
						},
					),
					call(poll, () => ({ root })),
				],
			),
		]);
	spawn(
		"owner",
		sys.routine("submit_and_poll", { locals: { idled: bool } }, [
			...roots.flatMap(submit),
			...roots.flatMap((submission): Stmt<Here<Loops>>[] => [
				step("cookie = READ_ONCE(kiocb->ki_cookie)", ({ f }) => (f.idled = false)),
				pollFor(submission),
				...release(submission),
			]),
		]),
	);
	if (pollers === "same-queue") spawn("poller", pollQueue(k, sys, roots, own, endio));
	if (reload.length > 0) spawn("dmsetup", sys.routine("reload", {}, reload));
}

/** Another task polls the first queue for its own I/O; where clones are short, for as long as there is any other. */
function pollQueue(k: Kernel, sys: Sys, roots: readonly Submission[], own: BioId | undefined, endio: Ends) {
	const done = ({ s }: Here) =>
		own === undefined ? roots.every(({ root }) => s.bio[root].phase === "done") : s.bio[own].phase === "done";
	return sys.routine("poll_own", { locals: { hctx: maybe(k.Hctx), rq: k.Bio } }, [
		step("submit_bio(own)", ({ s, f }) => {
			f.hctx = k.Hctx.id(0);
			if (own !== undefined) blk_mq_submit_bio(k, s, own, f.hctx);
		}),
		loop([choose([waitUntil("own is done", done), leave()], [blk_mq_poll<Here<Polling>>(k, endio)])]),
	]);
}
