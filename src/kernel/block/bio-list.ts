import { maybe, must, type RecordOf, record, type Stmt, step, waitUntil, when } from "../../lang/index.ts";
import type { CpuId, In, Kernel, KernelState } from "../kernel.ts";
import { type BioId, touch } from "./bio.ts";

// BL1: head, tail and bi_next, word by word. None of the operations is atomic: as one step each they are right where
// accesses exclude each other, which P10 checks by the `list_access` event; without that use the ones in words.

const fields = (k: Kernel) => ({ head: maybe(k.Bio), tail: maybe(k.Bio) });
/** struct bio_list. */
export const bio_list = (k: Kernel) => record(fields(k));
/** What a step sees of one: both null where it is empty. */
export type BioList = RecordOf<ReturnType<typeof fields>>;
/** Which list, and whose CPU's it is. */
export interface Shared {
	readonly list: BioList;
	readonly cpu: CpuId;
}

/** BL1: makes the list empty, whatever was on it. Inside a step. */
export function bio_list_init(c: In, { list, cpu }: Shared): void {
	c.emit.list_access(cpu);
	list.head = null;
	list.tail = null;
}

/** BL1: whether nothing is on it. Inside a step. */
export function bio_list_empty(c: In, { list, cpu }: Shared): boolean {
	c.emit.list_access(cpu);
	return list.head === null;
}

/** `to = *list` */
export function bio_list_copy(c: In, { list, cpu }: Shared, to: BioList): void {
	c.emit.list_access(cpu);
	to.head = list.head;
	to.tail = list.tail;
}

/** BL1: puts `bio` behind the last. Inside a step. */
export function bio_list_add(k: Kernel, c: In, { list, cpu }: Shared, bio: BioId): void {
	c.emit.list_access(cpu);
	link(k, c.s, list, list.tail, bio);
	list.tail = bio;
	noteQueued(c, bio, cpu);
}

/** From a list that is nobody else's. */
export function bio_list_pop(k: Kernel, s: KernelState, list: BioList): BioId {
	const bio = must(list.head, "bio: pop of an empty bio_list");
	touch(k, s, bio);
	list.head = s.bio[bio].bi_next;
	if (list.head === null) list.tail = null;
	s.bio[bio].bi_next = null;
	return bio;
}

/** The bios on a list, head first. */
export function bio_list_bios(k: Kernel, s: KernelState, list: BioList): BioId[] {
	const bios: BioId[] = [];
	for (let bio = list.head; bio !== null && bios.length <= k.Bio.count; bio = s.bio[bio].bi_next) bios.push(bio);
	return bios;
}

type Adding = { bio: BioId; tail: BioId | null };

/** BL1: bio_list_add() as the words that another CPU may see one by one. */
export function bioListAddInWords<C extends In<Adding>>(k: Kernel, of: (c: C) => Shared): Stmt<C, string>[] {
	if (!k.obeys("BL1")) return [step("bio_list_add(bl, bio)", (c) => bio_list_add(k, c, of(c), c.f.bio))];
	return [
		step("bio->bi_next = NULL; tail = bl->tail", (c) => {
			c.emit.list_access(of(c).cpu);
			c.f.tail = of(c).list.tail;
		}),
		step("tail ? (tail->bi_next = bio) : (bl->head = bio)", (c) => {
			c.emit.list_access(of(c).cpu);
			link(k, c.s, of(c).list, c.f.tail, c.f.bio);
			noteQueued(c, c.f.bio, of(c).cpu);
		}),
		step("bl->tail = bio", (c) => {
			c.emit.list_access(of(c).cpu);
			of(c).list.tail = c.f.bio;
			c.f.tail = null;
		}),
	];
}

/** BL1: `list = *bl; bio_list_init(bl)` as words. */
export function bioListTakeInWords<C extends In<{ list: BioList }>>(
	k: Kernel,
	of: (c: C) => Shared,
): Stmt<C, string>[] {
	if (!k.obeys("BL1"))
		return [
			step("list = *bl; bio_list_init(bl)", (c) => {
				bio_list_copy(c, of(c), c.f.list);
				bio_list_init(c, of(c));
			}),
		];
	const word = (label: string, move: (from: BioList, to: BioList) => void): Stmt<C, string> =>
		step(label, (c) => {
			c.emit.list_access(of(c).cpu);
			move(of(c).list, c.f.list);
		});
	return [
		word("list.head = bl->head", (from, to) => {
			to.head = from.head;
		}),
		word("list.tail = bl->tail", (from, to) => {
			to.tail = from.tail;
		}),
		word("bl->head = NULL", (from) => {
			from.head = null;
		}),
		word("bl->tail = NULL", (from) => {
			from.tail = null;
		}),
	];
}

type Popping = { bio: BioId; next: BioId | null };

/**
 * BL1: bio_list_pop() as words. It begins with the step that finds the list not empty; `next` is null when it has ended.
 */
export function bioListPopInWords<C extends In<Popping>>(k: Kernel, of: (c: C) => Shared): Stmt<C, string>[] {
	const found = (c: C): boolean => of(c).list.head !== null;
	if (!k.obeys("BL1"))
		return [
			waitUntil("bio = bio_list_pop(bl)", found, (c) => {
				c.emit.list_access(of(c).cpu);
				c.f.bio = bio_list_pop(k, c.s, of(c).list);
			}),
		];
	return [
		waitUntil("bio = bl->head", found, (c) => {
			c.emit.list_access(of(c).cpu);
			c.f.bio = must(of(c).list.head, "bl->head");
		}),
		step("next = bio->bi_next", ({ s, f }) => {
			touch(k, s, f.bio);
			f.next = s.bio[f.bio].bi_next;
		}),
		step("bl->head = next", (c) => {
			c.emit.list_access(of(c).cpu);
			of(c).list.head = c.f.next;
		}),
		when(
			({ f }) => f.next === null,
			[
				step("bl->tail = NULL", (c) => {
					c.emit.list_access(of(c).cpu);
					of(c).list.tail = null;
				}),
			],
		),
		step("bio->bi_next = NULL", ({ s, f }) => {
			touch(k, s, f.bio);
			s.bio[f.bio].bi_next = null;
			f.next = null;
		}),
	];
}

function link(k: Kernel, s: KernelState, list: BioList, tail: BioId | null, bio: BioId): void {
	touch(k, s, bio);
	s.bio[bio].bi_next = null;
	if (tail === null) list.head = bio;
	else {
		touch(k, s, tail);
		s.bio[tail].bi_next = bio;
	}
}

/** That a bio waits on the list of a CPU from now on, of whatever kind that is. */
export function noteQueued(c: In, bio: BioId, cpu: CpuId): void {
	c.s.bio[bio].phase = "queued";
	c.s.bio[bio].cpu = cpu;
	c.emit.queued(bio, cpu);
}
