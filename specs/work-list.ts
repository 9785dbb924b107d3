import { type EventTypes, type Id, requireKnown } from "preempt";
import type { Kernel, KernelState, LinuxSystem } from "preempt/linux";
import { P1, P2, P4, P5h, P5k, P6, P7, P8, P10, P16, P20, type Sees, seen } from "./catalogue.ts";
import { P9, P14, P15 } from "./properties/contexts.ts";
import { P24 } from "./properties/delay.ts";
import { P5d, P17 } from "./properties/hotplug.ts";
import { P12 } from "./properties/softirq.ts";
import { P13 } from "./properties/wakeups.ts";
import {
	type Adder,
	type Design,
	type Drainer,
	HOTPLUG,
	WORK_LIST,
	type Worker,
	type WorkList,
} from "./work-design.ts";
import { workParties } from "./work-parties.ts";

type Cpu = Id<"cpu">;

/** The properties of a design of family B. */
export function workListProperties<
	S extends KernelState,
	T extends EventTypes,
	A extends Adder,
	W extends Worker,
	D extends Drainer,
>(k: Kernel, system: LinuxSystem<S, T>, design: WorkList<S, A, W, D>): void {
	requireKnown("workListProperties()", design, WORK_LIST);
	if (design.hotplug) requireKnown("hotplug of workListProperties()", design.hotplug, HOTPLUG);
	const sys = seen(system);
	const d = design as unknown as Design;
	const who = workParties(k, d);
	P1(k, sys, who, d.waiting);
	P2(k, sys);
	P4(k, sys, d.isEmpty, d.waiting, who);
	P5k(k, sys, d.listOf);
	P5h(k, sys);
	P6(k, sys);
	P7(k, sys);
	P8(k, sys);
	P9(k, sys);
	if (d.held) P10(k, sys, d.held);
	P14(k, sys);
	P15(k, sys);
	P16(k, sys);
	P20(k, sys, draining(k, d), drainers(d));
	if (design.tellsWakes) {
		P12(k, sys);
		P13(k, sys, k.kworkers, k.Bio.count);
	}
	if (d.ticks !== undefined) P24(k, sys, d.waiting, (cpu) => timerOf(k, d, cpu), adding(k, d), d.ticks);
	if (k.outgoing === undefined) return;
	P5d(k, sys);
	P17(k, sys, d.isEmpty);
}

function timerOf(k: Kernel, d: Design, cpu: Cpu): Id<"timer"> {
	const work = k.Work.all.find((each) => d.listOf(each) === cpu) as Id<"work">;
	return k.workTimers.get(work) as Id<"timer">;
}

/** Whether who adds a bio has still to see to its work. */
function adding(k: Kernel, d: Design): (v: Sees, bio: Id<"bio">) => boolean {
	const adds = k.Bio.all.map((bio) => (f: Partial<Adder>) => f.bio === bio);
	return (v, bio) => v.at(d.queue, "anywhere", adds[bio] as never);
}

/** By CPU, how many instances hold bios taken from its list. */
function draining(k: Kernel, d: Design): (v: Sees) => readonly number[] {
	const counts = k.Cpu.all.map(() => 0);
	const add = (cpu: Cpu | undefined, holds: boolean | undefined): boolean => {
		if (cpu !== undefined && holds) counts[cpu] = (counts[cpu] as number) + 1;
		return false;
	};
	const worker = (f: Partial<Worker>): boolean => add(f.batch, d.holds(f));
	const drainer = (f: Partial<Drainer>): boolean => add(f.cpu, d.hotplug?.holds?.(f));
	return (v) => {
		for (let c = 0; c < counts.length; c++) counts[c] = 0;
		v.at(d.worker, "anywhere", worker as never);
		if (d.hotplug?.dead) v.at(d.hotplug.dead, "anywhere", drainer as never);
		return counts;
	};
}

function drainers(d: Design): (v: Sees, cpu: Cpu) => readonly number[] {
	return (v, cpu) => {
		const found: number[] = [];
		const note = (holds: boolean | undefined, process: number): boolean => {
			if (holds) found.push(process);
			return false;
		};
		v.at(d.worker, "anywhere", (f, process) => note(f.batch === cpu && d.holds(f), process));
		const { dead, holds } = d.hotplug ?? {};
		if (dead) v.at(dead, "anywhere", (f, process) => note(f.cpu === cpu && holds?.(f), process));
		return found;
	};
}
