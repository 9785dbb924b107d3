import { anyOf, choose, leave, loop, type Stmt, step, waitUntil } from "../../lang/index.ts";
import type { In, Kernel } from "../kernel.ts";
import { append, headOf, type Tasklet, type TaskletSoftirq, tasklet_clear_sched, tasklet_unlock } from "./tasklet.ts";
import { fieldsOf } from "./vectors.ts";

/**
 * SQ11: what the softirqs of tasklets do: each tasklet of this CPU's list runs once, the first first. SQ12: one that runs on another
 * CPU, or is disabled (SQ13), is put back, and comes in the next pass.
 */
export function tasklet_action_common(k: Kernel, nr: TaskletSoftirq): Stmt<In, string>[] {
	const list = (c: In): Tasklet | null => headOf(c, nr).list;
	return [
		step("list = tl_head->head; tl_head->head = NULL", (c) => {
			const vec = headOf(c, nr);
			vec.list = vec.head;
			vec.head = null;
		}),
		loop([
			anyOf<In, "tasklet", string, string>(k.Tasklet, (t) => [runOrPutBack(k, nr, t)], [
				waitUntil("/* list is empty */", (c) => list(c) === null),
				leave(),
			]),
		]),
	];
}

function runOrPutBack(k: Kernel, nr: TaskletSoftirq, t: Tasklet): Stmt<In, string> {
	const name = k.Tasklet.nameOf(t);
	const isNext = (c: In): boolean => headOf(c, nr).list === t;
	const runs = ({ s }: In): boolean => s.tasklet[t].run && k.obeys("SQ12");
	const takeOff = ({ s, me }: In): void => {
		headOf({ s, me }, nr).list = s.tasklet[t].next;
		s.tasklet[t].next = null;
	};
	const trylock = waitUntil<In, string>(
		`tasklet_trylock(${name})`,
		(c) => isNext(c) && !runs(c),
		(c) => {
			takeOff(c);
			c.s.tasklet[t].run = true;
		},
	);
	const fails = waitUntil<In, string>(`!tasklet_trylock(${name})`, (c) => isNext(c) && runs(c), takeOff);
	const putBack = step<In, string>(`*tl_head->tail = ${name}; __raise_softirq_irqoff(${nr})`, (c) => {
		append(c.s, headOf(c, nr), t);
		c.s.cpu[c.me.cpu][fieldsOf(nr).pending] = true;
	});
	const clear = step<In, string>(`tasklet_clear_sched(${name})`, (c) => {
		if (k.obeys("SQ11")) tasklet_clear_sched(k, c, t);
	});
	const unlock = step<In, string>(`tasklet_unlock(${name})`, (c) => {
		tasklet_unlock(k, c, t);
		if (!k.obeys("SQ11")) tasklet_clear_sched(k, c, t);
	});
	const isDisabled = ({ s }: In): boolean => s.tasklet[t].count > 0;
	const ifEnabled = choose<In, string>(
		[
			waitUntil(`!atomic_read(&${name}->count)`, (c) => !isDisabled(c)),
			clear,
			...(k.taskletCallbacks[t] ?? []),
			unlock,
		],
		[waitUntil(`atomic_read(&${name}->count)`, isDisabled), unlock, putBack],
	);
	return choose<In, string>([trylock, ifEnabled], [fails, putBack]);
}
