import { block, choose, ifdef, leave, loop, ModelError, type Stmt, step, waitUntil } from "../../lang/index.ts";
import type { CpuRecord, In, Kernel } from "../kernel.ts";
import { mustResched } from "../sched/priority.ts";
import type { ModelSoftirq, Softirq } from "../sets.ts";
import { tasklet_action_common } from "./run-tasklets.ts";
import { run_timer_softirq } from "./run-timers.ts";
import { type SoftirqAction, type SoftirqActions, wake } from "./softirq.ts";
import { anyPending, clearPending, fieldsOf, softirqs } from "./vectors.ts";

/**
 * SQ4: the bits are cleared before the actions take their lists, so that a raise in between makes another pass. What
 * was taken is noted where there is more than one vector.
 */
export function snapshot(k: Kernel, { s, me }: In, served: readonly Served[]): void {
	if (!k.obeys("SQ4")) return;
	const cpu = s.cpu[me.cpu];
	if (served.length > 1)
		for (const { nr } of served) {
			const { pending, taken } = fieldsOf(nr);
			cpu[taken] = cpu[pending];
		}
	clearPending(k, cpu);
}

/**
 * SQ3: from the snapshot on: run the actions with interrupts on, look again: leave, go round, or leave the rest to
 * ksoftirqd. Time and pass limits make the choice between the last two free, but for a task of a higher class, which
 * ends it. `stop` ends the serving.
 */
export function passes(k: Kernel, served: readonly Served[], stop: (c: In) => void): Stmt<In, string> {
	const pending = ({ s, me }: In) => anyPending(s.cpu[me.cpu]);
	const must = mustResched(k);
	return loop<In, string>([
		...actions(k, served),
		ifdef(!k.obeys("SQ4"), [step("set_softirq_pending(0) /* late */", ({ s, me }) => clearPending(k, s.cpu[me.cpu]))]),
		choose<In, string>(
			[waitUntil("leave softirq: nothing pending", (c) => !pending(c) || !k.obeys("SQ3"), stop), leave()],
			[
				waitUntil(
					"goto restart: set_softirq_pending(0)",
					(c) => pending(c) && !must(c),
					(c) => snapshot(k, c, served),
				),
			],
			[
				waitUntil("wakeup_softirqd()", pending, (c) => {
					wake(k, c);
					stop(c);
				}),
				leave(),
			],
		),
	]);
}

/** A softirq and what it does; how many timers, or tasklets and works of WQ_BH, it knows of. */
interface Served {
	readonly nr: Softirq;
	readonly action: SoftirqAction;
	readonly knows: number;
}

const declared = (k: Kernel, nr: Softirq): number => {
	if (nr === "TIMER_SOFTIRQ") return k.Timer.count;
	if (nr === "TASKLET_SOFTIRQ") return k.Tasklet.count + k.bhWorks.size;
	return nr === "HI_SOFTIRQ" ? k.Tasklet.count : 0;
};

/** SQ3: what can be served so far, the lowest bit first: by the model, and timers and tasklets that are declared. */
export function servedBy(k: Kernel, actions: SoftirqActions | undefined): readonly Served[] {
	const own = new Map<Softirq, SoftirqAction>(Object.entries(byName(actions)) as [ModelSoftirq, SoftirqAction][]);
	if (k.Timer.count > 0) own.set("TIMER_SOFTIRQ", run_timer_softirq(k));
	if (k.softirqs.includes("HI_SOFTIRQ")) own.set("HI_SOFTIRQ", tasklet_action_common(k, "HI_SOFTIRQ"));
	if (k.softirqs.includes("TASKLET_SOFTIRQ")) {
		const tasklets = k.Tasklet.count > 0 ? tasklet_action_common(k, "TASKLET_SOFTIRQ") : [];
		own.set("TASKLET_SOFTIRQ", [...k.bhAction, ...tasklets]);
	}
	const inOrder = softirqs.flatMap((nr) => {
		const action = own.get(nr);
		return action === undefined ? [] : [{ nr, action, knows: declared(k, nr) }];
	});
	return k.obeys("SQ3") ? inOrder : inOrder.reverse();
}

/** By the names of the softirqs; what stands alone is what BLOCK does. */
export const byName = (actions: SoftirqActions = {}): Readonly<Partial<Record<ModelSoftirq, SoftirqAction>>> =>
	Array.isArray(actions) ? { BLOCK_SOFTIRQ: actions } : (actions as Partial<Record<ModelSoftirq, SoftirqAction>>);

/** SQ3: what was taken. Of a single vector it is known that it was. */
function actions(k: Kernel, served: readonly Served[]): readonly Stmt<In, string>[] {
	if (served.length <= 1) return served.map(({ action }) => block(...action));
	k.cpuVaries(...served.map(({ nr }) => fieldsOf(nr).taken));
	return served.map((each) => ifTaken(k, each));
}

function ifTaken(k: Kernel, { nr, action }: Served): Stmt<In, string> {
	const field = fieldsOf(nr).taken;
	const taken = ({ s, me }: In): boolean => s.cpu[me.cpu][field] || !k.obeys("SQ4");
	return choose<In, string>(
		[
			waitUntil(`h->action(h) /* ${nr} */`, taken, ({ s, me }) => {
				// Nobody asks for it again before the next snapshot.
				s.cpu[me.cpu][field] = false;
			}),
			...action,
		],
		[waitUntil(`/* ${nr} is not pending */`, (c) => !taken(c))],
	);
}

/** Whether local_bh_enable() has what it takes to serve what is pending: the actions of the model, and the timers and tasklets that there are. */
export function requireActions(k: Kernel, cpu: CpuRecord, served: readonly Served[]): void {
	const serves = (nr: Softirq): boolean => served.some((each) => each.nr === nr && each.knows === declared(k, nr));
	const missing = k.softirqs.find((nr) => cpu[fieldsOf(nr).pending] && !serves(nr));
	if (missing === undefined) return;
	if (missing === "TIMER_SOFTIRQ")
		throw new ModelError("local_bh_enable() has timers to run that are declared after it: declare them before");
	if (missing === "TASKLET_SOFTIRQ" || missing === "HI_SOFTIRQ")
		throw new ModelError(
			"local_bh_enable() has tasklets to run that are declared after it: declare them, and make tasklet_schedule(k), before; and call addBhWorkers() before",
		);
	throw new ModelError(
		`local_bh_enable() has softirqs to run and is not given their action${missing === "BLOCK_SOFTIRQ" ? "" : `, of ${missing}`}: an argument of it, or of what makes the interrupt thread that calls it, such as the option action of request_irq()`,
	);
}
