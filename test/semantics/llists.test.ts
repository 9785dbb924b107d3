// LL1–LL3: lock-less lists.

import { expect, test } from "vitest";
import {
	addTask,
	Kernel,
	llist_add,
	llist_del_all,
	llist_head,
	llist_node,
	llist_reverse_order,
} from "../../src/kernel/index.ts";
import {
	bool,
	breakIf,
	type Id,
	ids,
	ifdef,
	list,
	loop,
	maybe,
	perId,
	range,
	record,
	step,
} from "../../src/lang/index.ts";
import { failures, litmus, observe, type Variant } from "./litmus.ts";

/** Task 0 and task 1 each add a node of their own; a third task, if any, takes all there is and ends them in order. */
function adders(variant: Variant, { taker = false, again = false, reverse = true } = {}) {
	const k = new Kernel({ cpus: taker ? 3 : 2, preempt: "none", ...variant });
	const Node = ids("node", 2);
	const sys = k.system({
		state: {
			node: perId(Node, record({ ...llist_node(Node), added: bool, order: range(0, 2) })),
			head: llist_head(Node),
			sawEmpty: range(0, 2),
			adds: range(0, 2),
			ended: list(Node, 2),
			takes: range(0, 2),
		},
	});
	const add = sys.routine("adder", { args: { node: Node } }, [
		step("llist_add(node, &head)", ({ s, f }) => {
			if (llist_add(k, s.node, s.head, f.node)) s.sawEmpty++;
			s.node[f.node].order = s.adds;
			s.adds++;
		}),
		ifdef(again, [
			step("llist_add(node, &head) /* once more */", ({ s, f }) => {
				llist_add(k, s.node, s.head, f.node);
			}),
		]),
	]);
	const take = sys.routine("taker", { locals: { at: maybe(Node) } }, [
		step("at = llist_del_all(&head)", ({ s, f }) => {
			f.at = llist_del_all(k, s.head);
			s.takes++;
		}),
		ifdef(reverse, [
			step("at = llist_reverse_order(at)", ({ s, f }) => {
				f.at = llist_reverse_order(k, s.node, f.at);
			}),
		]),
		loop([
			breakIf(({ f }) => f.at === null),
			step("end(at); at = at->next", ({ s, f }) => {
				const at = f.at as Id<"node">;
				s.ended.push(at);
				f.at = s.node[at].next;
			}),
		]),
	]);
	for (const node of again ? Node.all.slice(0, 1) : Node.all)
		addTask(k, sys, `adder${node}`, add, { args: { node }, boundTo: k.Cpu.id(node) });
	if (taker) addTask(k, sys, "taker", take, { boundTo: k.Cpu.id(2) });
	return sys;
}
type Sees = { readonly s: { readonly ended: { toArray(): Id<"node">[] } } };

litmus("LL1", "of several adders to an empty list one sees that it was empty; a node on a list is not added again", {
	"two adders": (variant) =>
		observe(adders(variant), {
			allows: { "one saw it empty": { end: ({ s }) => s.sawEmpty === 1 } },
			forbids: { "both saw it empty": ({ s }) => s.sawEmpty === 2, "none did": { end: ({ s }) => s.sawEmpty === 0 } },
		}),
});

litmus("LL2", "llist_del_all() takes every node there is, at once", {
	"two adders and a taker": (variant) =>
		observe(adders(variant, { taker: true }), {
			allows: {
				"both are taken": { end: ({ s }) => s.ended.length === 2 },
				"none is, and both are left": { end: ({ s }) => s.ended.length === 0 && s.head.first !== null },
			},
			forbids: {
				"one is ended and still on the list": {
					end: ({ s }) => s.ended.toArray().some((node) => s.head.first === node),
				},
			},
		}),
});

const inOrder = ({ s }: { s: { node: { [I in Id<"node">]: { order: number } } } } & Sees): boolean => {
	const [a, b] = s.ended.toArray();
	return a === undefined || b === undefined || s.node[a].order < s.node[b].order;
};

litmus("LL3", "the newest comes first; llist_reverse_order() makes it the oldest", {
	"two adders and a taker that reverses": (variant) =>
		observe(adders(variant, { taker: true }), {
			allows: { "both are taken": { end: ({ s }) => s.ended.length === 2 } },
			forbids: { "the second added is ended first": { end: (v) => !inOrder(v as never) } },
		}),
});

test("LL1: adding a node that is on the list is reported", () => {
	expect(failures(observe(adders({}, { again: true }), { reports: ["P18"] }))).toEqual([]);
});

test("LL3: without the reversal the second added is ended first", () => {
	const unordered = { "the second added is ended first": { end: (v: unknown) => !inOrder(v as never) } };
	expect(failures(observe(adders({}, { taker: true, reverse: false }), { allows: unordered }))).toEqual([]);
});
