// Where items come from: any CPU's interrupts, in any order.
import { call, type EventTypes, type Id, type IdSet, type Routine } from "preempt";
import {
	type In,
	type InModel,
	type InterruptSource,
	interruptSource,
	type KernelState,
	type LinuxSystem,
} from "preempt/linux";

type Item = Id<"item">;
type Items = { readonly item: { readonly [I in Item]: { state: "issued" | "reported" | "listed" | "done" } } };
type WithItem = In<{ item: Item }>;

/** Each item interrupts one CPU, whose handler adds it. */
export function itemInterrupts<S extends KernelState & Items, T extends EventTypes>(
	sys: LinuxSystem<S, T>,
	Item: IdSet<"item">,
	add: Routine<{ item: Item }, unknown, never, string>,
): InterruptSource<InModel<S, T>> {
	const state = (s: unknown, item: Item) => (s as Items).item[item];
	const source: InterruptSource<WithItem> = {
		arrivals: Item.all.map((item) => ({
			label: `<interrupt: ${Item.nameOf(item)}>`,
			pending: ({ s }) => state(s, item).state === "issued",
			enter: ({ s, f }) => {
				f.item = item;
				state(s, item).state = "reported";
			},
		})),
		handler: [call<WithItem, { item: Item }, unknown, string>(add as never, ({ f }) => ({ item: f.item }))],
	};
	return interruptSource(sys, { item: Item }, source as never);
}
