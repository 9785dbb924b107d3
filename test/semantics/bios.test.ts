// BI1–BI6: the end of a bio.
import { expect, test } from "vitest";
import {
	addInterrupts,
	addSoftirqs,
	addThreadedInterrupts,
	bi_end_io,
	bio_alloc,
	bio_endio,
	bio_get,
	bio_in_atomic,
	bio_inc_remaining,
	bio_put,
	blk_mq_submit_bio,
	completeInSoftirq,
	Kernel,
	local_bh_disable,
	local_bh_enable,
	local_irq_disable,
	local_irq_enable,
	type Preempt,
	preempt_disable,
	preempt_enable,
	raise_softirq,
	rcu_read_lock,
	rcu_read_unlock,
	sleepable,
	spin_lock,
	spin_unlock,
	spinlock,
	touch,
	type WithBio,
} from "../../src/kernel/index.ts";
import { bool, call, type In, ids, oneOf, range, type Stmt, setOf, step, waitUntil } from "../../src/lang/index.ts";
import { failures, litmus, observe, spawn, type Variant } from "./litmus.ts";

/** Three bios, whose completions the device reports in any order; `chain` is who is whose parent, 0 the last. */
const chained = (chain: Readonly<Record<number, number>>) => (variant: Variant) => {
	const k = new Kernel({ cpus: 2, bios: 3, chain, preempt: "none", ...variant });
	const sys = k.system({
		state: { ends: range(0, 3), early: bool, child: bool, level: oneOf("none", "task", "softirq", "hardirq") },
	});
	const parent = k.Bio.id(0);
	const body: Stmt<In<typeof sys, WithBio>>[] = [
		step("handler", ({ s, f, me }) => {
			s.ends++;
			s.early = k.Bio.all.some((bio) => s.bio[bio].phase === "issued");
			s.child = f.bio !== parent;
			s.level = me.level;
		}),
	];
	const endio = bio_endio(k, bi_end_io(k, body));
	addInterrupts(k, sys, [call(endio, ({ f }) => ({ bio: f.bio }))]);
	return observe(sys, {
		allows: { "the parent's handler runs, in the caller's context": ({ s }) => s.ends === 1 && s.level === "hardirq" },
		forbids: {
			"it runs before all have completed": ({ s }) => s.early,
			"it never runs": { end: ({ s }) => s.ends === 0 },
			"it runs twice": ({ s }) => s.ends > 1,
			"a child's handler runs": ({ s }) => s.child,
			"a child is not put": { end: ({ s }) => k.Bio.all.some((b) => b !== parent && s.bio[b].phase !== "freed") },
		},
	});
};

/** A bio with one completion more than it was born with, that `ends` tasks end, each once; all begun after that. */
const counted = (ends: number, expected: "ends" | "BUG") => (variant: Variant) => {
	const k = new Kernel({ cpus: 2, bios: 1, chain: {}, preempt: "full", ...variant });
	const sys = k.system({ state: { pinned: bool, begun: range(0, 3), ends: range(0, 3), early: bool } });
	type Here = In<typeof sys>;
	const bio = k.Bio.id(0);
	const body: Stmt<In<typeof sys, WithBio>>[] = [
		step("handler", ({ s }) => {
			s.ends++;
			s.early = s.begun < 2;
		}),
	];
	const endio = bio_endio(k, bi_end_io(k, body));
	const ending: Stmt<Here>[] = [
		step("the I/O is done", ({ s }) => {
			s.begun++;
		}),
		call(endio, () => ({ bio })),
	];
	const pin: Stmt<Here> = step("bio_inc_remaining(bio)", ({ s }) => {
		bio_inc_remaining(k, s, bio);
		s.pinned = true;
	});
	const pinned: Stmt<Here> = waitUntil("issued", ({ s }) => s.pinned);
	for (let i = 0; i < ends; i++)
		spawn(k, sys, `task${i}`, [i === 0 ? pin : pinned, ...ending], { cpu: k.Cpu.id(i % 2) });
	const forbids = { "it ends before both have completed": ({ s }: Pick<Here, "s">) => s.early };
	if (expected === "ends")
		return observe(sys, {
			allows: { "it ends": ({ s }) => s.ends === 1 },
			forbids: {
				...forbids,
				"it never ends": { end: ({ s }) => s.ends === 0 },
				"it ends twice": ({ s }) => s.ends > 1,
			},
		});
	return observe(sys, {
		allows: { "it ends again: nothing is counted any more": ({ s }) => s.ends === 2 },
		forbids: { ...forbids, "it ends each time": ({ s }) => s.ends === 3 },
		reports: ["negative-count"],
	});
};

litmus(
	"BI1",
	"a bio with BIO_CHAIN ends with the last of its completions; one too many is a BUG until the flag is clear, and then ends it again",
	{
		"two children": chained({ 1: 0, 2: 0 }),
		"one more, while it is under way": counted(2, "ends"),
		"ended once too often": counted(3, "BUG"),
	},
);

litmus(
	"BI2",
	"the end of a chained bio goes on to its parent, without recursion; the handler of the last is called, once",
	{
		"two children": chained({ 1: 0, 2: 0 }),
		"a child and its child": chained({ 2: 1, 1: 0 }),
	},
);

litmus("BI3", "bio_put() drops a reference, and frees the bio with the last; using it afterwards is an error", {
	"one reference more": (variant) => {
		const k = new Kernel({ cpus: 1, bios: 1, refs: true, preempt: "none", ...variant });
		const sys = k.system({ state: { used: bool } });
		const bio = k.Bio.id(0);
		const put: Stmt<In<typeof sys>> = step("bio_put(bio)", ({ s }) => bio_put(k, s, bio));
		const use: Stmt<In<typeof sys>> = step("bio->bi_status", ({ s }) => {
			touch(k, s, bio);
			s.used = true;
		});
		const get: Stmt<In<typeof sys>> = step("bio_get(bio)", ({ s }) => bio_get(k, s, bio));
		spawn(k, sys, "task", [get, put, use, put, use]);
		return observe(sys, { allows: { "used under the reference that is left": ({ s }) => s.used }, reports: ["P11"] });
	},
});

test("BI3: a bio that is not BIO_REFFED is freed by any bio_put()", () => {
	const k = new Kernel({ cpus: 1, bios: 1, preempt: "none" });
	const sys = k.system();
	const bio = k.Bio.id(0);
	spawn(k, sys, "task", [
		step("bio_put(bio)", ({ s }) => bio_put(k, s, bio)),
		step("bio_put(bio)", ({ s }) => bio_put(k, s, bio)),
	]);
	expect(failures(observe(sys, { reports: ["P11"] }))).toEqual([]);
});

litmus("BI4", "when its end handler has returned the bio may have been freed: it must not be touched", {
	"touched after the end": (variant) => {
		const k = new Kernel({ cpus: 1, bios: 1, preempt: "none", ...variant });
		const sys = k.system({ state: { ended: bool } });
		const bio = k.Bio.id(0);
		const endio = bio_endio(k, bi_end_io(k, [], { frees: true }));
		const use: Stmt<In<typeof sys>> = step("bio->bi_next", ({ s }) => {
			touch(k, s, bio);
			s.ended = s.bio[bio].phase === "done";
		});
		spawn(k, sys, "task", [use, call(endio, () => ({ bio })), use]);
		return observe(sys, { forbids: { "and nobody notices": ({ s }) => s.ended }, reports: ["P11"] });
	},
});

/** How a bio can end, and whether in_task() is true there. */
const callers = {
	"a hard interrupt": { inTask: false, preempt: "full" },
	"a softirq": { inTask: false, preempt: "full" },
	"an RT softirq": { inTask: false, preempt: "rt" },
	"a threaded handler": { inTask: true, preempt: "full" },
	"a task with bottom halves off": { inTask: true, preempt: "full" },
	"a task": { inTask: true, preempt: "none" },
} as const satisfies Record<string, { inTask: boolean; preempt: Preempt }>;

const gate = (caller: keyof typeof callers) => (variant: Variant) => {
	const { inTask, preempt } = callers[caller];
	const k = new Kernel({ cpus: 1, bios: 1, preempt, threadirqs: caller === "a threaded handler", ...variant });
	const sys = k.system({ state: { done: oneOf("nothing", "ended", "deferred") } });
	const body: Stmt<In<typeof sys, WithBio>>[] = [
		step("handler", ({ s }) => {
			s.done = "ended";
		}),
	];
	const queue = sys.routine("queue", { args: { bio: k.Bio } }, [
		step("queue", ({ s }) => {
			s.done = "deferred";
		}),
	]);
	const endio = bio_endio(k, bi_end_io(k, body), queue);
	const bio = k.Bio.id(0);
	const ends: Stmt<In<typeof sys>>[] = [call(endio, () => ({ bio }))];
	const endsOwn: Stmt<In<typeof sys, WithBio>>[] = [call(endio, ({ f }) => ({ bio: f.bio }))];
	switch (caller) {
		case "a hard interrupt":
			addInterrupts(k, sys, endsOwn);
			break;
		case "a softirq":
			addInterrupts(k, sys, [completeInSoftirq(k)]);
			addSoftirqs(k, sys, ends);
			break;
		case "an RT softirq":
			addThreadedInterrupts(k, sys, [completeInSoftirq(k)], ends);
			addSoftirqs(k, sys, ends);
			break;
		case "a threaded handler":
			addThreadedInterrupts(k, sys, endsOwn);
			break;
		case "a task with bottom halves off":
			spawn(k, sys, "task", [local_bh_disable(k), ...ends, local_bh_enable(k)]);
			break;
		default:
			spawn(k, sys, "task", ends);
	}
	const outcomes = {
		deferred: ({ s }: Pick<In<typeof sys>, "s">) => s.done === "deferred",
		ended: ({ s }: Pick<In<typeof sys>, "s">) => s.done === "ended",
	};
	const { deferred, ended } = outcomes;
	return observe(
		sys,
		inTask ? { allows: { ended }, forbids: { deferred } } : { allows: { deferred }, forbids: { ended } },
	);
};

const deferring = ["plain code", "interrupts off", "RCU reader"] as const;

/** The later gate, asked in a task; `deferred`: where it defers. */
const laterGate = (preempt: Preempt, deferred: readonly (typeof deferring)[number][]) => (variant: Variant) => {
	const k = new Kernel({ cpus: 1, preempt, ...variant });
	const Place = ids("place", deferring.length);
	const sys = k.system({ state: { asked: setOf(Place), defers: setOf(Place) } });
	type Here = In<typeof sys>;
	const { defers } = bio_in_atomic(k);
	const ask = (where: (typeof deferring)[number]): Stmt<Here> =>
		step(`bio_in_atomic(): ${where}`, (c) => {
			const place = Place.id(deferring.indexOf(where));
			c.s.asked.add(place);
			if (defers(c)) c.s.defers.add(place);
		});
	spawn(k, sys, "task", [
		ask("plain code"),
		...[local_irq_disable(k), ask("interrupts off"), local_irq_enable(k)],
		...[rcu_read_lock(k), ask("RCU reader"), rcu_read_unlock(k)],
	]);
	const did = (where: (typeof deferring)[number], does: boolean) => ({
		end: ({ s }: Pick<Here, "s">) => s.defers.has(Place.id(deferring.indexOf(where))) === does,
	});
	return observe(sys, {
		allows: Object.fromEntries(deferring.map((where) => [where, did(where, deferred.includes(where))])),
		forbids: Object.fromEntries(deferring.map((where) => [`not so: ${where}`, did(where, !deferred.includes(where))])),
	});
};

litmus("BI5", "the later gate defers where preemptible() is false, in RCU readers, and where neither is known", {
	FULL: laterGate("full", ["interrupts off", "RCU reader"]),
	LAZY: laterGate("lazy", ["interrupts off", "RCU reader"]),
	RT: laterGate("rt", ["interrupts off", "RCU reader"]),
	"NONE, without PREEMPT_COUNT": laterGate("none", deferring),
});

litmus(
	"BI5",
	"the gate of RFC v4 defers a bio where in_task() is false, and only there",
	Object.fromEntries(Object.keys(callers).map((caller) => [caller, gate(caller as keyof typeof callers)])),
);

const spots = [
	"plain code",
	"preemption off",
	"interrupts off",
	"bottom halves off",
	"spinlock",
	"softirq",
	"hardirq",
] as const;
type Spot = (typeof spots)[number];

const sleeping = (preempt: Preempt) => (variant: Variant) => {
	const k = new Kernel({ cpus: 1, bios: 1, preempt, ...variant });
	const Place = ids("place", spots.length);
	const sys = k.system({ state: { may: setOf(Place) } });
	type Here = In<typeof sys>;
	const [maySleep, raise, lock] = [sleepable(k), raise_softirq(k), spinlock(k, "lock")];
	const ask = (spot: Spot): Stmt<Here> =>
		step(`sleepable: ${spot}`, (c) => {
			if (maySleep(c)) c.s.may.add(Place.id(spots.indexOf(spot)));
		});
	spawn(k, sys, "task", [
		ask("plain code"),
		...[preempt_disable(k), ask("preemption off"), preempt_enable(k)],
		...[local_irq_disable(k), ask("interrupts off"), local_irq_enable(k)],
		...[spin_lock(k, "lock", () => lock), ask("spinlock"), spin_unlock(k, "lock", () => lock)],
		local_bh_disable(k),
		ask("bottom halves off"),
		step("raise_softirq(BLOCK_SOFTIRQ)", (c) => raise(c)),
		local_bh_enable(k, [ask("softirq")]),
	]);
	addInterrupts(k, sys, [ask("hardirq")]);
	addSoftirqs(k, sys, [ask("softirq")]);
	const may =
		(spot: Spot) =>
		({ s }: Pick<Here, "s">) =>
			s.may.has(Place.id(spots.indexOf(spot)));
	const [plain, ...atomic] = spots;
	return observe(sys, {
		allows: { [plain]: may(plain) },
		forbids: Object.fromEntries(atomic.map((spot) => [spot, may(spot)])),
	});
};

litmus("BI6", "a handler may sleep where nothing is disabled, no lock is held, and no interrupt or softirq runs", {
	"without RT": sleeping("full"),
	"on RT": sleeping("rt"),
});

test("RC1: a bio that is allocated again has one reference, one completion to come, and no queue", () => {
	const k = new Kernel({ cpus: 1, bios: 1, refs: true, chain: {}, hctxs: 1, recyclings: 1, preempt: "none" });
	const sys = k.system({ state: { again: bool } });
	const bio = k.Bio.id(0);
	spawn(k, sys, "task", [
		step("submit, end and put it", ({ s }) => {
			s.bio[bio].bi_cookie = blk_mq_submit_bio(k, s, bio, k.Hctx.id(0));
			s.bio[bio].remaining = 0;
			bio_put(k, s, bio);
		}),
		step("bio_alloc()", ({ s }) => {
			bio_alloc(k, s, bio);
			s.again = true;
		}),
	]);
	const isNew = ({ s }: Pick<In<typeof sys>, "s">): boolean => {
		const { phase, refs, remaining, hctx, bi_cookie } = s.bio[bio];
		return phase === "new" && refs === 1 && remaining === 1 && hctx === null && bi_cookie === null;
	};
	const forbids = { "it is not as new": { end: (v: Pick<In<typeof sys>, "s">) => !isNew(v) } };
	expect(failures(observe(sys, { allows: { "it is there again": ({ s }) => s.again }, forbids }))).toEqual([]);
});
