import type { Machine } from "../../machine/index.ts";
import { Explorer, type Options } from "../explorer.ts";
import type { Finding } from "../findings.ts";
import { type SharedStore, Store } from "../store/store.ts";
import type { Bus } from "./bus.ts";
import { pack } from "./carry.ts";
import { Control } from "./control.ts";
import type { Tally } from "./tally.ts";

/** What a thread needs to take part in another's search, as data that can be handed to it. */
export interface Invitation {
	readonly store: SharedStore;
	readonly control: Int32Array;
	/** Where it is to count. */
	readonly tally: Tally;
	readonly options: Options;
}

/** Takes part in a search, by a machine that is like the one that began it. */
export function join(machine: Machine, invitation: Invitation, bus: Bus): Explorer {
	const { store, control, tally, options } = invitation;
	const listener = {
		found: (finding: Finding) => bus.send({ finding }),
		failed: (state: number, error: unknown) => bus.send({ state, error: pack(error, machine) }),
	};
	return new Explorer(machine, Store.join(store), new Control(control, options.least), tally, listener, options);
}

/** The same for machines that store states in the same way and number steps and properties alike. */
export function likenessOf(machine: Machine): string {
	const { words, bits, fanout, steps, properties, group, quotient, out } = machine;
	const { count } = out;
	machine.initial();
	machine.emit();
	const initial = [...out.words.subarray(count * words, out.count * words)];
	out.count = count;
	const labels = steps.map(({ process, label }) => [process, label]);
	const swaps = group.swaps.map(({ name }) => name);
	return JSON.stringify([words, bits, fanout, initial, labels, properties.map(({ id }) => id), swaps, quotient]);
}
