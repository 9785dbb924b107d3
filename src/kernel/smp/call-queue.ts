import { fault, type Id, type Member, ModelError, type Stmt, step, waitUntil, when } from "../../lang/index.ts";
import type { CpuId, In, Kernel, KernelState } from "../kernel.ts";
import { llist_add, llist_del_all, llist_reverse_order } from "../lib/llist.ts";
import type { CallKind, CallListName } from "../sets.ts";

// IP1, IP3: each CPU's queue of calls, and the interrupt that tells it to look there.

/** A csd or an irq_work: both begin with a struct __call_single_node. */
export type CallNode = Id<"call_node">;

/** Declares a call_single_data_t; "sync" where the caller waits for it. `owners`: what it is a part of. */
export function csd(k: Kernel, name: string, owners: readonly Member[] = [], kind: CallKind = "async"): CallNode {
	const node = k.CallNode.add(name, ...owners);
	k.callKinds[node] = kind;
	return node;
}

/** A list of calls, and the part of it that was taken and is being gone through. */
export type CallList = { first: CallNode | null; flushing: CallNode | null };

/** P18: whether a node stands on some CPU's list, or in what was taken from one and not come to yet. */
export function isLinked(k: Kernel, s: KernelState, node: CallNode): boolean {
	const has = (first: CallNode | null): boolean => {
		for (let at = first; at !== null; at = s.call_node[at].next) if (at === node) return true;
		return false;
	};
	for (const name of k.callLists)
		for (const c of k.Cpu.all) if (has(s[name][c].first) || has(s[name][c].flushing)) return true;
	return false;
}

/** LL1, P18: as llist_add() to a list of `cpu`; the node must not stand on any list. Returns whether it was empty. */
export function linkCall(k: Kernel, { s, emit }: In, name: CallListName, cpu: CpuId, node: CallNode): boolean {
	if (!k.servedCalls.has(name === "call_single_queue" ? (k.callKinds[node] as CallKind) : name))
		throw new ModelError(
			name === "call_single_queue"
				? `${k.CallNode.nameOf(node)} is queued, and no flush knows of it: declare it before smpCalls()`
				: `${k.CallNode.nameOf(node)} is put on ${name}, which nothing runs: call irqWorkInterrupts() after irq_work_queue()`,
		);
	if (isLinked(k, s, node)) fault("P18", `${k.CallNode.nameOf(node)} is queued while it is still on a list`);
	emit.call_queued(node, cpu, s.cpu[cpu].online);
	return llist_add(k, s.call_node, s[name][cpu], node);
}

/** How queueCall() stands among other steps. */
interface Queueing<C> {
	/** What the code calls the node. */
	readonly name: string;
	readonly node: (c: C) => CallNode;
	/** Where the first step is possible; what is done with it before, and with the last one. */
	readonly when?: (c: C) => boolean;
	readonly before?: (c: C) => void;
	readonly done?: (c: C) => void;
}

/**
 * IP1: __smp_call_single_queue(): the node goes on the queue of CPU `f.cpu`; whoever finds the queue empty sends the
 * IPI. `empty` is the caller's local.
 */
export function queueCall<C extends In<{ cpu: CpuId; empty: boolean }>>(
	k: Kernel,
	{ name, node, when: possible = () => true, before = () => {}, done = () => {} }: Queueing<C>,
): Stmt<C, string>[] {
	k.cpuVaries("call_ipi");
	return [
		waitUntil(`empty = llist_add(&${name}->node.llist, &per_cpu(call_single_queue, cpu))`, possible, (c) => {
			before(c);
			c.f.empty = linkCall(k, c, "call_single_queue", c.f.cpu, node(c)) || !k.obeys("IP1");
			if (!c.f.empty) done(c);
		}),
		when(
			({ f }) => (f as { empty: boolean }).empty,
			[
				step("send_call_function_single_ipi(cpu)", (c) => {
					const target = c.s.cpu[c.f.cpu];
					// IP1: one that polls sees need_resched and looks at its queue on the way out. One that is offline sees nothing.
					const polls = k.options.idlePolls && target.idle !== "no";
					if (target.online && !polls) target.call_ipi = true;
					else if (target.online && k.obeys("IP1")) target.idle = "kicked";
					done(c);
				}),
			],
		),
	];
}

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
