import {
	bool,
	breakIf,
	call,
	type EventTypes,
	fault,
	forget,
	giveBack,
	type Id,
	ifdef,
	loop,
	ModelError,
	type Routine,
	requireKnown,
	routines,
	type Stmt,
	step,
	when,
} from "../../lang/index.ts";
import type { WithBio } from "../irq/irq.ts";
import type { ContextRecord, In, InModel, Kernel, KernelEvents, KernelEventTypes, KernelState } from "../kernel.ts";
import { in_task, isRcuReader, preemptible } from "../sched/context.ts";
import { requirePositive } from "../sched/count.ts";

/** A `struct bio`; `options.bios` says how many there are. */
export type BioId = Id<"bio">;
/** A routine that takes a bio: an end handler, or a function that queues it for later. */
export type BioRoutine = Routine<WithBio, unknown, In, string>;

const routine = routines<KernelState, ContextRecord, KernelEvents>();

/** P11: a bio may not be touched once it is freed (BI3, BI4). */
export function touch(k: Kernel, s: KernelState, bio: BioId): void {
	if (s.bio[bio].phase === "freed") fault("P11", `${k.Bio.nameOf(bio)} is used after it was freed`);
}

/**
 * The end handler, in the caller's context (BI2). `body` is what else it does. `frees`: the owner, whom the handler
 * tells, frees the bio. Either way nobody else may touch it afterwards (BI4).
 */
export function bi_end_io<S extends KernelState = KernelState, T extends EventTypes = KernelEventTypes>(
	k: Kernel,
	body: readonly Stmt<InModel<S, T, WithBio>, string>[] = [],
	options: { readonly frees?: boolean } = {},
): Routine<WithBio, unknown, InModel<S, T>, string> {
	requireKnown("bi_end_io()", options, { frees: true });
	const { frees = false } = options;
	const end_io = routine("bi_end_io", { args: { bio: k.Bio } }, [
		step("bio->bi_end_io(bio)", ({ s, f, emit }) => {
			touch(k, s, f.bio);
			emit.end_io(f.bio);
			s.bio[f.bio].phase = "done";
			s.bio[f.bio].cpu = null;
		}),
		...(body as unknown as readonly Stmt<In<WithBio>, string>[]),
		ifdef(frees && k.obeys("BI4"), [
			step("bio_put(bio) /* by its owner */", ({ s, f }) => {
				bio_put(k, s, f.bio);
			}),
		]),
	]);
	return end_io as unknown as Routine<WithBio, unknown, InModel<S, T>, string>;
}

/** BI3: one more reference. Inside a step. */
export function bio_get(k: Kernel, s: KernelState, bio: BioId): void {
	touch(k, s, bio);
	s.bio[bio].refs++;
}

/** BI3: drops a reference; a bio that is not BIO_REFFED, or the last reference, frees it. Inside a step. */
export function bio_put(k: Kernel, s: KernelState, bio: BioId): void {
	touch(k, s, bio);
	if (k.options.refs && k.obeys("BI3")) {
		s.bio[bio].refs--;
		if (s.bio[bio].refs > 0) return;
	}
	s.bio[bio].phase = "freed";
	if (k.options.recyclings !== undefined) k.bios.free(s.bio, bio);
}

/** RC1: a freed bio is somebody's again, with one reference and one completion to come. Inside a step. */
export function bio_alloc(k: Kernel, s: KernelState, bio: BioId): void {
	k.bios.allocate(s.bio, bio);
	s.bio[bio].phase = k.options.hctxs ? "new" : "issued";
	if (k.options.hctxs) {
		s.bio[bio].hctx = null;
		s.bio[bio].bi_cookie = null;
	}
	if (k.options.refs) s.bio[bio].refs = 1;
	if (k.options.chain) s.bio[bio].remaining = 1;
}

/** BI5: the gate of v4: defer where in_task() is false. Every bio is flagged BIO_COMPLETE_IN_TASK. */
export const notInTask = (k: Kernel) => {
	const inTask = in_task(k);
	return (c: In): boolean => inTask(c) !== k.obeys("BI5");
};

/** A gate of bio_endio(): where a flagged bio is deferred, and how the C code says it. */
export interface Gate {
	readonly label: string;
	readonly defers: (c: In) => boolean;
}

/**
 * BI5, later form: defer in RCU readers and wherever preemptible() is false. Of a kernel without PREEMPT_COUNT, which
 * NONE and VOLUNTARY are here, nothing is known: it always defers.
 */
export function bio_in_atomic(k: Kernel): Gate {
	const counts = k.preempt === "full" || k.preempt === "lazy" || k.rt;
	const mayPreempt = preemptible(k);
	return {
		label: "bio_in_atomic() && bio_flagged(bio, BIO_COMPLETE_IN_TASK)",
		defers: (c) => (!counts || isRcuReader(k, c.s, c.me) || !mayPreempt(c)) === k.obeys("BI5"),
	};
}

/**
 * BI1: one more completion to come before `bio` ends. Inside a step of whoever has one still to come; the kernel's
 * option `chain` says that bios are counted at all.
 */
export function bio_inc_remaining(k: Kernel, s: KernelState, bio: BioId): void {
	if (!k.options.chain) throw new ModelError("bio_inc_remaining(): give the kernel the option chain, if only {}");
	touch(k, s, bio);
	s.bio[bio].chained = true;
	s.bio[bio].remaining++;
}

/**
 * BI2: bio_endio(). A bio that is counted ends with the last of its completions (BI1). The end of a chained bio goes
 * on to its parent, without recursion; the last of the chain is deferred or ended in the caller's context.
 */
export function bio_endio<C extends In>(
	k: Kernel,
	endIo: Routine<WithBio, unknown, C, string>,
	queue?: Routine<WithBio, unknown, C, string>,
	gate: Gate = { label: "!in_task() && bio_flagged(bio, BIO_COMPLETE_IN_TASK)", defers: notInTask(k) },
): Routine<WithBio, unknown, C, string> {
	const end = endIo as unknown as BioRoutine;
	const defer = queue as unknown as BioRoutine | undefined;
	const finish: Stmt<In<WithBio>, string> = defer
		? when(
				gate.label,
				gate.defers,
				[call(defer, ({ f }) => ({ bio: f.bio }))],
				[call(end, ({ f }) => ({ bio: f.bio }))],
			)
		: call(end, ({ f }) => ({ bio: f.bio }));
	const { chain } = k.options;
	return routine("bio_endio", { args: { bio: k.Bio }, locals: { last: bool } }, [
		...(chain ? [upTheChain(k, chain)] : []),
		finish,
	]) as unknown as Routine<WithBio, unknown, C, string>;
}

/** A frame of bio_endio(). */
export type Ending = WithBio & { last: boolean };

/** The parents that the end of a bio completes, one after the other. */
function upTheChain(k: Kernel, chain: Readonly<Record<number, number>>): Stmt<In<Ending>, string> {
	return loop([
		ifdef(k.obeys("BI1"), bio_remaining_done(k)),
		breakIf(({ f }) => chain[f.bio] === undefined || !k.obeys("BI2")),
		step("bio = __bio_chain_endio(bio) /* puts it, goes on with its parent */", ({ s, f }) => {
			const child = f.bio;
			s.bio[child].phase = "done";
			bio_put(k, s, child);
			f.bio = k.Bio.id(chain[child] as number);
		}),
	]);
}

/** BI1: returns unless this is the last completion; without BIO_CHAIN, each is. A BUG where the count is used up. */
export function bio_remaining_done(k: Kernel): readonly Stmt<In<Ending>, string>[] {
	const count = "atomic_dec_and_test(&bio->__bi_remaining)";
	return [
		when(
			"bio_flagged(bio, BIO_CHAIN)",
			({ s, f }) => {
				touch(k, s, f.bio);
				return s.bio[f.bio].chained;
			},
			[
				step(`last = ${count}`, (c) => {
					const bio = c.s.bio[c.f.bio];
					touch(k, c.s, c.f.bio);
					requirePositive(k, c, bio.remaining, count, "__bi_remaining");
					bio.remaining--;
					c.f.last = bio.remaining === 0;
				}),
				when(({ f }) => !f.last, [giveBack()]),
				step("bio_clear_flag(bio, BIO_CHAIN)", ({ s, f }) => {
					touch(k, s, f.bio);
					s.bio[f.bio].chained = false;
				}),
				forget("last"),
			],
		),
	];
}
