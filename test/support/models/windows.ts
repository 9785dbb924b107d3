// What a task has seen is old when it uses it, while another is in the middle: two critical windows, one in the other.
import { bool, model, range, record, step } from "preempt";
import { addTask, Kernel } from "preempt/linux";

export default model("windows", {
	about: "a task uses what it has seen while another is in the middle",
	sizes: { before: { default: 0, min: 0, max: 60 } },
	build({ before }) {
		const k = new Kernel({ cpus: 2, preempt: "full" });
		const sys = k.system({
			state: { obj: record({ count: range(0, 1), busy: bool }) },
			events: { used: [range(0, 1)] },
		});
		const use = sys.routine("use", { locals: { seen: range(0, 1) } }, [
			...Array.from({ length: before }, (_, i) => step(`prepare(${i})`, () => {})),
			step("seen = obj->count", ({ s, f }) => (f.seen = s.obj.count)),
			step("use(seen)", ({ f, emit }) => emit.used(f.seen)),
		]);
		const change = sys.routine("change", {}, [
			step("obj->busy = true; obj->count++", ({ s }) => {
				s.obj.busy = true;
				s.obj.count++;
			}),
			step("obj->busy = false", ({ s }) => (s.obj.busy = false)),
		]);
		addTask(k, sys, "user", use);
		addTask(k, sys, "changer", change);
		sys.property("fresh", {
			title: "what is used is not old while it changes",
			statement: "While the object is busy, nobody uses a count that it no longer has.",
			on: { used: ({ s }, seen) => !s.obj.busy || seen === s.obj.count },
		});
		return sys;
	},
});
