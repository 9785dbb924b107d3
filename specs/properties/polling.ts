import { type EventTypes, type Id, type IdType, perId, range, record, requireKnown } from "preempt";
import type { Kernel, KernelEventTypes, KernelState, LinuxSystem } from "preempt/linux";
import { P2, P16, type Sees, seen } from "../catalogue.ts";
import { P14 } from "./contexts.ts";

// Properties of bios that are polled for (family E): P1, P3, P11 and P21 as they are said of trees of bios.

type Bio = Id<"bio">;

/** A tree of bios, all of which are submitted. */
export interface PolledBios<S extends KernelState = KernelState> {
	/** The device's I/O that a bio stands for: its own, or that of all that it was mapped to. */
	readonly leavesOf: (bio: Bio, s: S) => readonly Bio[];
	/** Bios whose end waits for a poll besides their I/O: of these P21 says something. */
	readonly pinned: readonly Bio[];
	/** Whether somebody waits for memory that a bio has: of that P25 says something. */
	readonly starved?: (s: S) => boolean;
}

/** A pin on a bio is taken, and dropped. */
export type PinEvents = { readonly pinned: readonly [IdType<"bio">]; readonly unpinned: readonly [IdType<"bio">] };
type Sys = LinuxSystem<KernelState, KernelEventTypes & PinEvents>;

const isEnded = ({ s }: Sees, bio: Bio): boolean => ["done", "freed"].includes(s.bio[bio].phase);
const isFinished = (v: Sees, bio: Bio): boolean =>
	["hw_done", "completing"].includes(v.s.bio[bio].phase) || isEnded(v, bio);
const completions = (count: number): string => `${count} more completion${count === 1 ? "" : "s"}`;
const names = (k: Kernel, bios: readonly Bio[]): string => bios.map((bio) => k.Bio.nameOf(bio)).join(" and ");

/** Adds the properties of bios that are polled for. */
export function polledBioProperties<S extends KernelState, T extends EventTypes>(
	k: Kernel,
	system: LinuxSystem<S, T>,
	bios: PolledBios<S>,
): void {
	requireKnown("polledBioProperties()", bios, { leavesOf: true, pinned: true, starved: true });
	const sys = seen(system);
	allEnd(k, system as unknown as Sys);
	P2(k, sys);
	notEarly(k, system as unknown as Sys, bios as unknown as PolledBios);
	P11(system as unknown as Sys);
	P14(k, sys);
	P16(k, sys);
	if (bios.starved) P25(system as unknown as Sys, bios.starved as unknown as (s: KernelState) => boolean);
	if (bios.pinned.length > 0) P21(k, system as unknown as Sys, bios as unknown as PolledBios);
}

/** P25 in the form for terminal states. */
function P25(sys: Sys, starved: (s: KernelState) => boolean): void {
	sys.property("P25", {
		title: "progress under memory pressure",
		statement: "In every terminal state nobody waits for an allocation from a pool.",
		terminal: ({ s }) => !starved(s),
		explain: () => ["whoever should give the memory back does so only after the allocation that waits for it"],
	});
}

/** P1, of bios that are submitted by the model and polled for. */
function allEnd(k: Kernel, sys: Sys): void {
	const lost = (v: Sees): Bio[] => k.Bio.all.filter((bio) => !isEnded(v, bio));
	const why = ({ s }: Sees, bio: Bio): string => {
		const { phase, hctx, remaining } = s.bio[bio];
		if (phase === "hw_done") return `is finished on ${k.Hctx.nameOf(hctx as Id<"hctx">)}, and nobody polls that queue`;
		if (phase !== "new" && phase !== "completing") return "is never completed";
		return `waits for ${completions(remaining)}, and nobody is left who would bring ${remaining === 1 ? "it" : "them"}`;
	};
	sys.property("P1", {
		title: "no bio is lost",
		statement: "In every terminal state, each bio that was submitted is done.",
		terminal: (v) => lost(v).length === 0,
		explain: (v) => lost(v).map((bio) => `${k.Bio.nameOf(bio)} ${why(v, bio)}`),
	});
}

function notEarly(k: Kernel, sys: Sys, { leavesOf }: PolledBios): void {
	const open = (v: Sees, bio: Bio): Bio[] => leavesOf(bio, v.s).filter((leaf) => !isFinished(v, leaf));
	sys.property("P3", {
		title: "no bio ends before its I/O",
		statement: "The end handler of a bio runs only when the hardware has finished its I/O, and that of all its clones.",
		on: { end_io: (v, bio) => open(v, bio).length === 0 },
		explain: (v) =>
			k.Bio.all
				.filter((bio) => isEnded(v, bio) && open(v, bio).length > 0)
				.map((bio) => `${k.Bio.nameOf(bio)} has ended, and the device is still at work for ${names(k, open(v, bio))}`),
	});
}

function P11(sys: Sys): void {
	sys.property("P11", {
		title: "nothing is used after it was freed",
		statement: "No access to an object through a pointer from before it was freed.",
		raised: true,
	});
}

function P21(k: Kernel, sys: Sys, { pinned }: PolledBios): void {
	const held = (v: Sees): Bio[] => pinned.filter((bio) => !isEnded(v, bio) && v.s.bio[bio].remaining > 0);
	sys.property("P21", {
		title: "every pin is dropped once",
		statement:
			"A pin that keeps a bio from ending is dropped only where one is held; in every terminal state none is held, and no completion of the bio is outstanding.",
		ghost: { pins: perId(k.Bio, record({ held: range(0, 2) })) },
		on: {
			pinned: ({ g }, bio) => {
				g.pins[bio].held++;
				return true;
			},
			unpinned: ({ g }, bio) => {
				if (g.pins[bio].held === 0) return `the pin on ${k.Bio.nameOf(bio)} is dropped, and had been dropped before`;
				g.pins[bio].held--;
				return true;
			},
		},
		terminal: (v) => held(v).length === 0 && pinned.every((bio) => v.g.pins[bio].held === 0),
		explain: (v) => [
			...pinned.filter((bio) => v.g.pins[bio].held > 0).map((bio) => `the pin on ${k.Bio.nameOf(bio)} is not dropped`),
			...held(v).map((bio) => `${k.Bio.nameOf(bio)} still waits for ${completions(v.s.bio[bio].remaining)}`),
		],
	});
}
