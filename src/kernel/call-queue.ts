import { fault, type Id, type Member, type Stmt, step, when } from "../lang/index.ts";
import type { CallKind, CpuId, In, Kernel, KernelState } from "./kernel.ts";
import { type LlistHead, llist_add, llist_del_all, llist_reverse_order } from "./llist.ts";

// IP1, IP3: each CPU's queue of calls, and the interrupt that tells it to look there.

export type CallNode = Id<"call_node">;

/** Declares a call_single_data_t; "sync" where the caller waits for it. `owners`: what it is a part of. */
export function csd(k: Kernel, name: string, owners: readonly Member[] = [], kind: CallKind = "async"): CallNode {
	const node = k.CallNode.add(name, ...owners);
	k.callKinds[node] = kind;
	return node;
}

/** P18: whether a node stands on some CPU's queue, or in what a flush has taken from one and not come to yet. */
export function isLinked(k: Kernel, s: KernelState, node: CallNode): boolean {
	const has = (first: CallNode | null): boolean => {
		for (let at = first; at !== null; at = s.call_node[at].next) if (at === node) return true;
		return false;
	};
	return k.Cpu.all.some((c) => has(s.call_single_queue[c].first) || has(s.call_single_queue[c].flushing));
}

/**
 * IP1: __smp_call_single_queue(): the node goes on the queue of CPU `f.cpu`; whoever finds the queue empty sends the
 * IPI. `empty` is the caller's local; `done` is done with the last step.
 */
export function queueCall<C extends In<{ cpu: CpuId; csd: CallNode; empty: boolean }>>(
	k: Kernel,
	done: (c: C) => void = () => {},
): Stmt<C, string>[] {
	k.cpuVaries("call_ipi");
	return [
		step("empty = llist_add(&csd->node.llist, &per_cpu(call_single_queue, cpu))", (c) => {
			const { s, f, emit } = c;
			f.empty = linkCall(k, s, s.call_single_queue[f.cpu], f.csd) || !k.obeys("IP1");
			emit.call_queued(f.csd, f.cpu);
			if (!f.empty) done(c);
		}),
		when(
			({ f }) => (f as { empty: boolean }).empty,
			[
				step("send_call_function_single_ipi(cpu)", (c) => {
					const target = c.s.cpu[c.f.cpu];
					// IP1: one that polls sees need_resched and looks at its queue on the way out.
					if (k.options.idlePolls && target.idle !== "no" && k.obeys("IP1")) target.idle = "kicked";
					else target.call_ipi = true;
					done(c);
				}),
			],
		),
	];
}

/** LL1, P18: as llist_add(), where the node may stand on another list than this one. */
export function linkCall(k: Kernel, s: KernelState, list: LlistHead<"call_node">, node: CallNode): boolean {
	if (isLinked(k, s, node)) fault("P18", `${k.CallNode.nameOf(node)} is queued while it is still on a list`);
	return llist_add(k, s.call_node, list, node);
}

/** A list of calls, and the part of it that was taken and is being gone through. */
type CallList = { first: CallNode | null; flushing: CallNode | null };

/** IP3: takes all that is there, to be gone through in the order in which it came. */
export function takeCalls(k: Kernel, s: KernelState, list: CallList): void {
	const taken = llist_del_all(k, list);
	list.flushing = k.obeys("IP3") ? llist_reverse_order(k, s.call_node, taken) : taken;
}

/** IP3: which is next: those that somebody waits for come first. */
export function nextCall(k: Kernel, s: KernelState, { flushing }: CallList): CallNode | null {
	if (k.obeys("IP3"))
		for (let at = flushing; at !== null; at = s.call_node[at].next) if (k.callKinds[at] === "sync") return at;
	return flushing;
}

/** Takes a node out of those that are being gone through. */
export function removeCall(s: KernelState, list: CallList, node: CallNode): void {
	const { next } = s.call_node[node];
	if (list.flushing === node) list.flushing = next;
	else
		for (let at = list.flushing; at !== null; at = s.call_node[at].next)
			if (s.call_node[at].next === node) s.call_node[at].next = next;
	s.call_node[node].next = null;
}
