// The devices below a bio that is submitted to dm or MD: which clone goes where.
import type { BioId, HctxId, Kernel } from "preempt/linux";

export const CLONES = [
	"polled", // each clone is a polled request on a queue of its own
	"irq", // the second is split below, which clears REQ_HIPRI: no cookie, an interrupt completes it
	"deferred", // the target submits the second later, from a worker (DM_MAPIO_SUBMITTED)
	"requeue", // the clone fails; a worker maps the bio anew
	"nested", // as deferred, to another dm device
	"native-split", // dm splits the bio; an interrupt completes the clone of its first part
	"md", // MD remaps the bio itself, without a clone
] as const;
export type Clones = (typeof CLONES)[number];

/** A bio that dm has taken, and its clones: struct dm_io. */
export interface Mapped {
	readonly orig: BioId;
	readonly clones: readonly BioId[];
}

export interface Stack {
	/** The bio that the owner submits. */
	readonly root: BioId;
	/** It, and what is submitted to another dm device outside of its submission. */
	readonly submitted: readonly BioId[];
	readonly maps: readonly Mapped[];
	/** The clone that a worker submits. */
	readonly deferred: BioId | undefined;
	/** The clone that fails, so that its bio waits to be mapped again. */
	readonly requeued: BioId | undefined;
	/** The first part of a bio that dm splits; it is chained to the rest. */
	readonly part: BioId | undefined;
	/** I/O that another task submits to a queue. */
	readonly own: BioId | undefined;
	/** The queue of a request; none where an interrupt completes it. */
	readonly queue: (bio: BioId) => HctxId | null;
}

export function stackOf(k: Kernel, clones: Clones, withOwn: boolean): Stack {
	const add = (name: string): BioId => k.Bio.add(name);
	const root = add("root");
	const own = withOwn ? add("own") : undefined;
	const [h0, h1] = [k.Hctx.id(0), k.Hctx.id(1)];
	const stack = {
		root,
		own,
		submitted: [root],
		maps: [] as Mapped[],
		deferred: undefined,
		requeued: undefined,
		part: undefined,
		queue: () => h0,
	};
	if (clones === "md") return stack;
	const [c1, c2] = [add("c1"), add("c2")];
	const both = { orig: root, clones: [c1, c2] };
	switch (clones) {
		case "irq":
			return { ...stack, maps: [both], queue: (bio) => (bio === c2 ? null : h0) };
		case "deferred":
			return { ...stack, maps: [both], deferred: c2, queue: (bio) => (bio === c2 ? h1 : h0) };
		case "requeue": {
			const maps = [
				{ orig: root, clones: [c1] },
				{ orig: root, clones: [c2] },
			];
			return { ...stack, maps, requeued: c1, deferred: c2, queue: (bio) => (bio === c2 ? h1 : h0) };
		}
		case "nested": {
			const d = add("d");
			return {
				...stack,
				submitted: [root, c2],
				maps: [both, { orig: c2, clones: [d] }],
				deferred: c2,
				queue: (bio) => (bio === d ? h1 : h0),
			};
		}
		case "native-split": {
			const part = add("part");
			const maps = [
				{ orig: part, clones: [c1] },
				{ orig: root, clones: [c2] },
			];
			return { ...stack, maps, part, queue: (bio) => (bio === c1 ? null : h0) };
		}
		default:
			return { ...stack, maps: [both], queue: (bio) => (bio === c2 ? h1 : h0) };
	}
}

/** The device's I/O that a bio stands for. */
export function leaves({ root, part, maps }: Stack): (bio: BioId) => readonly BioId[] {
	const below = (bio: BioId): readonly BioId[] => {
		const parts = bio === root && part !== undefined ? below(part) : [];
		const clones = maps.filter(({ orig }) => orig === bio).flatMap((mapped) => mapped.clones);
		return clones.length > 0 ? [...parts, ...clones.flatMap(below)] : [bio];
	};
	return below;
}
