// The drawing of a race, line by line, from traces written by hand.
import { expect, test } from "vitest";
import { plain } from "../../src/report/index.ts";
import { diagram } from "../../src/report/text/diagram.ts";
import type { TraceStep } from "../../src/trace/index.ts";
import { at, call, trace, type Where } from "../support/traces.ts";

const draw = (steps: readonly TraceStep[], width = 100): string =>
	`\n${diagram(trace(steps), width, plain).join("\n")}\n`;

const queue = [call("submit"), call("bio_queue_completion", ["bio", "bio0"])];
const task0: Where = { process: "task0", cpu: 0, stack: queue };
const sched: Where = { process: "sched(task0)", cpu: 0, stack: [call("sched")] };
const worker: Where = { process: "kworker/1", cpu: 1, stack: [call("worker_thread"), call("work_fn", ["w", "work0"])] };

test("a task is preempted, migrates, and goes on in the other column, where a worker follows it", () => {
	const steps = [
		at(task0, "local_lock_irqsave(&lock, flags)", { flags: "false" }),
		at(task0, "bio_list_add(&batch->list, bio)", { batch: "CPU0", bio: "bio0" }),
		at(task0, "local_unlock_irqrestore(&lock, flags)", { flags: "false" }),
		at({ ...sched, preempts: true }, "<migrate to CPU 1>"),
		at({ ...task0, cpu: 1 }, "schedule_work_on(cpu, &batch->work)", { cpu: "CPU1", batch: "CPU0" }),
		at(worker, "!bio_list_empty(&batch->list)", { batch: "CPU1" }, false),
	];
	expect(draw(steps)).toBe(`
   CPU 0                             CPU 1
   -----                             -----
   task0: submit()
     bio_queue_completion(bio0)
 1     local_lock_irqsave(&lock, flags)  /* flags = false */
 2     bio_list_add(&batch->list, bio)  /* batch = CPU0 */
 3     local_unlock_irqrestore(&lock, flags)
     <preempt>
 4   <migrate to CPU 1>
                                     task0: now on CPU 1, in bio_queue_completion()
 5                                       schedule_work_on(cpu, &batch->work)  /* cpu = CPU1 */
                                     kworker/1: worker_thread()
                                       work_fn(work0)
 6                                       !bio_list_empty(&batch->list)  /* batch = CPU1, false */
`);
});

test("a task that is moved with its next step leaves one column and goes on in the other, and comes back", () => {
	const steps = [
		at(task0, "add"),
		at({ ...task0, cpu: 1, from: 0 }, "read"),
		at({ ...task0, process: "task1" }, "other"),
		at({ ...task0, from: 1 }, "back"),
	];
	expect(draw(steps)).toBe(`
   CPU 0                             CPU 1
   -----                             -----
   task0: submit()
     bio_queue_completion(bio0)
 1     add
     <migrate to CPU 1>
                                     task0: now on CPU 1, in bio_queue_completion()
 2                                       read
   task1: submit()
     bio_queue_completion(bio0)
 3     other
                                       <migrate to CPU 0>
   task0: now on CPU 0, in bio_queue_completion()
 4     back
`);
});

test("an interrupt nests in the task it interrupted, a softirq in its turn; bars show where they end", () => {
	const hardirq: Where = { process: "irq/0", cpu: 0, depth: 2, context: "hardirq", stack: [call("common_interrupt")] };
	const softirq: Where = {
		process: "softirq/0",
		cpu: 0,
		depth: 1,
		context: "softirq",
		stack: [call("handle_softirqs")],
	};
	const submit: Where = { process: "task0", cpu: 0, stack: [call("submit")] };
	const steps = [
		at(submit, "first()"),
		at(softirq, "bio_endio(bio)"),
		at(hardirq, "<interrupt: bio1 completed>"),
		at(hardirq, "irq_exit()"),
		at(softirq, "again"),
		at(submit, "second()"),
	];
	expect(draw(steps)).toBe(`
   CPU 0
   -----
   task0: submit()
 1   first()
   .-- softirq: handle_softirqs()
 2 |   bio_endio(bio)
   | .-- hardirq: common_interrupt()
 3 | |   <interrupt: bio1 completed>
 4 | |   irq_exit()
   | '--
 5 |   again
   '--
 6   second()
`);
});

test("an interrupt is over with its last step, before anything else happens", () => {
	const irq: Where = { process: "irq/1", cpu: 1, depth: 2, context: "hardirq", stack: [call("irq")] };
	const softirq: Where = { process: "softirq/1", cpu: 1, depth: 1, context: "softirq", stack: [call("softirq")] };
	const last: Where = { ...irq, ends: true };
	const task: Where = { process: "task0", cpu: 0, stack: [call("submit")] };
	const steps = [
		at(irq, "<a>"),
		at(last, "exit()"),
		at(task, "b"),
		at(softirq, "c"),
		at(irq, "<d>"),
		at(last, "exit()"),
	];
	expect(draw([...steps, at(task, "e"), at({ ...softirq, ends: true }, "f")], 70)).toBe(`
   CPU 0                   CPU 1
   -----                   -----
                           .-- hardirq: irq()
 1                         |   <a>
 2                         |   exit()
                           '--
   task0: submit()
 3   b
                           .-- softirq: softirq()
 4                         |   c
                           | .-- hardirq: irq()
 5                         | |   <d>
 6                         | |   exit()
                           | '--
 7   e
 8                         |   f
                           '--
`);
});

test("what was said of a call is not repeated until it changes; a new call says it again", () => {
	const once: Where = { process: "t", cpu: 0, stack: [call("root"), call("f", ["n", "1"])] };
	const twice: Where = { ...once, stack: [call("root"), call("f", ["n", "2"])] };
	const steps = [at(once, "a(n)", { n: "1" }), at(once, "b(x)", { x: "1" }), at(once, "c(x)", { x: "1" })];
	expect(draw([...steps, at(once, "d(x)", { x: "2" }), at(twice, "b(x)", { x: "2" })])).toBe(`
   CPU 0
   -----
   t: root()
     f(1)
 1     a(n)
 2     b(x)  /* x = 1 */
 3     c(x)
 4     d(x)  /* x = 2 */
     f(2)
 5     b(x)  /* x = 2 */
`);
});

test("processes that are on no CPU have columns of their own, or share one where they are many", () => {
	const p = (n: number): Where => ({ process: `P${n}`, stack: [call("P")] });
	expect(draw([at(p(0), "a"), at(p(1), "b"), at(p(0), "c")], 60)).toBe(`
   P0                  P1
   --                  --
   P()
 1   a
                       P()
 2                       b
 3   c
`);
	const many = draw([0, 1, 2, 3, 4, 0].map((n) => at(p(n), `step of ${n}`)));
	expect(many).toContain("\n   P0: P()\n 1   step of 0\n   P1: P()\n");
	expect(many).toContain("\n   P0: in P()\n 6   step of 0\n");
});

test.each([1, 2, 3, 4])("nothing is wider than the page on %i CPUs, and each line begins in its column", (cpus) => {
	const long = "x".repeat(30);
	const label = `some_rather_long_function_name(&${long}.lock, another_argument, ${long}, and_a_third_one)`;
	const deep = Array.from({ length: 8 }, (_, i) => call(`nested_${i}`));
	const steps = Array.from({ length: 12 }, (_, i) =>
		at({ process: `t${i % cpus}`, cpu: i % cpus, stack: deep }, label, { another_argument: long }),
	);
	const lines = diagram(trace(steps), 100, plain);
	for (const line of lines) expect(line.length).toBeLessThanOrEqual(100);
	const starts = Array.from({ length: cpus }, (_, cpu) => (lines[0] as string).indexOf(`CPU ${cpu}`));
	const numbered = lines.filter((line) => /^ *\d+ /.test(line));
	expect(numbered).toHaveLength(12);
	for (const [i, line] of numbered.entries()) {
		const start = starts[i % cpus] as number;
		expect(line.slice(3, start).trim()).toBe("");
		expect(line.slice(start).trim()).not.toBe("");
	}
});
