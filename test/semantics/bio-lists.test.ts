// BL1: bio_list.
import { expect, test } from "vitest";
import {
	addTask,
	type BioId,
	type BioList,
	bio_list,
	bio_list_add,
	bio_list_bios,
	bio_list_copy,
	bio_list_empty,
	bio_list_pop,
	bioListAddInWords,
	bioListPopInWords,
	bioListTakeInWords,
	Kernel,
	type Shared,
	spin_lock,
	spin_unlock,
	spinlock,
} from "../../src/kernel/index.ts";
import { bool, choose, type In, maybe, type Stmt, step, waitUntil } from "../../src/lang/index.ts";
import { failures, litmus, observe, type Variant } from "./litmus.ts";

/** Two CPUs at one list: one adds; the other adds too, or takes all. */
const together = (second: "add" | "take", locked: boolean) => (variant: Variant) => {
	const k = new Kernel({ cpus: 2, bios: 2, preempt: "none", ...variant });
	const sys = k.system({ state: { list: bio_list(k), taken: bio_list(k) } });
	type Frame = { bio: BioId; tail: BioId | null; list: BioList };
	const shared = ({ s }: In<typeof sys>): Shared => ({ list: s.list, cpu: k.Cpu.id(0) });
	const lock = spinlock(k, "lock");
	const region = (body: readonly Stmt<In<typeof sys, Frame>>[]): Stmt<In<typeof sys, Frame>>[] =>
		locked ? [spin_lock(k, "lock", () => lock), ...body, spin_unlock(k, "lock", () => lock)] : [...body];
	const frame = { args: { bio: k.Bio }, locals: { tail: maybe(k.Bio), list: bio_list(k) } };
	const adder = sys.routine("adder", frame, [...region(bioListAddInWords<In<typeof sys, Frame>>(k, shared))]);
	const taker = sys.routine("taker", frame, [
		...region(bioListTakeInWords<In<typeof sys, Frame>>(k, shared)),
		step("what it has taken", ({ s, f }) => {
			s.taken = f.list;
		}),
	]);
	k.Cpu.all.forEach((boundTo, i) => {
		const routine = i === 1 && second === "take" ? taker : adder;
		addTask(k, sys, `task${i}`, routine, { boundTo, args: { bio: k.Bio.id(i) } });
	});
	const added = second === "take" ? 1 : 2;
	const kept = ({ s }: Pick<In<typeof sys>, "s">): boolean =>
		bio_list_bios(k, s, s.list).length + bio_list_bios(k, s, s.taken).length === added &&
		(s.list.head === null) === (s.list.tail === null);
	const lost = { "a bio is lost, or the list left broken": { end: (v: Pick<In<typeof sys>, "s">) => !kept(v) } };
	return observe(sys, {
		allows: { "all are kept": { end: kept }, ...(locked ? {} : lost) },
		forbids: locked ? lost : {},
	});
};

/** Two CPUs at a list of one bio: one pops it, the other takes all. */
const popAndTake = (locked: boolean) => (variant: Variant) => {
	const k = new Kernel({ cpus: 2, bios: 1, preempt: "none", ...variant });
	const sys = k.system({
		state: { list: bio_list(k), popped: bool, taken: bio_list(k) },
		init: (s) => {
			s.list.head = k.Bio.id(0);
			s.list.tail = k.Bio.id(0);
		},
	});
	type Frame = { bio: BioId; next: BioId | null; list: BioList };
	const shared = ({ s }: In<typeof sys>): Shared => ({ list: s.list, cpu: k.Cpu.id(0) });
	const lock = spinlock(k, "lock");
	const region = (body: readonly Stmt<In<typeof sys, Frame>>[]): Stmt<In<typeof sys, Frame>>[] =>
		locked ? [spin_lock(k, "lock", () => lock), ...body, spin_unlock(k, "lock", () => lock)] : [...body];
	const frame = { locals: { bio: k.Bio, next: maybe(k.Bio), list: bio_list(k) } };
	const popper = sys.routine("popper", frame, [
		...region([
			choose(
				[
					...bioListPopInWords<In<typeof sys, Frame>>(k, shared),
					step("it has popped it", ({ s }) => {
						s.popped = true;
					}),
				],
				[waitUntil("the list is empty", ({ s }) => s.list.head === null)],
			),
		]),
	]);
	const taker = sys.routine("taker", frame, [
		...region(bioListTakeInWords<In<typeof sys, Frame>>(k, shared)),
		step("what it has taken", ({ s, f }) => {
			s.taken = f.list;
		}),
	]);
	for (const [i, routine] of [popper, taker].entries()) addTask(k, sys, `task${i}`, routine, { boundTo: k.Cpu.id(i) });
	const twice = ({ s }: Pick<In<typeof sys>, "s">): boolean => s.popped && s.taken.head !== null;
	const once = ({ s }: Pick<In<typeof sys>, "s">): boolean => s.popped !== (s.taken.head !== null);
	const both = { "both have the bio": { end: twice } };
	return observe(sys, {
		allows: { "one of them has it": { end: once }, ...(locked ? {} : both) },
		forbids: locked ? both : {},
	});
};

/** One task pops the first bio of a list, in words or at once, and adds another. */
const popThenAdd = (inWords: boolean, bios: 1 | 2) => {
	const k = new Kernel({ cpus: 1, bios: 3, preempt: "none" });
	const [first, second, third] = [k.Bio.id(0), k.Bio.id(1), k.Bio.id(2)];
	const sys = k.system({
		state: { list: bio_list(k), popped: bool, added: bool },
		init: (s) => {
			s.list.head = first;
			s.list.tail = first;
			if (bios === 1) return;
			s.bio[first].bi_next = second;
			s.list.tail = second;
		},
	});
	type Frame = { bio: BioId; next: BioId | null };
	const shared = ({ s }: In<typeof sys>): Shared => ({ list: s.list, cpu: k.Cpu.id(0) });
	const atOnce: Stmt<In<typeof sys, Frame>> = step("bio_list_pop(bl)", ({ s }) => {
		bio_list_pop(k, s, s.list);
	});
	const routine = sys.routine("task", { locals: { bio: k.Bio, next: maybe(k.Bio) } }, [
		...(inWords ? bioListPopInWords<In<typeof sys, Frame>>(k, shared) : [atOnce]),
		step("popped", ({ s }) => {
			s.popped = bio_list_empty({ s, emit: { list_access: () => {} } } as never, { list: s.list, cpu: k.Cpu.id(0) });
		}),
		step("bio_list_add(bl, bio)", (c) => {
			bio_list_add(k, c, shared(c), third);
			c.s.added = true;
		}),
	]);
	addTask(k, sys, "task", routine);
	const left = bios === 1 ? [third] : [second, third];
	const kept = ({ s }: Pick<In<typeof sys>, "s">) =>
		bio_list_bios(k, s, s.list).join() === left.join() && s.bio[first].bi_next === null;
	const empty = { "it is empty": ({ s }: Pick<In<typeof sys>, "s">) => s.popped };
	return observe(sys, {
		allows: { "all are there": { end: kept }, ...(bios === 1 ? empty : {}) },
		forbids: { "what was there or is added is lost": { end: (v) => !kept(v) }, ...(bios === 1 ? {} : empty) },
	});
};

test.each([
	[true, 1],
	[false, 1],
	[true, 2],
	[false, 2],
] as const)("BL1: a list can be added to when its first bio was popped (in words: %s; of %i)", (inWords, bios) => {
	expect(failures(popThenAdd(inWords, bios))).toEqual([]);
});

test.each([true, false])("BL1: what was taken is a list that can be added to (in words: %s)", (inWords) => {
	const k = new Kernel({ cpus: 1, bios: 3, preempt: "none" });
	const [first, second, third] = [k.Bio.id(0), k.Bio.id(1), k.Bio.id(2)];
	const sys = k.system({ state: { list: bio_list(k), taken: bio_list(k) } });
	type Frame = { list: BioList };
	const shared = ({ s }: In<typeof sys>): Shared => ({ list: s.list, cpu: k.Cpu.id(0) });
	const add = (which: "list" | "taken", bio: BioId): Stmt<In<typeof sys, Frame>> =>
		step("bio_list_add(bl, bio)", (c) => bio_list_add(k, c, { list: c.s[which], cpu: k.Cpu.id(0) }, bio));
	const atOnce: Stmt<In<typeof sys, Frame>> = step("list = *bl", (c) => bio_list_copy(c, shared(c), c.f.list));
	const keep: Stmt<In<typeof sys, Frame>> = step("what it has taken", ({ s, f }) => {
		s.taken = f.list;
	});
	const routine = sys.routine("task", { locals: { list: bio_list(k) } }, [
		add("list", first),
		add("list", second),
		...(inWords ? bioListTakeInWords<In<typeof sys, Frame>>(k, shared) : [atOnce]),
		keep,
		add("taken", third),
	]);
	addTask(k, sys, "task", routine);
	const kept = ({ s }: Pick<In<typeof sys>, "s">) => bio_list_bios(k, s, s.taken).join() === k.Bio.all.join();
	expect(failures(observe(sys, { allows: { "all are there": { end: kept } } }))).toEqual([]);
});

litmus("BL1", "adding to a bio_list, popping and taking it are not atomic", {
	"two adders": together("add", false),
	"an adder and a taker": together("take", false),
	"a popper and a taker": popAndTake(false),
});

test("BL1: with exclusion a bio is popped or taken", () => {
	expect(failures(popAndTake(true)({}))).toEqual([]);
});

test.each(["add", "take"] as const)("BL1: with exclusion nothing is lost (%s)", (second) => {
	expect(failures(together(second, true)({}))).toEqual([]);
});
