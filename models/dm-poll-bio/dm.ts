// The state of dm's polled bios, and which clone goes where.
import {
	bool,
	type Id,
	type IdSet,
	type In,
	maybe,
	oneOf,
	perId,
	type RecordOf,
	type Routine,
	range,
	record,
	step,
	when,
} from "preempt";
import {
	type BioId,
	bio_put,
	type Generations,
	type HctxId,
	type Kernel,
	type KernelEventTypes,
	type KernelState,
	type LinuxSystem,
	touch,
	type WithBio,
} from "preempt/linux";

export type IoId = Id<"dm_io">;

export const CLONES = [
	"polled", // each is a polled request on a queue of its own
	"irq", // the second is split below, which clears REQ_POLLED: an interrupt completes it
	"deferred", // the target submits the second later, from a worker
	"requeue", // the clone fails, and the bio is mapped anew, no more polled
	"nested", // the second goes to another dm device
] as const;
export type Clones = (typeof CLONES)[number];

/** One struct dm_io: a part of a bio, and its one clone. */
export interface Mapped {
	readonly orig: BioId;
	readonly clone: BioId;
}

export interface Stack {
	/** The bio that the owner submits. */
	readonly root: BioId;
	readonly maps: readonly Mapped[];
	/** The clone that a worker submits. */
	readonly deferred: BioId | undefined;
	/** I/O that another task submits to a queue. */
	readonly own: BioId | undefined;
	/** The queue of a request; none where an interrupt completes it. */
	readonly queue: (bio: BioId) => HctxId | null;
	/** The device's I/O that a bio stands for. */
	readonly leavesOf: (bio: BioId) => readonly BioId[];
}

/** `parts`: to how many clones dm maps the bio. */
export function stackOf(k: Kernel, clones: Clones, parts: 1 | 2, withOwn: boolean): Stack {
	const root = k.Bio.add("root");
	const c1 = k.Bio.add("c1");
	const c2 = parts === 2 ? k.Bio.add("c2") : undefined;
	const d = clones === "nested" ? k.Bio.add("d") : undefined;
	const own = withOwn ? k.Bio.add("own") : undefined;
	const maps = [
		{ orig: root, clone: c1 },
		...(c2 === undefined ? [] : [{ orig: root, clone: c2 }]),
		...(c2 === undefined || d === undefined ? [] : [{ orig: c2, clone: d }]),
	];
	const leavesOf = (bio: BioId): readonly BioId[] => {
		const below = maps.filter(({ orig }) => orig === bio).flatMap(({ clone }) => leavesOf(clone));
		return below.length > 0 ? below : [bio];
	};
	const byInterrupt = clones === "irq" || clones === "requeue";
	const second = clones === "nested" ? d : c2;
	const queue = (bio: BioId) => (bio !== second ? k.Hctx.id(0) : byInterrupt ? null : k.Hctx.id(1));
	const deferred = clones === "deferred" || clones === "requeue" ? c2 : undefined;
	return { root, maps, deferred, own, queue, leavesOf };
}

export const fields = (k: Kernel, Io: IdSet<"dm_io">, ios: Generations<"dm_io">) => ({
	/** REQ_DM_POLL_LIST; the word that holds the list at times: what is in it, and the list. */
	list: perId(k.Bio, record({ flag: bool, at: oneOf("no dm's", "owner's", "list"), head: maybe(Io) })),
	io: perId(Io, record({ io_count: range(0, 2), next: maybe(Io), ...ios.generation })),
	/** The owner's: the bio is submitted; the end handler has told it, and whoever has the bio after it. */
	owner: record({ submitted: bool, told: bool, next_told: bool }),
	/** The target, or dm, has a clone to submit. */
	target: record({ has_clone: bool }),
});
export const events = (k: Kernel) => ({ pinned: [k.Bio], unpinned: [k.Bio] }) as const;

export type State = KernelState & RecordOf<ReturnType<typeof fields>>;
export type Sys = LinuxSystem<State, KernelEventTypes & ReturnType<typeof events>>;
export type Here<F = unknown> = In<Sys, F>;
export type Ends = Routine<WithBio, unknown, Here, string>;

/** The end handler of a bio that is nobody's clone; a kiocb's frees the bio. */
export const bi_end_io = (k: Kernel, sys: Sys, root: BioId, ownership: "stack" | "kiocb") =>
	sys.routine("bi_end_io", { args: { bio: k.Bio } }, [
		step("bio->bi_end_io(bio)", ({ s, f, emit }) => {
			touch(k, s, f.bio);
			emit.end_io(f.bio);
			s.bio[f.bio].phase = "done";
			if (f.bio !== root) return;
			if (s.bio[root].gen < 2) s.owner.told = true;
			else s.owner.next_told = true;
		}),
		when(
			({ f }) => f.bio === root && ownership === "kiocb",
			[step("bio_put(bio)", ({ s, f }) => bio_put(k, s, f.bio))],
		),
	]);
