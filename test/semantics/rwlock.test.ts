// LK7: rwlock_t.
import { expect, test } from "vitest";
import {
	addHardirqs,
	interruptSource,
	Kernel,
	type KernelState,
	local_bh_disable,
	local_bh_enable,
	type Preempt,
	preempt_disable,
	read_lock,
	read_lock_irq,
	read_lock_irqsave,
	read_unlock,
	read_unlock_irq,
	read_unlock_irqrestore,
	rwlock,
	write_lock,
	write_lock_irq,
	write_lock_irqsave,
	write_unlock,
	write_unlock_irq,
	write_unlock_irqrestore,
} from "../../src/kernel/index.ts";
import { bool, type Id, type In, range, type Stmt, step, waitUntil } from "../../src/lang/index.ts";
import { failures, litmus, observe, spawn, type Variant } from "./litmus.ts";

const shared = (preempt: Preempt, cpus: number) => (variant: Variant) => {
	const k = new Kernel({ cpus, preempt, ...variant });
	const lock = rwlock(k, "lock");
	const sys = k.system({ state: { reading: range(0, 2), writing: range(0, 2), over: range(0, 4) } });
	type Here = In<typeof sys>;
	const which = () => lock;
	const note = (label: string, then: (s: Here["s"]) => void): Stmt<Here, string> => step(label, ({ s }) => then(s));
	const over = note("over", (s) => {
		s.over++;
	});
	for (const name of ["reader", "other reader"])
		spawn(k, sys, name, [
			read_lock<Here>(k, "lock", which),
			note("reads", (s) => {
				s.reading++;
			}),
			note("has read", (s) => {
				s.reading--;
			}),
			read_unlock<Here>(k, "lock", which),
			over,
		]);
	for (const name of ["writer", "other writer"])
		spawn(k, sys, name, [
			write_lock<Here>(k, "lock", which),
			note("writes", (s) => {
				s.writing++;
			}),
			note("has written", (s) => {
				s.writing--;
			}),
			write_unlock<Here>(k, "lock", which),
			over,
		]);
	return observe(sys, {
		allows: {
			...(cpus > 1 || preempt === "rt" ? { "two read": ({ s }) => s.reading === 2 } : {}),
			...(preempt === "rt"
				? { "who waits sleeps": ({ s }) => k.tasks.some((id) => s.context[id].waits_for === lock) }
				: {}),
			"all have been there": { end: ({ s }) => s.over === 4 },
		},
		forbids: {
			"somebody reads what is written": ({ s }) => s.reading > 0 && s.writing > 0,
			"two write": ({ s }) => s.writing === 2,
			"somebody waits for ever": { end: ({ s }) => s.over < 4 },
			"preemption or migration stays disabled": {
				end: ({ s }) =>
					k.Cpu.all.some((c) => s.cpu[c].preempt > 0) || k.tasks.some((id) => s.context[id].migration_disabled > 0),
			},
		},
	});
};

litmus("LK7", "many may read, or one writes", {
	NONE: shared("none", 2),
	FULL: shared("full", 2),
	"RT, one CPU": shared("rt", 1),
	"RT, two CPUs": shared("rt", 2),
});

/** A task that reads, one that waits to write, and a second reader: a task, one with bottom halves disabled, or an interrupt. */
const behind = (preempt: Preempt, second: "task" | "bh" | "hardirq") => (variant: Variant) => {
	const k = new Kernel({ cpus: 3, preempt, ...variant });
	const lock = rwlock(k, "lock");
	const sys = k.system({
		state: { pending: bool, ended: bool, overtakes: bool, began: bool },
		init: (s) => (s.pending = true),
	});
	type Here = In<typeof sys>;
	const which = () => lock;
	const waits = ({ s }: { s: KernelState }): boolean =>
		preempt === "rt" ? k.tasks.some((id) => s.context[id].waits_for === lock) : s.lock[lock].writer_waits;
	const [a, b, c] = k.Cpu.all as [Id<"cpu">, Id<"cpu">, Id<"cpu">];
	spawn(
		k,
		sys,
		"reader",
		[
			read_lock<Here>(k, "lock", which),
			waitUntil<Here, string>("a writer waits", waits),
			waitUntil<Here, string>("the second has begun", ({ s }) => s.began),
			step<Here, string>("goes on", () => {}),
			read_unlock<Here>(k, "lock", which),
		],
		{ boundTo: a },
	);
	spawn(
		k,
		sys,
		"writer",
		[
			waitUntil<Here, string>("somebody reads", ({ s }) => s.lock[lock].readers > 0),
			write_lock<Here>(k, "lock", which),
			write_unlock<Here>(k, "lock", which),
		],
		{ boundTo: b },
	);
	const reads: Stmt<Here, string>[] = [
		step<Here, string>("begins", ({ s }) => {
			s.began = true;
		}),
		read_lock<Here>(k, "lock", which),
		step<Here, string>("reads", ({ s }) => {
			s.overtakes = waits({ s });
		}),
		read_unlock<Here>(k, "lock", which),
		step<Here, string>("ended", ({ s }) => {
			s.ended = true;
		}),
	];
	if (second === "hardirq") {
		const arrival = {
			label: "<interrupt>",
			pending: ({ s, me }: Here) => s.pending && me.cpu === c && waits({ s }),
			enter: ({ s }: Here) => {
				s.pending = false;
			},
		};
		addHardirqs(k, sys, [interruptSource(sys, {}, { arrivals: [arrival], handler: reads as never })]);
	} else {
		const atOnce = waitUntil<Here, string>("a writer waits", waits);
		const bh = second === "bh";
		spawn(
			k,
			sys,
			"second",
			[atOnce, ...(bh ? [local_bh_disable(k)] : []), ...reads, ...(bh ? [local_bh_enable(k)] : [])] as never,
			{
				boundTo: c,
			},
		);
	}
	const overtakes = { "the second overtakes the writer": ({ s }: Pick<Here, "s">) => s.overtakes };
	return observe(sys, {
		allows: { "a writer waits": (v) => waits(v as never), ...(second === "task" && preempt !== "rt" ? {} : overtakes) },
		forbids: {
			...(second === "task" && preempt !== "rt" ? overtakes : {}),
			"somebody waits for ever": { end: ({ s }: Pick<Here, "s">) => !s.ended },
		},
	});
};

litmus("LK7", "who waits to write keeps tasks from reading, but no interrupt; on RT nobody", {
	"a task": behind("none", "task"),
	"an interrupt": behind("none", "hardirq"),
	"bottom halves disabled": behind("none", "bh"),
	RT: behind("rt", "task"),
});

litmus("LK7", "who waits to read first is counted, and no writer comes in between", {
	NONE: (variant) => {
		const k = new Kernel({ cpus: 3, preempt: "none", ...variant });
		const lock = rwlock(k, "lock");
		const sys = k.system({ state: { read: bool, overtakes: bool, over: bool } });
		type Here = In<typeof sys>;
		const which = () => lock;
		const [a, b, c] = k.Cpu.all as [Id<"cpu">, Id<"cpu">, Id<"cpu">];
		const isCounted = ({ s }: Pick<Here, "s">): boolean => s.lock[lock].readers > 0;
		const isWritten = ({ s }: Pick<Here, "s">): boolean => s.lock[lock].owner !== null;
		const writer = (between: readonly Stmt<Here, string>[]) => [
			write_lock<Here>(k, "lock", which),
			...between,
			write_unlock<Here>(k, "lock", which),
		];
		spawn(k, sys, "writer", writer([waitUntil<Here, string>("a reader waits", isCounted)]), { boundTo: a });
		const reads = step<Here, string>("reads", ({ s }) => {
			s.read = true;
		});
		spawn(
			k,
			sys,
			"reader",
			[
				waitUntil<Here, string>("somebody writes", isWritten),
				read_lock<Here>(k, "lock", which),
				reads,
				read_unlock<Here>(k, "lock", which),
			],
			{ boundTo: b },
		);
		const looks = step<Here, string>("writes", ({ s }) => {
			s.overtakes = !s.read;
			s.over = true;
		});
		spawn(k, sys, "other writer", [waitUntil<Here, string>("a reader waits", isCounted), ...writer([looks])], {
			boundTo: c,
		});
		return observe(sys, {
			allows: {
				"a reader is counted while somebody writes": (v) => isCounted(v) && isWritten(v),
				"the other writer comes after it": { end: ({ s }) => s.read && s.over },
			},
			forbids: { "the other writer overtakes it": ({ s }) => s.overtakes },
		});
	},
});

type Way = "read" | "write" | "read_irq" | "write_irq" | "read_irqsave" | "write_irqsave";

/** A task that takes the lock in one way, and an interrupt of its CPU that takes it in another. */
function nested(outer: Way, inner: "read" | "write") {
	const k = new Kernel({ cpus: 1, preempt: "none" });
	const lock = rwlock(k, "lock");
	const sys = k.system({ state: { pending: bool, over: bool, handled: bool }, init: (s) => (s.pending = true) });
	type Here = In<typeof sys, { flags: boolean }>;
	const which = () => lock;
	const ways: Record<Way, readonly Stmt<Here, string>[]> = {
		read: [read_lock<Here>(k, "lock", which), read_unlock<Here>(k, "lock", which)],
		write: [write_lock<Here>(k, "lock", which), write_unlock<Here>(k, "lock", which)],
		read_irq: [read_lock_irq<Here>(k, "lock", which), read_unlock_irq<Here>(k, "lock", which)],
		write_irq: [write_lock_irq<Here>(k, "lock", which), write_unlock_irq<Here>(k, "lock", which)],
		read_irqsave: [read_lock_irqsave<Here>(k, "lock", which), read_unlock_irqrestore<Here>(k, "lock", which)],
		write_irqsave: [write_lock_irqsave<Here>(k, "lock", which), write_unlock_irqrestore<Here>(k, "lock", which)],
	};
	const arrival = {
		label: "<interrupt>",
		pending: ({ s }: In<typeof sys>) => s.pending,
		enter: ({ s }: In<typeof sys>) => {
			s.pending = false;
		},
	};
	const handled = step<Here, string>("handled", ({ s }) => {
		s.handled = true;
	});
	addHardirqs(k, sys, [interruptSource(sys, {}, { arrivals: [arrival], handler: [...ways[inner], handled] as never })]);
	const over = step<Here, string>("over", ({ s }) => {
		s.over = true;
	});
	spawn(k, sys, "task", [...ways[outer], over]);
	const ended = { "all have been there": { end: ({ s }: Pick<Here, "s">) => s.over && s.handled } };
	const stuck = { "somebody waits for ever": { end: ({ s }: Pick<Here, "s">) => !s.over || !s.handled } };
	return {
		ends: () => failures(observe(sys, { allows: ended, forbids: stuck })),
		hangs: () => failures(observe(sys, { allows: { ...ended, ...stuck } })),
		reports: () => failures(observe(sys, { allows: ended, forbids: stuck, reports: ["P14"] })),
	};
}

test("LK7: an interrupt that waits for what it has interrupted waits for ever", () => {
	expect(nested("write", "read").reports()).toEqual([]);
	expect(nested("write", "write").reports()).toEqual([]);
	expect(nested("read", "write").hangs()).toEqual([]);
});

test.each<[Way, "read" | "write"]>([
	["read", "read"],
	["read_irq", "write"],
	["write_irq", "read"],
	["read_irqsave", "write"],
	["write_irqsave", "write"],
])("LK7: %s in a task is no trouble for %s in an interrupt", (outer, inner) => {
	expect(nested(outer, inner).ends()).toEqual([]);
});

test("LK7: on RT it is an error in atomic context, and none is with interrupts off", () => {
	for (const lockOf of [read_lock, write_lock]) {
		const k = new Kernel({ cpus: 1, preempt: "rt" });
		const [sys, lock] = [k.system(), rwlock(k, "lock")];
		spawn(k, sys, "task", [preempt_disable(k), lockOf(k, "lock", () => lock)]);
		expect(failures(observe(sys, { reports: ["P15"] }))).toEqual([]);
	}
	const k = new Kernel({ cpus: 1, preempt: "rt" });
	const [sys, lock] = [k.system(), rwlock(k, "lock")];
	type Here = In<typeof sys, { flags: boolean }>;
	const which = () => lock;
	spawn(k, sys, "task", [
		write_lock_irq<Here>(k, "lock", which),
		write_unlock_irq<Here>(k, "lock", which),
		read_lock_irqsave<Here>(k, "lock", which),
		read_unlock_irqrestore<Here>(k, "lock", which),
	]);
	const off = ({ s }: { s: KernelState }): boolean => k.Cpu.all.some((c) => s.cpu[c].irqs_off);
	expect(failures(observe(sys, { forbids: { "interrupts are off": off } }))).toEqual([]);
});

test("LK7: who unlocks what nobody has, or another", () => {
	for (const preempt of ["none", "rt"] as const)
		for (const [unlock, says] of [
			[read_unlock, "lock is unlocked by task, and nobody reads it"],
			[write_unlock, "lock is unlocked by task, which does not hold it"],
		] as const) {
			const k = new Kernel({ cpus: 1, preempt });
			const [sys, lock] = [k.system(), rwlock(k, "lock")];
			spawn(k, sys, "task", [unlock(k, "lock", () => lock)]);
			expect(failures(observe(sys, {}))[0]).toContain(says);
		}
});
