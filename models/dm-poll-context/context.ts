// What the patch adds to tasks and bios, and which of its parts a design has.
import { bool, type Id, type IdSet, type In, list, maybe, perId, type RecordOf, range, record } from "preempt";
import type { Generations, Kernel, KernelEventTypes, KernelState, LinuxSystem } from "preempt/linux";

/** What a design is made of. */
export interface Parts {
	/** Who polls has a reference of the context. */
	readonly gets: boolean;
	/** What has not ended goes to the poll queue of who polls, and not back. */
	readonly pq: boolean;
	/** What is done is not ended before its submission has returned. */
	readonly ready: boolean;
	/** The cookie is a pid wherever something was submitted, and not only where the submission queue is not empty. */
	readonly pid: boolean;
	/** When the context is drained. */
	readonly drain: "at exit" | "when freed" | "never";
	/** sq_lock. */
	readonly locks: boolean;
	/** A completion does not end its bio. */
	readonly endsByPoll: boolean;
}
export const V6: Parts = {
	gets: false,
	pq: true,
	ready: false,
	pid: false,
	drain: "at exit",
	locks: true,
	endsByPoll: true,
};
export const REPAIRED: Parts = { ...V6, gets: true, pq: false, ready: true, pid: true, drain: "when freed" };

export type Iocs = IdSet<"io_context">;
export type IocId = Id<"io_context">;

export const fields = (k: Kernel, Ioc: Iocs, iocs: Generations<"io_context">) => ({
	/** struct io_context, with its struct blk_bio_poll_ctx. */
	ioc: perId(Ioc, record({ refcount: range(0, 2), sq: list(k.Bio, 2), pq: list(k.Bio, 2), ...iocs.generation })),
	/** The submitter's. */
	task: record({ io_context: maybe(Ioc) }),
	/** BIO_END_BY_POLL and BIO_DONE; whether bi_poll_data is ready, and ki_cookie of the bio's I/O a pid. */
	flags: perId(k.Bio, record({ end_by_poll: bool, done: bool, ready: bool, ki_cookie: bool })),
});

type State = KernelState & RecordOf<ReturnType<typeof fields>>;
export type Sys = LinuxSystem<State, KernelEventTypes>;
export type Here<F = unknown> = In<Sys, F>;
/** A list of bios, of a context or of who polls. */
export type Bios = State["ioc"][IocId]["sq"];

/** What is built upon. */
export interface On {
	readonly k: Kernel;
	readonly sys: Sys;
	readonly Ioc: Iocs;
	readonly iocs: Generations<"io_context">;
	/** The submitter's context. */
	readonly submitters: IocId;
	readonly parts: Parts;
}
