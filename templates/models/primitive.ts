// Two tasks drop their references to an object, and whoever drops the last one frees it. A model to start from: it
// shows each part that a model has, and both a design that works and one that does not.
import { type Id, ifdef, model, range, record, step, when } from "preempt";
import { addTask, Kernel } from "preempt/linux";

export default model("primitive", {
	about: "tasks drop their references to an object; the last one frees it",
	// A scenario is one choice of each axis; npx check --list shows them all.
	axes: {
		put: [
			"plain", // if (--obj->refs == 0): reads, subtracts and writes
			"atomic", // if (atomic_dec_and_test(&obj->refs)): in one go
		],
		preempt: ["none", "full"],
	},
	// Sizes are changed by --set tasks=3 alone.
	sizes: { tasks: { default: 2, min: 1, max: 3 } },
	build({ put, preempt, tasks }) {
		const k = new Kernel({ cpus: 2, preempt });
		const sys = k.system({
			// The model's own state, beside that of the kernel. Each type has finitely many values.
			state: { obj: record({ refs: range(0, tasks), frees: range(0, tasks) }) },
			init: (s) => {
				s.obj.refs = tasks;
			},
		});

		// One step for each access that another CPU could notice, with the C statement as its label.
		const obj_put = sys.routine("obj_put", { locals: { refs: range(0, tasks) } }, [
			ifdef(
				put === "atomic",
				[
					step("refs = atomic_dec_return(&obj->refs)", ({ s, f }) => {
						s.obj.refs--;
						f.refs = s.obj.refs;
					}),
				],
				[
					step("refs = READ_ONCE(obj->refs) - 1", ({ s, f }) => (f.refs = s.obj.refs - 1)),
					step("WRITE_ONCE(obj->refs, refs)", ({ s, f }) => (s.obj.refs = f.refs)),
				],
			),
			// A condition on the routine's own variables is no step of its own.
			when(({ f }) => f.refs === 0, [step("kfree(obj)", ({ s }) => s.obj.frees++)]),
		]);

		for (let i = 0; i < tasks; i++) addTask(k, sys, `task${i}`, obj_put, { cpu: (i % 2) as Id<"cpu"> });

		sys.property("once", {
			title: "the object is freed at most once",
			statement: "In every state, the object has been freed at most once.",
			antecedent: ({ s }) => s.obj.frees > 0,
			invariant: ({ s }) => s.obj.frees <= 1,
			explain: ({ s }) => [`it has been freed ${s.obj.frees} times`],
		});
		sys.property("freed", {
			title: "the object does not leak",
			statement: "When all tasks have ended, the object has been freed.",
			terminal: ({ s }) => s.obj.frees > 0,
			explain: ({ s }) => [`all tasks have ended, and refs is still ${s.obj.refs}`],
		});
		return sys;
	},
});
