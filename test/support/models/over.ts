// Two tasks end one object, for whose ends there is room for one: what is violated first, and then an error in the model.
import { bool, model, range, record, step, when } from "preempt";
import { addTask, Kernel } from "preempt/linux";
export default model("over", {
	about: "two tasks end one object",
	build() {
		const k = new Kernel({ cpus: 1, preempt: "full" });
		const sys = k.system({
			state: { obj: record({ done: bool, ends: range(0, 1) }), sure: record({ n: range(0, 2) }) },
		});
		const end = sys.routine("end", { locals: { was: bool } }, [
			step("was = obj->done", ({ s, f }) => (f.was = s.obj.done)),
			step("obj->done = true", ({ s }) => (s.obj.done = true)),
			when(
				({ f }) => !f.was,
				[step("commit()", ({ s }) => void s.sure.n++), step("obj->end_io(obj)", ({ s }) => void s.obj.ends++)],
			),
		]);
		for (const name of ["task0", "task1"]) addTask(k, sys, name, end);
		sys.property("both", { title: "both commit", statement: "Both may commit.", sometimes: ({ s }) => s.sure.n === 2 });
		sys.property("sure", {
			title: "one commits",
			statement: "No two have committed.",
			invariant: ({ s }) => s.sure.n < 2,
		});
		return sys;
	},
});
