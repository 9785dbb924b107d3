// BI3, P11: whatever touches a bio that was freed says so; P10: whatever touches a list does.
import { expect, test } from "vitest";
import {
	type In as Anywhere,
	addTask,
	type BioId,
	type BioList,
	bi_end_io,
	bio_endio,
	bio_get,
	bio_inc_remaining,
	bio_list,
	bio_list_add,
	bio_list_copy,
	bio_list_empty,
	bio_list_init,
	bio_list_pop,
	bio_put,
	bioListAddInWords,
	bioListPopInWords,
	bioListTakeInWords,
	blk_mq_submit_bio,
	Kernel,
	type KernelState,
	type Shared,
} from "../../src/kernel/index.ts";
import { block, bool, call, maybe, range, type Stmt, step } from "../../src/lang/index.ts";
import { failures, observe } from "./litmus.ts";

type Frame = { bio: BioId; next: BioId | null; tail: BioId | null; list: BioList };
type Here = Anywhere<Frame>;
/** What is done to the first bio, or to a list on which it is the last; the second is no business of this. */
type Access = (k: Kernel, first: BioId, second: BioId) => Stmt<Here>;
const list = ({ s }: Pick<Anywhere, "s">): Shared => ({
	list: (s as KernelState & { list: BioList }).list,
	cpu: 0 as Shared["cpu"],
});
const does =
	(what: string, access: (k: Kernel, c: Here, first: BioId, second: BioId) => void): Access =>
	(k, first, second) =>
		step(what, (c) => access(k, c, first, second));
const addsInWords: Access = (k, first) =>
	block(
		step("bio", ({ f }) => {
			f.bio = first;
		}),
		...bioListAddInWords<Here>(k, list),
	);
const ends: Access = (k, bio) => call(bio_endio(k, bi_end_io(k)), () => ({ bio }));

/** A task that has the first bio on a list, does `before`, then `access`. */
function accessing(chain: boolean, access: Access, before: (k: Kernel, s: KernelState, bio: BioId) => void) {
	const k = new Kernel({ cpus: 1, bios: 2, refs: true, preempt: "none", ...(chain ? { chain: {} } : {}) });
	const [first, second] = [k.Bio.id(0), k.Bio.id(1)];
	const sys = k.system({
		state: { list: bio_list(k), done: bool },
		init: (s) => {
			s.list.head = first;
			s.list.tail = first;
		},
	});
	const frame = { locals: { bio: k.Bio, next: maybe(k.Bio), tail: maybe(k.Bio), list: bio_list(k) } };
	const routine = sys.routine("task", frame, [
		step("before", ({ s }) => before(k, s, first)),
		access(k, first, second) as Stmt<unknown>,
		step("done", ({ s }) => {
			s.done = true;
		}),
	]);
	addTask(k, sys, "task", routine);
	return sys;
}

test.each<[string, boolean, Access]>([
	["bio_get()", false, does("get", (k, { s }, bio) => bio_get(k, s, bio))],
	["bio_put()", false, does("put", (k, { s }, bio) => bio_put(k, s, bio))],
	["bio_inc_remaining()", true, does("inc", (k, { s }, bio) => bio_inc_remaining(k, s, bio))],
	["bio_endio()", false, ends],
	["bio_endio(), where bios are counted", true, ends],
	["submit_bio()", false, does("submit", (k, { s }, bio) => void blk_mq_submit_bio(k, s, bio, null))],
	["bio_list_add()", false, does("add", (k, c, bio) => bio_list_add(k, c, { ...list(c), list: c.f.list }, bio))],
	["bio_list_add() behind it", false, does("add", (k, c, _, bio) => bio_list_add(k, c, list(c), bio))],
	["bio_list_pop()", false, does("pop", (k, c) => void bio_list_pop(k, c.s, list(c).list))],
	["bio_list_pop() in words", false, (k) => block(...bioListPopInWords<Here>(k, list))],
])("P11: a bio that was freed is used by %s", (_, chain, access) => {
	const before = (k: Kernel, s: KernelState, bio: BioId): void => bio_put(k, s, bio);
	const sys = accessing(chain, access, before);
	const done = { "it goes on": ({ s }: { s: { done: boolean } }) => s.done };
	expect(failures(observe(sys, { forbids: done, reports: ["P11"] }))).toEqual([]);
	expect(
		failures(
			observe(
				accessing(chain, access, () => {}),
				{ allows: done },
			),
		),
	).toEqual([]);
});

test.each<[string, number, Access]>([
	["bio_list_init()", 1, does("init", (_, c) => bio_list_init(c, list(c)))],
	["bio_list_empty()", 1, does("empty", (_, c) => void bio_list_empty(c, list(c)))],
	["bio_list_copy()", 1, does("copy", (_, c) => bio_list_copy(c, list(c), c.f.list))],
	["bio_list_add()", 1, does("add", (k, c, _, bio) => bio_list_add(k, c, list(c), bio))],
	["bio_list_add() in words", 3, addsInWords],
	["bio_list_pop() in words", 3, (k) => block(...bioListPopInWords<Here>(k, list))],
	["the taking of a list in words", 4, (k) => block(...bioListTakeInWords<Here>(k, list))],
])("P10: %s tells that it touches the list: %i times", (_, times, access) => {
	const touching = (n: number) => {
		const sys = accessing(false, access, () => {});
		sys.property("touched", {
			title: "touched",
			statement: `The list of CPU 0 is touched less than ${n} times.`,
			ghost: { touches: range(0, times) },
			on: {
				list_access: ({ g }, cpu) => {
					if (cpu === 0) g.touches++;
					return g.touches < n;
				},
			},
		});
		return observe(sys, { reports: n > times ? [] : ["touched"] });
	};
	expect(failures(touching(times))).toEqual([]);
	expect(failures(touching(times + 1))).toEqual([]);
});

test.each<[string, Access]>([
	["at once", does("add", (k, c, first) => bio_list_add(k, c, list(c), first))],
	["in words", addsInWords],
])("a bio that is added to a list, %s, is queued from then on, which is told", (_, access) => {
	const sys = accessing(false, access, () => {});
	sys.property("told", { title: "told", statement: "No bio is queued.", on: { queued: () => false } });
	const queued = ({ s }: { s: KernelState & { done: boolean } }) => s.done && s.bio[0 as BioId].phase === "queued";
	expect(failures(observe(sys, { allows: { "it is queued": queued }, reports: ["told"] }))).toEqual([]);
});
