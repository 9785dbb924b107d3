import type { Id, Routine } from "../../lang/index.ts";
import type { ContextRecord, CpuId, In, Kernel, KernelEventTypes, KernelState, LinuxSystem } from "../kernel.ts";
import { placeOf } from "./task.ts";

/** What a context of a CPU is, besides what it runs. */
interface CpuContext {
	readonly level: ContextRecord["level"];
	/** When it may take a step. Default: whenever its steps' own guards hold. */
	readonly gate?: { readonly when: (c: Pick<In, "s" | "me">) => boolean };
	/** Its steps are not something that is still to come. Default false. */
	readonly background?: boolean;
}

/** Adds a context of a CPU that the scheduler does not know, such as its hard interrupt level, and the process that is it. */
export function addCpuContext(
	k: Kernel,
	sys: LinuxSystem<KernelState, KernelEventTypes>,
	name: string,
	cpu: CpuId,
	routine: Routine<object, unknown, In, string>,
	{ level, ...declaration }: CpuContext,
): Id<"context"> {
	const of = [k.Cpu.member(cpu)];
	const id = k.addContext(name, of);
	k.initial.push((s) => {
		s.context[id].level = level;
		s.context[id].cpu = cpu;
	});
	const place = ({ me }: Pick<In, "me">) => placeOf(me);
	k.contextOf[sys.process(name, routine, { of, me: (s) => s.context[id], place, ...declaration })] = id;
	return id;
}
