// Sequence diagrams, line by line, from traces written by hand.
import { expect, test } from "vitest";
import { sequence } from "../../src/report/forms/mermaid.ts";
import { at, call, trace, type Where } from "../support/traces.ts";

const task0: Where = { process: "task0", cpu: 0, stack: [call("submit"), call("f", ["bio", "bio0"])] };
const sched: Where = { process: "sched(task0)", cpu: 0, stack: [call("sched")] };
const hardirq: Where = { process: "irq/1", cpu: 1, depth: 2, context: "hardirq", stack: [call("common_interrupt")] };

test("CPUs are participants, steps messages to themselves, migration an arrow, and interrupts nest", () => {
	const steps = [
		at(task0, "a->list = &b; /* #1 */", { b: "x" }),
		at(hardirq, "<interrupt: bio1>"),
		at({ ...sched, preempts: true }, "<migrate to CPU 1>"),
		at({ ...task0, cpu: 1 }, "again", {}, true),
	];
	expect(sequence(trace(steps)).join("\n")).toBe(`sequenceDiagram
    participant L0 as CPU 0
    participant L1 as CPU 1
    Note over L0: task0: submit()<br/>f(bio0)
    L0->>L0: 1: a-#62;list = #38;b#59; /* #35;1 */<br/>/* b = x */
    Note over L1: hardirq: common_interrupt()
    activate L1
    L1->>L1: 2: #60;interrupt: bio1#62;
    Note over L0: #60;preempt#62;
    L0->>L0: 3: #60;migrate to CPU 1#62;
    deactivate L1
    L0-->>L1: task0: now on CPU 1, in f()
    L1->>L1: 4: again<br/>/* true */`);
});

test("a move that belongs to the next step is an arrow alone", () => {
	const steps = [at(task0, "before"), at({ ...task0, cpu: 1, from: 0 }, "after")];
	expect(sequence(trace(steps)).slice(4)).toEqual([
		"    L0->>L0: 1: before",
		"    L0-->>L1: task0: now on CPU 1, in f()",
		"    L1->>L1: 2: after",
	]);
});
