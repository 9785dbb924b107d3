// Tasks on two CPUs add to one counter, with or without a lock: small enough to know every number by hand.
import {
	type Id,
	type In,
	ids,
	ifdef,
	maybe,
	model,
	perId,
	range,
	record,
	type Stmt,
	step,
	system,
	waitUntil,
} from "preempt";

export default model("counter", {
	about: "tasks add to one counter",
	axes: { lock: ["held", "none"], start: ["zero", "one"] },
	sizes: { tasks: { default: 2, min: 1, max: 3 } },
	defaults: { lock: ["held"] },
	refuses: ({ lock, tasks }) => (lock === "held" && tasks === 1 ? "one task needs no lock" : undefined),
	build({ lock, start, tasks }) {
		const Task = ids("task", tasks);
		const first = start === "one" ? 1 : 0;
		const total = first + tasks;
		const sys = system({
			state: {
				value: range(0, 4),
				owner: maybe(Task),
				task: perId(Task, record({ id: Task, cpu: range(0, 1) }), { fixed: () => ["id", "cpu"] }),
			},
			init: (s) => {
				s.value = first;
				for (const t of Task.all) {
					s.task[t].id = t;
					s.task[t].cpu = t % 2;
				}
			},
			me: (s) => s.task[Task.id(0)],
		});
		type Here = In<typeof sys, { by: number; read: number }>;
		const acquire: Stmt<Here> = waitUntil(
			"mutex_lock(&lock)",
			({ s }) => s.owner === null,
			({ s, me }) => {
				s.owner = me.id;
			},
		);
		const add = sys.routine("add", { args: { by: range(1, 1) }, locals: { read: range(0, 4) } }, [
			ifdef(lock === "held", [acquire]),
			step("read = counter", ({ s, f }) => {
				f.read = s.value;
			}),
			step("counter = read + by", ({ s, f }) => {
				s.value = f.read + f.by;
			}),
			ifdef(lock === "held", [
				step("mutex_unlock(&lock)", ({ s }) => {
					s.owner = null;
				}),
			]),
		]);
		const place = ({ me }: { me: { id: Id<"task">; cpu: number } }) => ({ lane: me.cpu, context: "task", depth: 0 });
		for (const t of Task.all) sys.process(`task${t}`, add, { args: { by: 1 }, me: (s) => s.task[t], place });
		sys.property("sum", {
			title: "nothing added is lost",
			statement: "When all tasks are done, the counter holds what they added.",
			terminal: ({ s }) => s.value === total,
			explain: ({ s }) => [`the counter is ${s.value}, not ${total}`],
		});
		sys.property("bound", {
			title: "the counter stays small",
			statement: "The counter is at most 4.",
			class: "warning",
			antecedent: ({ s }) => s.value > 1,
			invariant: ({ s }) => s.value <= 4,
		});
		sys.property("owner", {
			title: "the lock has one owner",
			statement: "Whoever owns the lock is a task.",
			antecedent: ({ s }) => s.owner !== null,
			invariant: () => true,
		});
		return sys;
	},
});
