import { fault, type Id, type IdSet, maybe, record } from "../../lang/index.ts";
import type { Kernel } from "../kernel.ts";

// LL1–LL3: lock-less lists. Each of these is called inside a step, which is then as atomic as the instruction that it
// stands for. A node keeps its link in its own record, so that one added while it is linked breaks chains as it would.

/** struct llist_head: the newest node, or none. */
export const llist_head = <N extends string>(node: IdSet<N>) => record({ first: maybe(node) });
/** struct llist_node, a part of the node's record. */
export const llist_node = <N extends string>(node: IdSet<N>) => ({ next: maybe(node) });

/** What a step sees of one. */
export interface LlistHead<N extends string> {
	first: Id<N> | null;
}
/** The records of all nodes. */
export type LlistNodes<N extends string> = { readonly [I in Id<N>]: { next: Id<N> | null } };

/** LL1: puts `node` first, by a cmpxchg. Returns whether the list was empty, which of several adders one alone sees. */
export function llist_add<N extends string>(k: Kernel, nodes: LlistNodes<N>, head: LlistHead<N>, node: Id<N>): boolean {
	for (let at = head.first; at !== null; at = nodes[at].next)
		if (at === node) fault("P18", "llist_add() of a node that is on the list");
	const first = head.first;
	nodes[node].next = first;
	head.first = node;
	return first === null || !k.obeys("LL1");
}

/** LL2: takes all nodes, newest first, by an xchg. */
export function llist_del_all<N extends string>(k: Kernel, head: LlistHead<N>): Id<N> | null {
	const { first } = head;
	if (k.obeys("LL2")) head.first = null;
	return first;
}

/** LL2: a plain load. */
export const llist_empty = ({ first }: LlistHead<string>): boolean => first === null;

/** LL3: turns a chain that is nobody else's round, so that the oldest comes first. */
export function llist_reverse_order<N extends string>(
	k: Kernel,
	nodes: LlistNodes<N>,
	first: Id<N> | null,
): Id<N> | null {
	if (!k.obeys("LL3")) return first;
	let reversed: Id<N> | null = null;
	for (let at = first; at !== null; ) {
		const { next }: { next: Id<N> | null } = nodes[at];
		nodes[at].next = reversed;
		reversed = at;
		at = next;
	}
	return reversed;
}

/** The nodes on a list, newest first. */
export function llist_nodes<N extends string>(nodes: LlistNodes<N>, { first }: LlistHead<N>): Id<N>[] {
	const all: Id<N>[] = [];
	for (let at = first; at !== null && !all.includes(at); at = nodes[at].next) all.push(at);
	return all;
}
