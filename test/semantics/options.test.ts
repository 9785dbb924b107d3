// A misspelt option is refused where it is given: ignored, it would have another system verified.
import { expect, test } from "vitest";
import {
	addHardirqs,
	addTask,
	addWorkers,
	bi_end_io,
	blkMq,
	cpuhp_setup_state,
	irq_work,
	Kernel,
	kthread_create_on_cpu,
	request_irq,
} from "../../src/kernel/index.ts";
import { bool, ids, ModelError, model, perId, record, step, system } from "../../src/lang/index.ts";
import { compile } from "../../src/machine/index.ts";

const here = import.meta.url.slice("file://".length);
const k = new Kernel({ cpus: 1, preempt: "none", works: 1 });
const sys = k.system();
const task = sys.routine("task", {}, [step("nothing", () => {})]);
const work_fn = sys.routine("work_fn", { args: { work: k.Work } }, [step("work_fn()", () => {})]);
const plain = system({ state: { n: bool } });
const body = plain.routine("body", {}, [step("nothing", () => {})]);
const Item = ids("item", 1);
const about = { title: "", statement: "" };
const placement = { lane: 0, when: () => true, enter: () => {}, isThere: () => true, label: "to 0" };
const arrival = { label: "<interrupt>", pending: () => false, enter: () => {} };
const stray = (name: string) => ({ [name]: true }) as object;

test.each<[string, () => unknown]>([
	[
		"Kernel has no option cpu: there are cpus, preempt,",
		() => new Kernel({ cpus: 1, preempt: "none", ...stray("cpu") }),
	],
	["tick is one of kept, stopped, not keeps", () => new Kernel({ cpus: 1, preempt: "none", tick: "keeps" as "kept" })],
	["k.system() has no option stat: there are state, events, init", () => k.system(stray("stat"))],
	["task t has no option boundto", () => addTask(k, sys, "t", task, stray("boundto"))],
	["task t is to run a routine, and is given an object", () => addTask(k, sys, "t", stray("body") as typeof task)],
	["task t takes an object of args, fifo,", () => addTask(k, sys, "t", task, k.Cpu.id(0) as object)],
	[
		"sleeps is one of true, false, asleep, not sleep",
		() => addTask(k, sys, "t", task, { sleeps: "sleep" as "asleep" }),
	],
	[
		"task t has no option boundTo: there are args, fifo",
		() => kthread_create_on_cpu(k, sys, "t", task, k.Cpu.id(0), stray("boundTo")),
	],
	["addWorkers() has no option perpool", () => addWorkers(k, sys, { work_fn }, () => "work_fn", stray("perpool"))],
	["irq_work w has no option Lazy", () => irq_work(k, "w", stray("Lazy"))],
	["bi_end_io() has no option free", () => bi_end_io(k, [], stray("free"))],
	["blkMq() has no option sendAlways", () => blkMq(k, sys, stray("sendAlways"))],
	[
		"cpuhp_setup_state(CPUHP_BIO_DEAD) has no option tearDown",
		() => cpuhp_setup_state(k, sys, "CPUHP_BIO_DEAD", stray("tearDown")),
	],
	[
		"a state of cpuhp_setup_state() is one of CPUHP_SOFTIRQ_DEAD",
		() => cpuhp_setup_state(k, sys, "CPUHP_DEAD" as never, {}),
	],
	[
		"a source of interrupts has no option local",
		() => addHardirqs(k, sys, [{ arrivals: [], handler: [], ...stray("local") }]),
	],
	[
		"addHardirqs(k, sys, [ … ]) takes a list of sources",
		() => addHardirqs(k, sys, { arrivals: [], handler: [] } as never),
	],
	[
		"an arrival of interrupts has no option once",
		() => addHardirqs(k, sys, [{ arrivals: [{ ...arrival, ...stray("once") }], handler: [] }]),
	],
	[
		"request_irq(d) has no option IRQF_ONESHOT: there are IRQF_NO_THREAD, action",
		() => request_irq(k, sys, "d", { arrivals: [], handler: [] }, stray("IRQF_ONESHOT")),
	],
	[
		"task t is added to a system that k.system() of this kernel has not made",
		() => addTask(new Kernel({ cpus: 1, preempt: "none" }), sys, "t", task),
	],
	["system() has no option inti: there are state, init,", () => system({ state: {}, ...stray("inti") })],
	["r has no option local: there are args, locals, returns, depth", () => plain.routine("r", stray("local"), [])],
	["process p has no option backgroud", () => plain.process("p", body, stray("backgroud"))],
	[
		"the gate of process p has no option leave",
		() => plain.process("p", body, { gate: { when: () => true, ...stray("leave") } }),
	],
	[
		"a placement of process p has no option on",
		() => plain.process("p", body, { placements: [{ ...placement, ...stray("on") }] }),
	],
	[
		"property P has no option antecedant",
		() => plain.property("P", { ...about, invariant: () => true, ...stray("antecedant") }),
	],
	["cost C has no option every", () => plain.cost("C", { ...about, on: {}, ...stray("every") })],
	[
		"per of cost C has no option name",
		() => plain.cost("C", { ...about, on: {}, per: { count: 1, what: "", ...stray("name") } }),
	],
	[
		"model m has no option axis: there are about, axes,",
		() => model("m", { about: "", build: () => plain, ...stray("axis") }),
	],
	[
		"m: size n has no option most",
		() => model("m", { about: "", sizes: { n: { default: 1, min: 1, max: 1, ...stray("most") } }, build: () => plain }),
	],
	['ids("item") has no option orderd', () => ids("item", 1, stray("orderd"))],
	["perId(item) has no option Fixed", () => perId(Item, record({ n: bool }), stray("Fixed"))],
	[
		"perId(item): m is to be fixed, which is no field of it: n",
		() => compile(system({ state: { x: perId(Item, record({ n: bool }), { fixed: () => ["m" as "n"] }) } })),
	],
])("%s", (message, declare) => {
	let error: unknown;
	try {
		declare();
	} catch (thrown) {
		error = thrown;
	}
	expect(error).toBeInstanceOf(ModelError);
	expect((error as ModelError).message).toContain(message);
	expect((error as ModelError).location?.file).toBe(here);
});
