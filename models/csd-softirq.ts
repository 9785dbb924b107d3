// The pattern of blk-mq's done lists, as small as it can be: a list of CPU 1, to which interrupts add on any CPU. Whoever
// finds it empty sees to it that CPU 1 raises the softirq that takes the list.
import {
	bool,
	breakIf,
	call,
	forget,
	type Id,
	ids,
	ifdef,
	loop,
	maybe,
	model,
	oneOf,
	perId,
	record,
	step,
	when,
} from "preempt";
import {
	__raise_softirq_irqoff,
	addHardirqs,
	addIdle,
	addSoftirqs,
	csd,
	Kernel,
	llist_add,
	llist_del_all,
	llist_empty,
	llist_head,
	llist_node,
	llist_reverse_order,
	raise_softirq,
	smpCalls,
} from "preempt/linux";
import { tokenProperties as properties } from "preempt/specs";
import { itemInterrupts } from "./csd-softirq/items.ts";

export default model("csd-softirq", {
	about: "a list of CPU 1 to which any CPU adds: who finds it empty sends a csd, or raises the softirq",
	axes: {
		design: [
			"first-sends", // llist_add() says who finds the list empty
			"all-send", // every adder sends; a csd that is under way is refused
			"sample-empty", // control: llist_empty() says it, before the add
			"no-reverse", // control: the softirq leaves the list as it is
		],
		idle: [
			"halts", // the interrupt comes
			"flushes", // it halts, too, and goes through its calls where a task is woken before the interrupt comes
			"polls",
			"polls-before-5.12", // the idle task does not run the softirqs that a flush has raised
		],
		preempt: ["none", "full", "rt"],
	},
	sizes: {
		cpus: { default: 3, min: 2, max: 4 },
		items: { default: 3, min: 1, max: 4 },
	},
	defaults: { preempt: ["full"] },
	refuses: ({ design, idle }) =>
		idle !== "halts" && design !== "first-sends" ? "what idle tasks do is looked at with first-sends" : undefined,
	build({ design, idle, preempt, cpus, items: count }) {
		const k = new Kernel({
			cpus,
			preempt,
			idlePolls: idle.startsWith("polls"),
			idleFlushRunsSoftirq: idle !== "polls-before-5.12",
			ksoftirqdDefers: idle === "polls-before-5.12",
		});
		const Item = ids("item", count);
		const sys = k.system({
			state: {
				item: perId(Item, record({ state: oneOf("issued", "reported", "listed", "done") })),
				node: perId(Item, record(llist_node(Item))),
				list: llist_head(Item),
			},
			events: { added: [Item], ended: [Item] },
		});
		const cpu1 = k.Cpu.id(1);
		const node = csd(k, "csd");
		const [raise, raiseQuietly] = [raise_softirq(k), __raise_softirq_irqoff(k)];

		const csd_func = sys.routine("csd_func", { args: { csd: k.CallNode } }, [
			step("__raise_softirq_irqoff(BLOCK_SOFTIRQ)", (c) => raiseQuietly(c)),
		]);
		const calls = smpCalls(k, { csd_func }, () => "csd_func");

		const samples = design === "sample-empty";
		const tells = !samples && design !== "all-send"; // what llist_add() returns is used
		const add = sys.routine(
			"add",
			{ args: { item: Item }, locals: { first: bool, ret: oneOf("0", "-EBUSY", "-ENXIO") } },
			[
				ifdef(samples, [step("first = llist_empty(&list)", ({ s, f }) => (f.first = llist_empty(s.list)))]),
				step(`${tells ? "first = " : ""}llist_add(&item->node, &list)`, ({ s, f, emit }) => {
					const first = llist_add(k, s.node, s.list, f.item);
					if (tells) f.first = first;
					s.item[f.item].state = "listed";
					emit.added(f.item);
				}),
				when(
					({ f }) => design === "all-send" || f.first,
					[
						when(
							"cpu == smp_processor_id()",
							({ me }) => me.cpu === cpu1,
							[step("raise_softirq(BLOCK_SOFTIRQ)", (c) => raise(c))],
							[call(calls.smp_call_function_single_async, () => ({ cpu: cpu1, csd: node }), "ret")],
						),
					],
				),
			],
		);

		const done_softirq = sys.routine("done_softirq", { locals: { first: maybe(Item), item: Item } }, [
			step("first = llist_del_all(&list)", ({ s, f }) => (f.first = llist_del_all(k, s.list))),
			ifdef(design !== "no-reverse", [
				step("first = llist_reverse_order(first)", ({ s, f }) => (f.first = llist_reverse_order(k, s.node, f.first))),
			]),
			loop([
				breakIf(({ f }) => f.first === null),
				step("end(item)", ({ s, f, emit }) => {
					f.item = f.first as Id<"item">;
					f.first = s.node[f.item].next;
					s.node[f.item].next = null;
					emit.ended(f.item);
					s.item[f.item].state = "done";
				}),
				forget("item"),
			]),
		]);

		addHardirqs(k, sys, [calls.interrupts, itemInterrupts(sys, Item, add)]);
		addSoftirqs(k, sys, [call(done_softirq)]);
		if (idle !== "halts") addIdle(k, sys, calls);
		properties(k, sys, {
			Item,
			cpu: cpu1,
			csd: node,
			calls,
			add,
			csd_func,
			done_softirq,
			exact: design !== "all-send",
		});
		return sys;
	},
});
