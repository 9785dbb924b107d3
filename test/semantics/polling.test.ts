// PO1–PO4: polled I/O.
import { expect, test } from "vitest";
import {
	addInterrupts,
	addPolledQueues,
	addTask,
	bi_end_io,
	bio_endio,
	bio_poll,
	bio_put,
	blk_mq_submit_bio,
	blk_poll,
	Kernel,
	type WithBio,
} from "../../src/kernel/index.ts";
import { bool, call, type In, maybe, oneOf, type Stmt, setOf, step, waitUntil } from "../../src/lang/index.ts";
import { failures, litmus, observe, spawn, type Variant } from "./litmus.ts";

/** Two bios, which a task submits to these queues, and whatever ends them. */
function device(variant: Variant, queues: readonly (number | null)[], finishes = true) {
	const k = new Kernel({ cpus: 2, bios: 2, hctxs: 2, preempt: "none", ...variant });
	const sys = k.system({
		state: {
			submitted: bool,
			cookie: maybe(k.Hctx),
			ended: setOf(k.Bio),
			twice: bool,
			level: oneOf("none", "task", "hardirq"),
			told: oneOf("nothing", "found", "not found"),
		},
	});
	const body: Stmt<In<typeof sys, WithBio>>[] = [
		step("handler", ({ s, f, me }) => {
			if (s.ended.has(f.bio)) s.twice = true;
			s.ended.add(f.bio);
			s.level = me.level === "task" ? "task" : "hardirq";
		}),
	];
	const endio = bio_endio(k, bi_end_io(k, body));
	const submit: Stmt<In<typeof sys>> = step("submit_bio(bio)", ({ s }) => {
		for (const bio of k.Bio.all) {
			const queue = queues[bio];
			const hctx = queue === null || queue === undefined ? null : k.Hctx.id(queue);
			const cookie = blk_mq_submit_bio(k, s, bio, hctx);
			s.bio[bio].bi_cookie = cookie;
			if (bio === 0) s.cookie = cookie;
		}
		s.submitted = true;
	});
	const submitted: Stmt<In<typeof sys>> = waitUntil("submitted", ({ s }) => s.submitted);
	if (finishes) addPolledQueues(k, sys);
	addInterrupts(k, sys, [call(endio, ({ f }) => ({ bio: f.bio }))]);
	return { k, sys, endio, submit, submitted, first: k.Bio.id(0), second: k.Bio.id(1) };
}

/** The cookie of the first bio is polled, until something is found. */
const byCookie = (queue: number | null) => (variant: Variant) => {
	const { k, sys, endio, submit, first } = device(variant, [queue, null]);
	const none = ({ s }: Pick<In<typeof sys>, "s">) => s.submitted && s.cookie === null;
	const poll = blk_poll(k, { endio });
	const hctx = queue === null ? null : k.Hctx.id(queue);
	const poller: Stmt<In<typeof sys>>[] = [
		submit,
		waitUntil("valid", ({ s }) => s.cookie === hctx),
		call(poll, () => ({ hctx })),
		step("returned", () => {}),
	];
	spawn(k, sys, "task", poller);
	if (queue === null) return observe(sys, { allows: { "it has no cookie": none } });
	return observe(sys, {
		allows: { "it is found by its cookie": ({ s }) => s.ended.has(first) && s.level === "task" },
		forbids: { "it is polled and has no cookie": none, "it is not found": { end: ({ s }) => !s.ended.has(first) } },
	});
};

litmus("PO1", "submission returns a cookie, with which blk_poll() finds the bio", { "a polled queue": byCookie(1) });

test("PO1: what an interrupt reports has no cookie", () => {
	expect(failures(byCookie(null)({}))).toEqual([]);
});

/** The first bio is polled for, by another task than its submitter; the second is on `queue`. */
const byBio = (queue: 0 | 1) => (variant: Variant) => {
	const { k, sys, endio, submit, submitted, first, second } = device(variant, [0, queue]);
	const poll = bio_poll(k, { endio });
	spawn(k, sys, "submitter", [submit], { cpu: k.Cpu.id(0) });
	spawn(k, sys, "poller", [submitted, call(poll, () => ({ bio: first }))], { cpu: k.Cpu.id(1) });
	const found = { "the other is found": ({ s }: Pick<In<typeof sys>, "s">) => s.ended.has(second) };
	const own = { "it is found": ({ s }: Pick<In<typeof sys>, "s">) => s.ended.has(first) };
	return observe(sys, queue === 0 ? { allows: { ...own, ...found } } : { allows: own, forbids: found });
};

litmus("PO2", "a poll completes any finished request of the bio's queue, whoever submitted it, and no other", {
	"another queue": byBio(1),
});

test("PO2: it may find another's request", () => {
	expect(failures(byBio(0)({}))).toEqual([]);
});

test.each([
	[true, "polls nothing", []],
	[false, "is a use after free", ["P11"]],
] as const)("PO2: under rcu_read_lock() (%s), to poll a bio that is free %s", (rcu, _, reports) => {
	const { k, sys, endio, first } = device({}, [0, 0]);
	const poll = bio_poll(k, { endio, rcu });
	// Its cookie is left as it was.
	const free: Stmt<In<typeof sys>> = step("bio_put(bio)", ({ s }) => {
		s.bio[first].bi_cookie = blk_mq_submit_bio(k, s, first, k.Hctx.id(0));
		bio_put(k, s, first);
	});
	const returned: Stmt<In<typeof sys>> = step("returned", ({ s }) => {
		s.submitted = true;
	});
	spawn(k, sys, "task", [free, call(poll, () => ({ bio: first })), returned]);
	const outcome = { "it returns": ({ s }: Pick<In<typeof sys>, "s">) => s.submitted };
	expect(failures(observe(sys, { ...(rcu ? { allows: outcome } : { forbids: outcome }), reports }))).toEqual([]);
});

test("PO2: what two tasks poll for is found once, and not before the device has finished it", () => {
	for (const finishes of [true, false]) {
		const { k, sys, endio, submit, submitted, first } = device({}, [0, null], finishes);
		const poll = bio_poll(k, { endio });
		const polls: Stmt<In<typeof sys>>[] = [submitted, call(poll, () => ({ bio: first }))];
		spawn(k, sys, "submitter", [submit], { cpu: k.Cpu.id(0) });
		for (const cpu of k.Cpu.all) spawn(k, sys, `poller${cpu}`, polls, { cpu });
		const ended = { "it ends": ({ s }: Pick<In<typeof sys>, "s">) => s.ended.has(first) };
		const twice = { "it ends twice": ({ s }: Pick<In<typeof sys>, "s">) => s.twice };
		const seen = finishes ? { allows: ended, forbids: twice } : { forbids: ended };
		expect(failures(observe(sys, seen))).toEqual([]);
	}
});

test.each([
	["blk_poll()", 0, true, "found"],
	["blk_poll()", 0, false, "not found"],
	["blk_poll()", null, true, "not found"],
	["bio_poll()", 0, true, "found"],
	["bio_poll()", 0, false, "not found"],
	["bio_poll()", null, true, "not found"],
] as const)("PO1, PO2: what %s returns of queue %s, whose device finishes: %s", (which, queue, finishes, told) => {
	const { k, sys, endio, submit, first } = device({}, [queue, null], finishes);
	const hctx = queue === null ? null : k.Hctx.id(queue);
	const poller = { endio, until: () => !finishes };
	const [byCookie, byBio] = [blk_poll(k, poller), bio_poll(k, poller)];
	const routine = sys.routine("task", { locals: { found: bool } }, [
		submit,
		which === "blk_poll()" ? call(byCookie, () => ({ hctx }), "found") : call(byBio, () => ({ bio: first }), "found"),
		step("told", ({ s, f }) => {
			s.told = f.found ? "found" : "not found";
		}),
	]);
	addTask(k, sys, "task", routine);
	const asTold = { "that is told": { end: ({ s }: Pick<In<typeof sys>, "s">) => s.told === told } };
	const other = { "another is": ({ s }: Pick<In<typeof sys>, "s">) => ![told, "nothing"].includes(s.told) };
	expect(failures(observe(sys, { allows: asTold, forbids: other }))).toEqual([]);
});

litmus("PO3", "a polled request raises no interrupt, and completes in the poller's task or not at all", {
	"nobody polls": (variant) => {
		const { k, sys, submit, first, second } = device(variant, [0, null]);
		spawn(k, sys, "submitter", [submit]);
		return observe(sys, {
			allows: { "the one that is not polled is reported by an interrupt": ({ s }) => s.ended.has(second) },
			forbids: {
				"the polled one ends": ({ s }) => s.ended.has(first),
				"the other is finished without an interrupt": ({ s }) =>
					s.bio[second].phase === "hw_done" && k.Cpu.all.every((c) => !s.cpu[c].hardirq),
			},
		});
	},
	"somebody polls": (variant) => {
		const { k, sys, endio, submit } = device(variant, [0, 0]);
		const poll = bio_poll(k, { endio });
		const polls = k.Bio.all.map((bio): Stmt<In<typeof sys>> => call(poll, () => ({ bio })));
		spawn(k, sys, "submitter", [submit, ...polls]);
		return observe(sys, {
			allows: { "both end": ({ s }) => s.ended.size === 2 },
			forbids: { "one ends in an interrupt": ({ s }) => s.level === "hardirq" },
		});
	},
});

litmus("PO4", "the bio of a driver of bios is polled by the driver", {
	"the first is a driver's": (variant) => {
		const { k, sys, endio, submit, first } = device(variant, [0, 1]);
		const poll_bio = sys.routine("poll_bio", { args: { bio: k.Bio } }, [
			step("poll_bio(bio)", ({ s, f }) => {
				s.ended.add(f.bio);
			}),
		]);
		const poll = bio_poll(k, { endio }, { has: (_, bio) => bio === first, poll_bio: () => poll_bio });
		spawn(k, sys, "submitter", [submit, call(poll, () => ({ bio: first }))]);
		return observe(sys, {
			allows: { "the driver polls": ({ s }) => s.ended.has(first) },
			forbids: { "the queue is polled": ({ s }) => s.bio[first].phase === "done" },
		});
	},
});
