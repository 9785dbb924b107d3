import { type EventTypes, type Id, type IdSet, list, type Names, requireKnown } from "preempt";
import type {
	CallNode,
	CpuId,
	Kernel,
	KernelEventTypes,
	KernelState,
	LinuxSystem,
	LlistHead,
	SmpCalls,
} from "preempt/linux";
import { type Sees, seen } from "./catalogue.ts";
import { P19 } from "./properties/idle.ts";
import { outOfTurn } from "./why.ts";

type Item = Id<"item">;
type AnyRoutine = Parameters<Sees["at"]>[0];

/** A list of one CPU, which a softirq takes; a csd raises that from other CPUs (MQ6). */
export interface TokenList {
	readonly Item: IdSet<"item">;
	readonly cpu: CpuId;
	readonly csd: CallNode;
	readonly calls: SmpCalls;
	readonly add: AnyRoutine;
	readonly csd_func: AnyRoutine;
	readonly done_softirq: AnyRoutine;
	/** Only who finds the list empty sends or raises. */
	readonly exact: boolean;
}

type State = KernelState & {
	readonly list: LlistHead<"item">;
	readonly item: { readonly [I in Item]: { readonly state: string } };
};
type Events = KernelEventTypes & { readonly added: readonly [IdSet<"item">]; readonly ended: readonly [IdSet<"item">] };

const TOKEN_LIST: Names<TokenList> = {
	Item: true,
	cpu: true,
	csd: true,
	calls: true,
	add: true,
	csd_func: true,
	done_softirq: true,
	exact: true,
};

/** Adds the properties of such a list. */
export function tokenProperties<S extends KernelState, T extends EventTypes>(
	k: Kernel,
	system: LinuxSystem<S, T>,
	what: TokenList,
): void {
	requireKnown("tokenProperties()", what, TOKEN_LIST);
	const sys = system as unknown as LinuxSystem<State, Events>;
	const { Item, exact } = what;
	const tokens = tokensOf(what);
	const left = (s: State): Item[] => Item.all.filter((item) => !["issued", "done"].includes(s.item[item].state));
	sys.property("P1", {
		title: "no item is lost",
		statement: "In every terminal state, each item that was reported is done.",
		terminal: ({ s }) => left(s).length === 0,
		explain: ({ s }) =>
			left(s).map((item) => `${Item.nameOf(item)} is ${s.item[item].state}, and nothing is left to run`),
	});
	sys.property("P4", {
		title: "the list is not stranded",
		statement:
			"While the list is not empty there is a token: an adder before its raise or its csd, a csd under way, its function before the raise, the softirq pending, or the softirq running before it takes the list.",
		antecedent: ({ s }) => s.list.first !== null,
		invariant: (v) => v.s.list.first === null || tokens(v as never).length > 0,
		explain: () => ["the list is not empty, and nobody is left who would take it"],
	});
	if (exact)
		sys.property("P4s", {
			title: "one token if the list is not empty, and none if it is",
			statement: "The number of tokens (P4) is 1 while the list is not empty, and 0 while it is.",
			invariant: (v) => tokens(v as never).length === (v.s.list.first === null ? 0 : 1),
			explain: (v) => [
				`the list is ${v.s.list.first === null ? "" : "not "}empty; tokens: ${tokens(v as never).join(", ") || "none"}`,
			],
		});
	sys.property("P6", {
		title: "first in, first out",
		statement: "Items are ended in the order in which they were added.",
		ghost: { order: list(Item, Item.count) },
		on: {
			added: ({ g }, item) => {
				g.order.push(item);
				return undefined;
			},
			ended: ({ g }, item) => outOfTurn(Item, g.order, item, "was added") ?? true,
		},
	});
	sys.property("P18", {
		title: "a csd is on one list, once",
		statement: "No node is put on a list while it stands on one, and none is initialised while it is under way.",
		raised: true,
		on: { call_queued: () => true },
	});
	if (k.idleFlushes) P19(k, seen(system));
}

/** MQ6: the tokens there are, by name. */
function tokensOf({ cpu, csd, calls, add, csd_func, done_softirq }: TokenList): (v: Sees) => string[] {
	const at = (v: Sees, routine: AnyRoutine, ...labels: string[]): number => {
		let count = 0;
		v.at(routine, labels as never, () => {
			count++;
			return false;
		});
		return count;
	};
	return (v) => {
		const names: [string, number][] = [
			["an adder before its raise", at(v, add, "cpu == smp_processor_id()", "raise_softirq(BLOCK_SOFTIRQ)")],
			[
				"an adder before its csd",
				at(
					v,
					calls.smp_call_function_single_async as never,
					"preempt_disable(); busy = csd->node.u_flags & CSD_FLAG_LOCK",
					"csd->node.u_flags = CSD_FLAG_LOCK; smp_wmb()",
				),
			],
			["a csd under way", v.s.call_node[csd].locked ? 1 : 0],
			["its function before the raise", at(v, csd_func, "__raise_softirq_irqoff(BLOCK_SOFTIRQ)")],
			["the softirq pending", v.s.cpu[cpu].block_pending ? 1 : 0],
			["the softirq before it takes the list", at(v, done_softirq, "first = llist_del_all(&list)")],
		];
		return names.flatMap(([name, count]) => Array.from({ length: count }, () => name));
	};
}
