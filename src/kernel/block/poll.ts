import {
	anyOf,
	bool,
	call,
	choose,
	type EventTypes,
	forget,
	giveBack,
	type Id,
	loop,
	maybe,
	type Routine,
	routines,
	type Stmt,
	step,
	waitUntil,
	when,
} from "../../lang/index.ts";
import type { WithBio } from "../irq/irq.ts";
import type { ContextRecord, In, Kernel, KernelEvents, KernelState, LinuxSystem } from "../kernel.ts";
import { bare } from "../sched/task.ts";
import { type BioId, type BioRoutine, touch } from "./bio.ts";

// PO1–PO4: polled I/O. The device's steps are its own; who polls finds what it has finished.

/** A hardware queue that is polled. */
export type HctxId = Id<"hctx">;
/** The variables of whoever polls: a queue, and the request that was found finished there. */
export type Polling = { hctx: HctxId | null; rq: BioId };

const routine = routines<KernelState, ContextRecord, KernelEvents>();

/**
 * PO1: the bio becomes a request on `hctx`, to be polled for, or, with none, one that an interrupt reports. Returns
 * its cookie: the queue, or none for BLK_QC_T_NONE. Inside a step.
 */
export function blk_mq_submit_bio(k: Kernel, s: KernelState, bio: BioId, hctx: HctxId | null): HctxId | null {
	touch(k, s, bio);
	s.bio[bio].phase = "issued";
	s.bio[bio].hctx = hctx;
	return k.obeys("PO1") ? hctx : null;
}

/** PO3: the device finishes requests of polled queues at any time, and tells nobody. */
export function addPolledQueues<S extends KernelState, T extends EventTypes>(k: Kernel, sys: LinuxSystem<S, T>): void {
	const queue = routine("device", { args: { hctx: k.Hctx } }, [
		loop<In<{ hctx: HctxId }>, string>([
			anyOf<In<{ hctx: HctxId }>, "bio", string, string>(k.Bio, (bio) => [
				waitUntil(
					`<device: ${k.Bio.nameOf(bio)} is finished, without an interrupt>`,
					({ s, f }) => s.bio[bio].phase === "issued" && s.bio[bio].hctx === f.hctx,
					({ s }) => {
						s.bio[bio].phase = "hw_done";
					},
				),
			]),
		]),
	]);
	for (const hctx of k.Hctx.all) {
		const place = () => ({ lane: undefined, context: "device", depth: 0 });
		bare(sys).process(k.Hctx.nameOf(hctx), queue, { args: { hctx }, me: (s) => s.context[0 as never], place });
	}
}

/**
 * PO2: one poll of queue `hctx`. It completes any finished request of that queue, whoever submitted it, in the
 * poller's context (PO3). `others`: what happens where it finds none.
 */
export function blk_mq_poll<C extends In<Polling>>(
	k: Kernel,
	endio: Routine<WithBio, unknown, C, string>,
	...others: (readonly Stmt<C, string>[])[]
): Stmt<C, string> {
	const finished = ({ s, f }: In<Polling>, bio: BioId): boolean => {
		const { phase, hctx } = s.bio[bio];
		return phase === "hw_done" && hctx !== null && (hctx === f.hctx || !k.obeys("PO2"));
	};
	const find = (bio: BioId): Stmt<In<Polling>, string>[] => [
		waitUntil(
			"rq = q->mq_ops->poll(hctx)",
			(c) => finished(c, bio),
			({ s, f }) => {
				s.bio[bio].phase = "completing";
				f.rq = bio;
			},
		),
		call(endio as unknown as BioRoutine, ({ f }) => ({ bio: f.rq })),
		forget("rq"),
	];
	return anyOf<C, "bio", string, string>(k.Bio, (bio) => find(bio) as unknown as Stmt<C, string>[], ...others);
}

/** What blk_poll() and bio_poll() are told. */
export interface Poller<C extends In> {
	readonly endio: Routine<WithBio, unknown, C, string>;
	/** When the poller may give up without having found anything: it is RUNNING, or need_resched(). Default: never. */
	readonly until?: (c: C) => boolean;
	/** The bio may have been freed: under rcu_read_lock() its memory stays a bio, and a free one has no device. */
	readonly rcu?: boolean;
}

/**
 * PO1: blk_poll(q, cookie, spin): polls until it finds something, and returns whether it did. Rounds that find nothing
 * change nothing, and are left out.
 */
export function blk_poll<C extends In>(
	k: Kernel,
	{ endio, until = () => false }: Poller<C>,
): Routine<{ hctx: HctxId | null }, boolean, C, string> {
	return routine("blk_poll", { args: { hctx: maybe(k.Hctx) }, locals: { rq: k.Bio }, returns: bool }, [
		when("blk_qc_t_valid(cookie)", ({ f }) => f.hctx !== null, poll(k, endio as never, until as never)),
		giveBack(() => false),
	]) as unknown as Routine<{ hctx: HctxId | null }, boolean, C, string>;
}

const poll = (k: Kernel, endio: BioRoutine, until: (c: In) => boolean): Stmt<In<Polling>, string>[] => [
	choose<In<Polling>, string>(
		[blk_mq_poll<In<Polling>>(k, endio as never), giveBack(() => true)],
		[waitUntil("return 0 /* found nothing */", until)],
	),
];

/** A driver of bios, not of requests, that is polled (PO4): which bios go to it, and its ->poll_bio(). */
export interface BioDriver<C extends In> {
	/** Whether its device has the bio by now. */
	readonly has: (s: C["s"], bio: BioId) => boolean;
	readonly poll_bio: () => Routine<WithBio, unknown, C, string>;
	/** How many such drivers stand on one another. Default 1. */
	readonly depth?: number;
}

/**
 * PO2: bio_poll(bio): reads bi_cookie, and polls the queue that it names, once for each finding; or, PO4, has the
 * driver poll the bio. That no two poll the same bio at a time is up to the callers, and is not checked.
 */
export function bio_poll<C extends In>(
	k: Kernel,
	{ endio, until = () => false, rcu = false }: Poller<C>,
	driver?: BioDriver<C>,
): Routine<WithBio, boolean, C, string> {
	const mq = poll(k, endio as never, until as never);
	const toDriver = (s: KernelState, bio: BioId): boolean => driver?.has(s, bio) === true && k.obeys("PO4");
	const byDriver: Stmt<In<WithBio>, string>[] = driver
		? [call(driver.poll_bio as unknown as () => BioRoutine, ({ f }) => ({ bio: f.bio }))]
		: [];
	const frame = { args: { bio: k.Bio }, locals: { hctx: maybe(k.Hctx), rq: k.Bio, driver: bool }, returns: bool };
	return routine("bio_poll", { ...frame, depth: 1 + (driver?.depth ?? 0) }, [
		step("cookie = READ_ONCE(bio->bi_cookie)", ({ s, f }) => {
			if (!rcu) touch(k, s, f.bio);
			f.hctx = s.bio[f.bio].phase === "freed" ? null : s.bio[f.bio].bi_cookie;
			f.driver = toDriver(s, f.bio);
		}),
		when(({ f }) => f.hctx === null, [giveBack(() => false)]),
		when(({ f }) => f.driver, [...byDriver, giveBack(() => true)], mq),
		giveBack(() => false),
	]) as unknown as Routine<WithBio, boolean, C, string>;
}
