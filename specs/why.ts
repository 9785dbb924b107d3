import type { Id, IdSet, List } from "preempt";
import type { ContextRecord, Kernel, KernelState } from "preempt/linux";

// Why a property is violated by an event, in words that several properties have.

type Cpu = Id<"cpu">;

/** That the end handler of a bio runs on another CPU than the one on whose list it was queued. */
export const elsewhere = (k: Kernel, bio: Id<"bio">, list: Cpu | null, me: ContextRecord): string =>
	`${k.Bio.nameOf(bio)} was queued on the list of CPU ${list}, and ${k.Context.nameOf(me.id)} calls its end handler on CPU ${me.cpu}`;

/** Takes `id` out of `queue`; where it was not the first there, says which was, and `did` what before it. */
export function outOfTurn<N extends string>(
	set: IdSet<N>,
	queue: List<Id<N>>,
	id: Id<N>,
	did: string,
): string | undefined {
	const first = queue.length > 0 ? queue.at(0) : id;
	queue.remove(id);
	return first === id ? undefined : `${set.nameOf(id)} comes before ${set.nameOf(first)}, which ${did} before it`;
}

/** What keeps a context from sleeping. */
export function whyAtomic({ s, me }: { readonly s: KernelState; readonly me: ContextRecord }): string {
	const { hardirq, softirq, irqs_off, bh, curr, preempt } = s.cpu[me.cpu];
	return [
		...(hardirq ? ["in a hard interrupt"] : []),
		...(softirq ? ["in a softirq"] : []),
		...(irqs_off && !hardirq ? ["with interrupts disabled"] : []),
		...(bh > 0 || (curr !== null && s.context[curr].bh > 0) ? ["with bottom halves disabled"] : []),
		...(preempt > 0 ? ["with preemption disabled"] : []),
	].join(" and ");
}

/** That a context comes to the list of a CPU, and nothing keeps those of that CPU from it. */
export const unprotected = (k: Kernel, me: ContextRecord, list: Cpu): string =>
	me.cpu === list
		? `${k.Context.nameOf(me.id)} accesses the list of CPU ${list} with interrupts on and, on RT, without the local lock`
		: `${k.Context.nameOf(me.id)} on CPU ${me.cpu} accesses the list of CPU ${list}, and does not keep CPU ${list} from it`;
