import {
	type EventTypes,
	type Id,
	type IdMask,
	type IdSet,
	list,
	type Names,
	perId,
	record,
	requireKnown,
	setOf,
} from "preempt";
import {
	type CallNode,
	isLinked,
	type Kernel,
	type KernelEventTypes,
	type KernelState,
	type LinuxSystem,
	type SmpCalls,
} from "preempt/linux";
import { type Sees, seen } from "./catalogue.ts";
import { P14, P15 } from "./properties/contexts.ts";
import { P19 } from "./properties/idle.ts";
import { outOfTurn } from "./why.ts";

type Foo = Id<"foo">;
type Store = Id<"store">;
type Cpu = Id<"cpu">;
type AnyRoutine = Parameters<Sees["at"]>[0];

/** What is raised, and what is written before. */
export interface Calls {
	readonly Foo: IdSet<"foo">;
	readonly Store: IdSet<"store">;
	/** For which foo a store is meant. */
	readonly fooOf: (store: Store) => Foo;
	readonly nodeIn: (foo: Foo) => CallNode;
	readonly calls: SmpCalls;
	/** The routines that put calls on queues. */
	readonly raising: readonly AnyRoutine[];
	/** Which of the properties are about something here: those of objects that are freed, of locks, and so on. */
	readonly freed: boolean;
	readonly locks: boolean;
	readonly softirqs: boolean;
	readonly remoteOnly: boolean;
	readonly hotplug: boolean;
}

/** The part of the state and the events that these properties are about. */
type State = KernelState & { readonly foo: { readonly [F in Foo]: { readonly data: IdMask<"store"> } } };
type Events = KernelEventTypes & {
	readonly stored: readonly [IdSet<"store">];
	readonly refused: readonly [IdSet<"store">];
	readonly foo_begins: readonly [IdSet<"foo">];
	readonly foo_reads: readonly [IdSet<"foo">];
};
type Sys = LinuxSystem<State, Events>;

const CALLS: Names<Calls> = {
	Foo: true,
	Store: true,
	fooOf: true,
	nodeIn: true,
	calls: true,
	raising: true,
	freed: true,
	locks: true,
	softirqs: true,
	remoteOnly: true,
	hotplug: true,
};

/** The properties of family D. */
export function callProperties<S extends KernelState, T extends EventTypes>(
	k: Kernel,
	system: LinuxSystem<S, T>,
	what: Calls,
): void {
	requireKnown("callProperties()", what, CALLS);
	const sys = system as unknown as Sys;
	noRaiseIsLost(k, sys, what);
	if (!what.hotplug) noQueueIsStranded(k, sys, what);
	fifo(k, sys, what);
	if (what.freed) usedAfterFree(sys);
	P14(k, seen(sys));
	if (what.locks) P15(k, seen(sys));
	singleNode(sys);
	if (what.softirqs) P19(k, seen(sys));
	if (what.remoteOnly) remoteOnly(sys);
	visibleBeforeRaise(k, sys, what);
}

const waiting = (k: Kernel, s: KernelState, { Foo, nodeIn }: Calls): Foo[] =>
	Foo.all.filter((foo) => isLinked(k, s, nodeIn(foo)));

function noRaiseIsLost(k: Kernel, sys: Sys, what: Calls): void {
	sys.property("P1", {
		title: "no raise is lost",
		statement: "In every terminal state no csd or irq_work waits on a list for its function to be called.",
		terminal: ({ s }) => waiting(k, s, what).length === 0,
		explain: ({ s }) =>
			waiting(k, s, what).flatMap((foo) => {
				const name = k.CallNode.nameOf(what.nodeIn(foo));
				const cpu = k.Cpu.all.find((c) => k.callLists.has("call_single_queue") && stands(s, c, what.nodeIn(foo)));
				if (cpu === undefined) return [`${name} waits for its function, and nothing is left to run`];
				const off = s.cpu[cpu].online ? "" : ", which is offline";
				return [`${name} stands on the call queue of CPU ${cpu}${off}, and nobody is left to flush that`];
			}),
	});
}

function stands(s: KernelState, cpu: Cpu, node: CallNode): boolean {
	for (let at = s.call_single_queue[cpu].first; at !== null; at = s.call_node[at].next) if (at === node) return true;
	return false;
}

/** D10: what counts is the queued node and who will look for it, not the interrupt. */
function noQueueIsStranded(k: Kernel, sys: Sys, { calls, raising }: Calls): void {
	const flushers = k.Cpu.all.map((c) => new Set([`irq/${c}`, `swapper/${c}`, `migration/${c}`]));
	const sends = k.Cpu.all.map((c) => (f: { cpu?: Cpu }) => f.cpu === c);
	const willFlush = k.Cpu.all.map((c) => (_: unknown, process: number) => {
		const name = sys.processes[process]?.name;
		return name !== undefined && (flushers[c]?.has(name) ?? false);
	});
	const isHelped = (v: Sees, c: Cpu): boolean =>
		v.s.cpu[c].call_ipi ||
		v.s.cpu[c].idle === "kicked" ||
		raising.some((routine) => v.at(routine, ["send_call_function_single_ipi(cpu)"] as never, sends[c] as never)) ||
		v.at(calls.flush, ["entry = llist_reverse_order(llist_del_all(&call_single_queue))"], willFlush[c] as never) ||
		(k.options.idlePolls === true && v.s.cpu[c].curr === k.idleTasks[c] && v.s.cpu[c].idle === "no");
	const stranded = (v: Sees): Cpu[] =>
		k.Cpu.all.filter((c) => v.s.call_single_queue[c].first !== null && !isHelped(v, c));
	sys.property("P4", {
		title: "no call queue is stranded",
		statement:
			"While the call queue of CPU c is not empty, somebody is still to flush it: an adder before its interrupt, an interrupt on its way, an idle task that was kicked, or a flush that has not taken the queue yet.",
		antecedent: ({ s }) => k.Cpu.all.some((c) => s.call_single_queue[c].first !== null),
		invariant: (v) => stranded(v as never).length === 0,
		explain: (v) => stranded(v as never).map((c) => `nobody is left to flush the call queue of CPU ${c}`),
	});
}

function fifo(k: Kernel, sys: Sys, { Foo, nodeIn }: Calls): void {
	const fooIn = (node: CallNode): Foo | undefined => Foo.all.find((foo) => nodeIn(foo) === node);
	sys.property("P6", {
		title: "first in, first out for each CPU",
		statement: "The functions of what was queued for one CPU start in the order in which it was queued.",
		ghost: { order: perId(k.Cpu, record({ queue: list(Foo, 2 * Foo.count) })) },
		on: {
			call_queued: ({ g }, node, cpu) => {
				const foo = fooIn(node);
				if (foo !== undefined) g.order[cpu].queue.push(foo);
				return undefined;
			},
			foo_begins: ({ g }, foo) => {
				const cpu = k.Cpu.all.find((c) => g.order[c].queue.includes(foo));
				if (cpu === undefined) return undefined;
				return outOfTurn(Foo, g.order[cpu].queue, foo, `was queued for CPU ${cpu}`) ?? true;
			},
		},
	});
}

function usedAfterFree(sys: Sys): void {
	sys.property("P11", {
		title: "nothing is used after it was freed",
		statement: "No access to an object through a pointer of an older generation.",
		raised: true,
		on: { foo_begins: () => true },
	});
}

function singleNode(sys: Sys): void {
	sys.property("P18", {
		title: "a csd or irq_work is on one list, once",
		statement: "No node is put on a list while it stands on one, and none is initialised while it is under way.",
		raised: true,
		on: { call_queued: () => true },
	});
}

function remoteOnly(sys: Sys): void {
	sys.property("P22", {
		title: "remote raises are for other CPUs",
		statement: "irq_work_queue_remote() and its like are not called for the CPU at hand.",
		raised: true,
		on: { remote_raise: () => true },
	});
}

function visibleBeforeRaise(k: Kernel, sys: Sys, what: Calls): void {
	const { Store, fooOf } = what;
	type View = { readonly s: KernelState; readonly g: { readonly unread: IdMask<"store"> } };
	const unread = ({ s, g }: View): Store[] =>
		Store.all.filter((store) => g.unread.has(store) && !isLinked(k, s, what.nodeIn(fooOf(store))));
	sys.property("P23", {
		title: "what was written before a raise is seen",
		statement:
			"What a raiser wrote before its raise, whether that succeeded or found the work pending, is read by a run of the function; in terminal states, unless the raise was refused or has not been answered at all (P1).",
		ghost: { unread: setOf(Store) },
		on: {
			stored: ({ g }, store) => {
				g.unread.add(store);
				return undefined;
			},
			refused: ({ g }, store) => {
				g.unread.delete(store);
				return undefined;
			},
			foo_reads: ({ s, g }, foo) => {
				for (const store of Store.all) if (s.foo[foo].data.has(store)) g.unread.delete(store);
				return undefined;
			},
		},
		terminal: (v) => unread(v).length === 0,
		explain: (v) =>
			unread(v).map(
				(store) =>
					`${Store.nameOf(store)} was written before a raise of ${what.Foo.nameOf(fooOf(store))}, whose function has not run since`,
			),
	});
}
