// The pattern of work items that process a list, as small as it can be: whoever adds to the list queues the work, and
// PENDING, which is cleared before the work takes all, says that somebody is still to come.
import { bool, call, ifdef, model, range, record, step, when } from "preempt";
import { addTask, addWorkers, INIT_WORK, Kernel, queue_work_on } from "preempt/linux";

export default model("work-pending", {
	about: "a list and its work item: an add, the work's PENDING bit, and a work function that takes all",
	axes: {
		design: [
			"always", // every adder queues the work
			"was-empty", // only who finds the list empty does
			"queue-first", // control: the work is queued before the add
			"sample-pending", // control: who sees PENDING before the add does not queue it
		],
		preempt: ["none", "full", "rt"],
	},
	sizes: {
		cpus: { default: 2, min: 1, max: 3 },
		items: { default: 3, min: 1, max: 4 },
	},
	build({ design, preempt, cpus, items }) {
		const k = new Kernel({ cpus, preempt, works: 1 });
		const sys = k.system({
			state: { list: record({ count: range(0, items) }), ended: record({ count: range(0, items) }) },
		});
		const [cpu0, work] = [k.Cpu.id(0), INIT_WORK(k, "work")];
		const queue = queue_work_on(k);

		const add = sys.routine("add", { locals: { was_empty: bool, pending: bool } }, [
			ifdef(design === "queue-first", [call(queue, () => ({ cpu: cpu0, work }))]),
			ifdef(design === "sample-pending", [
				step("pending = work_pending(&work)", ({ s, f }) => (f.pending = s.work[work].pending)),
			]),
			step("was_empty = list_empty(&list); list_add(&item, &list)", ({ s, f }) => {
				f.was_empty = s.list.count === 0;
				s.list.count++;
			}),
			ifdef(design !== "queue-first", [
				when(
					({ f }) => (design !== "was-empty" || f.was_empty) && (design !== "sample-pending" || !f.pending),
					[call(queue, () => ({ cpu: cpu0, work }))],
				),
			]),
		]);
		const work_fn = sys.routine("work_fn", { args: { work: k.Work }, locals: { taken: range(0, items) } }, [
			step("list_splice_init(&list, &taken)", ({ s, f }) => {
				f.taken = s.list.count;
				s.list.count = 0;
			}),
			step("end all that was taken", ({ s, f }) => (s.ended.count += f.taken)),
		]);
		for (let i = 0; i < items; i++) addTask(k, sys, `task${i}`, add, { boundTo: k.Cpu.id(i % cpus) });
		addWorkers(k, sys, { work_fn }, () => "work_fn");

		sys
			.property("P1", {
				title: "no item is lost",
				statement: "In every terminal state all items have ended.",
				terminal: ({ s }) => s.ended.count === items,
				explain: ({ s }) => [`${s.list.count} are on the list, and nothing is left to run`],
			})
			.property("P2", {
				title: "every item ends once",
				statement: "No more items have ended than were added.",
				invariant: ({ s }) => s.ended.count + s.list.count <= items,
			})
			.property("P4", {
				title: "the list is not stranded",
				statement:
					"While the list is not empty, the work is PENDING, or has not taken the list yet, or an adder is to queue it.",
				antecedent: ({ s }) => s.list.count > 0,
				invariant: ({ s, at }) =>
					s.list.count === 0 ||
					s.work[work].pending ||
					at(work_fn, ["list_splice_init(&list, &taken)"], () => true) ||
					at(queue, ["ret = !test_and_set_bit(WORK_STRUCT_PENDING_BIT)"], () => true),
				explain: () => ["nobody is left to take the list"],
			});
		return sys;
	},
});
