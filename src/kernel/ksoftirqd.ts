import { choose, type EventTypes, loop, routines, type Stmt, waitUntil } from "../lang/index.ts";
import { local_bh_disable, local_bh_enable } from "./bh.ts";
import type { ContextRecord, In, InModel, Kernel, KernelEvents, KernelState, LinuxSystem } from "./kernel.ts";
import { addTask, bare, cond_resched, placeOf, sleepUnless } from "./sched.ts";
import { passes, type SoftirqAction } from "./softirq.ts";

const routine = routines<KernelState, ContextRecord, KernelEvents>();

/** Adds what serves softirqs: on !RT each CPU's softirq level; and each CPU's ksoftirqd (SQ5). */
export function addSoftirqs<S extends KernelState, T extends EventTypes>(
	k: Kernel,
	sys: LinuxSystem<S, T>,
	handler: SoftirqAction<InModel<S, T>>,
): void {
	k.cpuVaries("block_pending");
	const own = bare(sys);
	const action = handler as unknown as SoftirqAction;
	if (!k.rt) {
		k.cpuVaries("softirq");
		const start = waitUntil<In, string>(
			"handle_softirqs(): set_softirq_pending(0)",
			({ s, me }) => s.cpu[me.cpu].softirq,
			({ s, me }) => {
				if (k.obeys("SQ4")) s.cpu[me.cpu].block_pending = false;
			},
		);
		const level = routine("handle_softirqs", {}, [
			loop<In, string>(
				passes(k, action, start, ({ s, me }) => {
					s.cpu[me.cpu].softirq = false;
				}),
			),
		]);
		for (const c of k.Cpu.all) {
			const id = k.addContext(`softirq/${c}`);
			k.initial.push((s) => {
				s.context[id].level = "softirq";
				s.context[id].cpu = c;
			});
			own.process(`softirq/${c}`, level, {
				me: (s) => s.context[id],
				gate: { when: ({ s, me }) => !s.cpu[me.cpu].hardirq || !k.obeys("CX1") },
				place: ({ me }) => placeOf(me),
			});
		}
	}
	const thread = routine("run_ksoftirqd", {}, ksoftirqd(k, action));
	for (const c of k.Cpu.all)
		k.ksoftirqd[c] = addTask(k, own, `ksoftirqd/${c}`, thread, { boundTo: c, sleeps: "asleep" });
}

function ksoftirqd(k: Kernel, action: SoftirqAction): Stmt<In, string>[] {
	const pending = ({ s, me }: In) => s.cpu[me.cpu].block_pending;
	const sleep = sleepUnless<In>(k, "schedule() /* nothing pending */", pending);
	const run: Stmt<In, string>[] = k.rt
		? [waitUntil("run_ksoftirqd()", pending), local_bh_disable(k), local_bh_enable(k, action)]
		: [
				waitUntil("run_ksoftirqd(): handle_softirqs()", pending, ({ s, me }) => {
					s.cpu[me.cpu].softirq = true;
				}),
				...cond_resched(k),
			];
	return [loop<In, string>([choose<In, string>([sleep], run)])];
}
