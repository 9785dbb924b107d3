// TS8: waits that are written out, and exclusive waiters.
import { expect, test } from "vitest";
import {
	finish_wait,
	Kernel,
	type Preempt,
	prepare_to_wait,
	prepare_to_wait_exclusive,
	schedule,
	wait_queue_head,
	waitqueue_active,
	wake_up,
	wake_up_all,
	wake_up_nr,
	wake_up_process,
} from "../../src/kernel/index.ts";
import {
	bool,
	type In,
	leave,
	loop,
	perId,
	range,
	record,
	type Stmt,
	step,
	waitUntil,
	when,
} from "../../src/lang/index.ts";
import { failures, litmus, observe, spawn, type Variant } from "./litmus.ts";

type Waker = (k: Kernel, c: never, wq: never) => void;
const one: Waker = wake_up as Waker;
const all: Waker = wake_up_all as Waker;
const both: Waker = ((k: Kernel, c: never, wq: never) => wake_up_nr(k, c, wq, 2)) as Waker;

/** Three tasks wait for ever, the last of them not exclusively; once all sleep they are woken, and each goes on once. */
const three = (preempt: Preempt, wakes: Waker, exclusive: number) => (variant: Variant) => {
	const k = new Kernel({ cpus: 2, preempt, ...variant });
	const sys = k.system({
		state: { woken: range(0, 2), other: bool, first: bool, told: bool, asleep: perId(k.Cpu, record({ any: bool })) },
	});
	type Here = In<typeof sys>;
	const wq = wait_queue_head(k, "wq");
	const sleeper = (name: string, how: typeof prepare_to_wait, goesOn: (s: Here["s"]) => void) =>
		spawn(
			k,
			sys,
			name,
			[
				how(k, wq, "UNINTERRUPTIBLE") as Stmt<Here>,
				schedule(k),
				step(`${name} goes on`, ({ s }) => goesOn(s)),
				finish_wait(k, wq),
			],
			{ sleeps: true },
		);
	const tasks = [
		sleeper("a", prepare_to_wait_exclusive, (s) => {
			s.woken++;
		}),
		sleeper("b", prepare_to_wait_exclusive, (s) => {
			s.woken++;
		}),
		sleeper("c", prepare_to_wait, (s) => {
			s.other = true;
		}),
	];
	spawn(k, sys, "waker", [
		waitUntil(
			"wake_up(&wq)",
			({ s }) => tasks.every((id) => !s.context[id].on_rq),
			(c) => {
				const { first } = c.s.wait_queue[wq];
				// Who waits exclusively is behind.
				c.s.first = first === tasks[2] && waitqueue_active(k, c.s, wq);
				wakes(k, c as never, wq as never);
				c.s.told = true;
			},
		),
	]);
	return observe(sys, {
		allows: { "as many go on": { end: ({ s }) => s.woken === exclusive && s.other } },
		forbids: {
			"fewer, or more": { end: ({ s }) => s.woken !== exclusive || !s.other },
			"one goes on before": ({ s }) => !s.told && (s.woken > 0 || s.other),
			"the last has not gone before the others": ({ s }) => s.told && !s.first,
		},
	});
};

/** Two take what there is two of; each that is added wakes one. */
const taking = (preempt: Preempt) => (variant: Variant) => {
	const k = new Kernel({ cpus: 2, preempt, ...variant });
	const sys = k.system({ state: { there: range(0, 2), taken: range(0, 2) } });
	type Here = In<typeof sys>;
	const wq = wait_queue_head(k, "wq");
	const takers = ["a", "b"].map((name) =>
		spawn(
			k,
			sys,
			name,
			[
				loop([
					prepare_to_wait_exclusive(k, wq, "UNINTERRUPTIBLE") as Stmt<Here>,
					when("if (there)", ({ s }) => s.there > s.taken, [leave()]),
					schedule(k),
				]),
				finish_wait(k, wq),
				step("take", ({ s }) => {
					s.taken++;
				}),
			],
			{ sleeps: true },
		),
	);
	// Somebody else wakes one, which goes round and is on the queue already.
	spawn(k, sys, "other", [step("wake_up_process(a)", (c) => void wake_up_process(k, c, takers[0] as never))]);
	const add: Stmt<Here>[] = [
		step("there++", ({ s }) => {
			s.there++;
		}),
		step("wake_up(&wq)", (c) => wake_up(k, c, wq)),
	];
	spawn(k, sys, "adder", [...add, ...add]);
	const asleep = ({ s }: Pick<Here, "s">) => k.tasks.some((id) => s.context[id].state !== "RUNNING");
	return observe(sys, {
		allows: { "both take": { end: ({ s }) => s.taken === 2 } },
		forbids: { "one sleeps for ever": { end: asleep } },
	});
};

/** One waits exclusively and gives up, another behind it sleeps; they are woken once, when the first has finished, or at any time. */
const quitting = (whenever: boolean) => (variant: Variant) => {
	const k = new Kernel({ cpus: 1, preempt: "full", ...variant });
	const sys = k.system({ state: { finished: bool, between: bool, woken: range(0, 2) } });
	type Here = In<typeof sys>;
	const wq = wait_queue_head(k, "wq");
	const prepare = prepare_to_wait_exclusive(k, wq, "INTERRUPTIBLE") as Stmt<Here>;
	const finished: Stmt<Here> = step("finished", ({ s }) => {
		s.finished = true;
	});
	const quits = spawn(k, sys, "quits", [prepare, finish_wait(k, wq), finished], { sleeps: true });
	const sleeper = spawn(
		k,
		sys,
		"sleeps",
		[
			prepare,
			schedule(k),
			step("goes on", ({ s }) => {
				s.woken++;
			}),
			finish_wait(k, wq),
		],
		{ sleeps: true },
	);
	spawn(k, sys, "waker", [
		waitUntil(
			"wake_up(&wq)",
			({ s }) => s.context[sleeper].state !== "RUNNING" && (whenever || s.finished),
			(c) => {
				c.s.between = c.s.context[sleeper].on_rq;
				wake_up(k, c, wq);
			},
		),
	]);
	const sleepsOn = { end: ({ s }: Pick<Here, "s">) => s.woken === 0 };
	return observe(sys, {
		allows: {
			"it is woken before it sleeps": { end: ({ s }) => s.between && s.woken === 1 },
			...(whenever ? { "who gives up has used up the wake-up": sleepsOn } : {}),
		},
		forbids: {
			...(whenever ? {} : { "it sleeps for ever": sleepsOn }),
			...(whenever ? {} : { "somebody is left on the queue": { end: ({ s }) => waitqueue_active(k, s, wq) } }),
			"who has finished is not RUNNING": ({ s }) => s.finished && s.context[quits].state !== "RUNNING",
		},
	});
};

litmus("TS8", "wake_up() wakes all who wait on a queue that are not exclusive, and the first of those who are", {
	"wake_up()": three("none", one, 1),
	"wake_up(), RT": three("rt", one, 1),
	"wake_up_nr(, 2)": three("full", both, 2),
	"wake_up_all()": three("none", all, 2),
	"each takes something": taking("none"),
	"each takes something, RT": taking("rt"),
	"one has given up": quitting(false),
});

test("TS8: an exclusive waiter that gives up may have used up a wake-up", () => {
	expect(failures(quitting(true)({}))).toEqual([]);
});
