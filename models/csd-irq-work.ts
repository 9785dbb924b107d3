// Running a function on another CPU: by a csd, as blk-mq and others do; by irq_work_queue_on(); and by the calls that
// "smp,irq_work: Use the new irq_work API" (RFC v2, 18 August 2020) proposed in their place.
import {
	bool,
	call,
	type Id,
	type In,
	ifdef,
	model,
	oneOf,
	perId,
	type Routine,
	record,
	type Stmt,
	setOf,
	step,
	when,
} from "preempt";
import {
	__raise_softirq_irqoff,
	addHardirqs,
	addHotplug,
	addIdle,
	addIrqWorkThreads,
	addSoftirqs,
	type CallNode,
	type CpuId,
	csd,
	Generations,
	type In as InKernel,
	init_csd,
	init_irq_work,
	irq_work,
	irq_work_queue_on,
	irq_work_queue_remote,
	irq_work_queue_remote_static,
	irqWorkInterrupts,
	irqWorks,
	Kernel,
	local_irq_restore,
	local_irq_save,
	type Rule,
	smpCalls,
	spin_lock,
	spin_unlock,
	spinlock,
} from "preempt/linux";
import { callProperties as properties } from "preempt/specs";
import { addRaisers, raisingInterrupt, storesOf, USES } from "./csd-irq-work/raisers.ts";

/** How each design but csd raises. */
const QUEUES: Readonly<
	Record<string, (k: Kernel) => Routine<{ cpu: CpuId; work: CallNode }, unknown, InKernel, string>>
> = {
	"irq-work": irq_work_queue_on,
	"irq-work-soft": irq_work_queue_on,
	"own-list": irq_work_queue_on,
	remote: irq_work_queue_remote,
	static: irq_work_queue_remote_static,
	once: irq_work_queue_remote_static,
};

/** Of which designs each mutant is, where it is looked at, and the rule that it breaks. */
const MUTANTS: Readonly<
	Record<string, { readonly of: readonly string[]; readonly use: string; readonly rule?: Rule }>
> = {
	"late-unlock": { of: ["csd"], use: "per-cpu", rule: "IP3" },
	"late-pending": { of: ["irq-work", "irq-work-soft", "own-list", "remote", "static"], use: "per-cpu", rule: "IW4" },
	"no-kick": { of: ["csd", "irq-work", "remote", "static", "once"], use: "polling", rule: "IP1" },
	"irqs-on": { of: ["csd", "static"], use: "interrupted" },
	"irqs-off": { of: ["csd"], use: "crossed" },
	touched: { of: ["static", "once"], use: "request", rule: "IW7" },
};

const mutation = (name: string): { mutant?: Rule } => {
	const rule = MUTANTS[name]?.rule;
	return rule === undefined ? {} : { mutant: rule };
};
/** Where raisers wait for the function. */
const WAITING: readonly string[] = ["sync", "crossed"];

export default model("csd-irq-work", {
	about: "a function run on another CPU by a csd, by irq_work, and by the irq_work calls of the RFC of August 2020",
	axes: {
		design: [
			"csd", // smp_call_function_single_async()
			"irq-work", // irq_work_queue_on(), IRQ_WORK_INIT_HARD
			"irq-work-soft", // the same, not hard
			"own-list", // irq_work_queue_on() before 5.8, when works had a list of their own
			"remote", // irq_work_queue_remote()
			"static", // irq_work_queue_remote_static(), initialised once
			"once", // the same, initialised for each use: the conversion as posted, and Hellwig's init and queue in one
		],
		use: USES,
		preempt: ["none", "full", "rt"],
		mutant: [
			"none",
			"late-unlock", // csd_unlock() after the function
			"late-pending", // PENDING cleared after the function
			"no-kick", // a polling idle task gets neither an interrupt nor need_resched
			"irqs-on", // the raiser leaves interrupts on
			"irqs-off", // the raiser waits with interrupts off
			"touched", // the static works set BUSY, too
		],
	},
	sizes: { cpus: { default: 3, min: 3, max: 4 } },
	defaults: { preempt: ["full"], mutant: ["none"] },
	refuses: ({ design, use, preempt, mutant }) => {
		if (WAITING.includes(use as string) && design !== "csd") return "only a csd has callers that wait for it";
		if (design === "irq-work-soft" && preempt !== "rt")
			return "without RT, works that are not hard are as those that are";
		if (design === "own-list" && preempt === "rt") return "works had a list of their own before RT was merged";
		const change = MUTANTS[mutant as string];
		if (!change) return undefined;
		const there = use === change.use && preempt === (design === "irq-work-soft" ? "rt" : "full");
		return there && change.of.includes(design as string)
			? undefined
			: `${mutant} is a mutant of ${change.of.join(", ")} in ${change.use}`;
	},
	build({ design, use, preempt, mutant, cpus }) {
		const embedded = use === "request";
		const downs = { offline: "down", "online-again": "downup" } as const;
		const k = new Kernel({
			cpus,
			preempt,
			hotplug: downs[use as keyof typeof downs] ?? "off",
			idlePolls: use === "polling" || use === "online-again",
			irqWorkOwnList: design === "own-list",
			...mutation(mutant),
		});
		const { Cpu, CallNode } = k;
		const { Foo, Store, fooOf } = storesOf(use);
		const objects = new Generations(k, Foo, 1);
		const sys = k.system({
			state: {
				/** What was written for the function to read, by whom. */
				foo: perId(Foo, record({ data: setOf(Store), ...(embedded ? objects.generation : {}) })),
				...(use === "interrupted" ? { interrupt: record({ raised: bool }) } : {}),
			},
			events: {
				/** Data was written, and a raise follows; that was refused; a function has begun, and has read the data. */
				stored: [Store],
				refused: [Store],
				foo_begins: [Foo],
				foo_reads: [Foo],
			},
		});
		const { routine } = sys;
		type Here<F> = In<typeof sys, F>;

		// struct foo { struct irq_work work; … }; or a csd in its place
		const works = design !== "csd";
		for (const foo of Foo.all) {
			const name = embedded ? `rq.${works ? "work" : "csd"}` : `foo${foo}`;
			if (works) irq_work(k, name, { hard: design !== "irq-work-soft", owners: [Foo.member(foo)] });
			else csd(k, name, [Foo.member(foo)], use === "crossed" || (use === "sync" && foo === 1) ? "sync" : "async");
		}
		const nodeIn = (foo: Id<"foo">): CallNode => CallNode.id(foo);
		const container_of = (node: CallNode): Id<"foo"> => Foo.id(node);

		const lock = spinlock(k, "foo_lock");
		const raise_softirq = __raise_softirq_irqoff(k);
		const body: readonly Stmt<Here<{ foo: Id<"foo"> }>, string>[] = [
			ifdef(use === "lock", [spin_lock(k, "foo_lock", () => lock)]),
			step("READ_ONCE(f->data)", ({ f, emit }) => emit.foo_reads(f.foo)),
			ifdef(use === "lock", [spin_unlock(k, "foo_lock", () => lock)]),
			ifdef(use === "migrating", [step("__raise_softirq_irqoff(BLOCK_SOFTIRQ)", (c) => raise_softirq(c))]),
			ifdef(embedded, [
				step("blk_mq_free_request(rq)", ({ s, f }) => {
					s.foo[f.foo].data.clear();
					objects.free(s.foo as never, f.foo);
				}),
			]),
		];
		const begin = (node: CallNode, c: Here<{ foo: Id<"foo"> }>): void => {
			c.f.foo = container_of(node);
			c.emit.foo_begins(c.f.foo);
		};
		const foo_func = routine("foo_func", { args: { work: CallNode }, locals: { foo: Foo } }, [
			step("f = container_of(work, struct foo, work)", (c) => begin(c.f.work, c)),
			...body,
		]);
		const csd_func = routine("foo_func", { args: { csd: CallNode }, locals: { foo: Foo } }, [
			step("f = csd->info", (c) => begin(c.f.csd, c)),
			...body,
		]);
		const part = { generations: objects, objects: (s: unknown) => (s as { foo: never }).foo, of: container_of };
		const irq_work_queue = QUEUES[design]?.(k);
		const irqs = works ? irqWorks(k, { foo_func }, () => "foo_func", embedded ? part : undefined) : undefined;
		const calls = smpCalls(k, works ? {} : { csd_func }, () => "csd_func", irqs);

		// raise_foo(cpu), each way
		const anew = design === "once" || embedded;
		const err = oneOf("0", "-EBUSY", "-ENXIO");
		type Raising = Here<{
			foo: Id<"foo">;
			store: Id<"store">;
			cpu: Id<"cpu">;
			err: "0" | "-EBUSY" | "-ENXIO";
		}>;
		const work = ({ f }: { readonly f: Readonly<Raising["f"]> }) => ({ cpu: f.cpu, work: nodeIn(f.foo) });
		const csdOf = ({ f }: { readonly f: Readonly<Raising["f"]> }) => ({ cpu: f.cpu, csd: nodeIn(f.foo) });
		const byCsd: Stmt<Raising>[] = [
			ifdef(anew, [step("INIT_CSD(&f->csd, foo_func, f)", ({ s, f }) => init_csd(k, s, nodeIn(f.foo)))]),
			when(
				({ f }) => k.callKinds[nodeIn(f.foo)] === "sync",
				[call(calls.smp_call_function_single, csdOf, "err")],
				[call(calls.smp_call_function_single_async, csdOf, "err")],
			),
			when(
				({ f }) => f.err === "-ENXIO",
				[step("/* err = -ENXIO: the raiser knows */", ({ f, emit }) => emit.refused(f.store))],
			),
		];
		const byWork: Stmt<Raising>[] = irq_work_queue
			? [
					ifdef(anew, [
						step("f->work = IRQ_WORK_INIT_HARD(foo_func)", ({ s, f }) => init_irq_work(k, s, nodeIn(f.foo))),
					]),
					call(irq_work_queue, work),
				]
			: [];
		const irqsOn = mutant === "irqs-on" || use === "migrating" || (WAITING.includes(use) && mutant !== "irqs-off");
		const raise_foo = routine(
			"raise_foo",
			{ args: { foo: Foo, store: Store, cpu: Cpu }, locals: { err, flags: bool } },
			[
				ifdef(!irqsOn, [local_irq_save(k)]),
				step("WRITE_ONCE(f->data, ...)", ({ s, f, emit }) => {
					s.foo[f.foo].data.add(f.store);
					emit.stored(f.store);
				}),
				...(works ? byWork : byCsd),
				ifdef(!irqsOn, [local_irq_restore(k)]),
			],
		);

		if (use === "migrating" || k.options.idlePolls) addIdle(k, sys, calls);
		addRaisers(k, sys, use, raise_foo, {
			Foo,
			Store,
			generations: objects,
			allocated: (s) => (s as unknown as { foo: never }).foo,
		});
		addHardirqs(k, sys, [
			calls.interrupts,
			...(irqs ? irqWorkInterrupts(k, irqs) : []),
			...(use === "interrupted" ? [raisingInterrupt(k, raise_foo, { Foo, Store })] : []),
		]);
		if (irqs) addIrqWorkThreads(k, sys, irqs);
		if (use === "migrating") addSoftirqs(k, sys, [step("blk_done_softirq()", () => {})]);
		addHotplug(k, sys);
		properties(k, sys, {
			Foo,
			Store,
			fooOf,
			nodeIn,
			calls,
			raising: irq_work_queue
				? [irq_work_queue]
				: [calls.smp_call_function_single_async, calls.smp_call_function_single],
			freed: embedded,
			locks: use === "lock",
			softirqs: use === "migrating",
			remoteOnly: ["remote", "static", "once"].includes(design),
			hotplug: k.outgoing !== undefined,
		});
		return sys;
	},
});
