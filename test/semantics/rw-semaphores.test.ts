// LK6: struct rw_semaphore.
import { expect, test } from "vitest";
import {
	down_read,
	down_read_trylock,
	down_write,
	down_write_trylock,
	downgrade_write,
	Kernel,
	local_irq_disable,
	type Preempt,
	rw_semaphore,
	up_read,
	up_write,
} from "../../src/kernel/index.ts";
import { bool, type In, oneOf, range, type Stmt, step } from "../../src/lang/index.ts";
import { failures, litmus, observe, spawn, type Variant } from "./litmus.ts";

/** A system with a semaphore, and what is done with it. */
function semaphore(preempt: Preempt, cpus: number, variant: Variant = {}) {
	const k = new Kernel({ cpus, preempt, ...variant });
	const sys = k.system({
		state: { reading: range(0, 2), writing: range(0, 2), version: range(0, 2), over: range(0, 3), waited: bool },
	});
	type Here = In<typeof sys>;
	const sem = rw_semaphore(k, "sem");
	const of = { k, name: "sem", which: () => sem };
	const change = (label: string, effect: (s: Here["s"]) => void): Stmt<Here> => step(label, ({ s }) => effect(s));
	const sleeps = (s: Here["s"]): boolean => k.tasks.some((t) => s.context[t].waits_on !== null);
	return {
		k,
		sys,
		sem,
		down_read: down_read<Here>(of.k, of.name, of.which),
		down_write: down_write<Here>(of.k, of.name, of.which),
		up_read: up_read<Here>(of.k, of.name, of.which),
		up_write: up_write<Here>(of.k, of.name, of.which),
		downgrade_write: downgrade_write<Here>(of.k, of.name, of.which),
		reads: change("reads", (s) => s.reading++),
		hasRead: change("has read", (s) => {
			s.reading--;
			s.waited ||= sleeps(s);
		}),
		writes: change("writes", (s) => {
			s.writing++;
			s.version++;
		}),
		hasWritten: change("has written", (s) => {
			s.writing--;
			s.waited ||= sleeps(s);
		}),
		over: change("over", (s) => s.over++),
	};
}

const excluding = (preempt: Preempt, cpus: number) => (variant: Variant) => {
	const { k, sys, ...t } = semaphore(preempt, cpus, variant);
	const reader = [t.down_read, t.reads, t.hasRead, t.up_read, t.over];
	const writer = [t.down_write, t.writes, t.hasWritten, t.up_write, t.over];
	for (const [name, body] of Object.entries({ reader0: reader, reader1: reader, writer }))
		spawn(k, sys, name, body, { sleeps: true });
	return observe(sys, {
		allows: {
			...(cpus > 1 || preempt !== "none" ? { "two read": ({ s }: { s: { reading: number } }) => s.reading === 2 } : {}),
			"all have had it": { end: ({ s }) => s.over === 3 },
			...(cpus > 1 || preempt !== "none" ? { "one sleeps": ({ s }: { s: { waited: boolean } }) => s.waited } : {}),
		},
		forbids: {
			"one reads what is written": ({ s }) => s.writing > 0 && s.reading > 0,
			"one is left": { end: ({ s }) => s.over < 3 },
		},
	});
};

litmus("LK6", "many read or one writes, and who waits sleeps", {
	"under FULL, on one CPU": excluding("full", 1),
	"under NONE, on two": excluding("none", 2),
	"on RT": excluding("rt", 1),
});

test("LK6: two writers are not inside at a time", () => {
	const { k, sys, ...t } = semaphore("full", 2);
	const writer = [t.down_write, t.writes, t.hasWritten, t.up_write, t.over];
	for (const name of ["writer0", "writer1"]) spawn(k, sys, name, writer, { sleeps: true });
	const experiment = observe(sys, {
		allows: { "one waits": ({ s }) => s.waited, "both have written": { end: ({ s }) => s.over === 2 } },
		forbids: { "both write": ({ s }) => s.writing > 1, "one is left": { end: ({ s }) => s.over < 2 } },
	});
	expect(failures(experiment)).toEqual([]);
});

litmus("LK6", "who waits to write keeps out who reads already, and would read once more", {
	"under FULL": (variant) => {
		const { k, sys, ...t } = semaphore("full", 2, variant);
		spawn(k, sys, "reader", [t.down_read, t.down_read, t.up_read, t.up_read, t.over], { sleeps: true });
		spawn(k, sys, "writer", [t.down_write, t.up_write, t.over], { sleeps: true });
		return observe(sys, {
			allows: {
				"both wait for ever": {
					end: ({ s }) => s.over === 0 && k.tasks.every((id) => s.context[id].waits_on !== null),
				},
				"it reads twice before": { end: ({ s }) => s.over === 2 },
			},
		});
	},
});

test("LK6: on RT it does not; but down_read_trylock() fails while one waits to", () => {
	const { k, sys, sem, ...t } = semaphore("rt", 2);
	type Here = In<typeof sys>;
	const tries: Stmt<Here> = step("down_read_trylock(&sem)", (c) => {
		if (c.s.reading === 0) return;
		if (down_read_trylock(k, c, sem)) c.s.version = 1;
		else c.s.waited = true;
	});
	spawn(k, sys, "reader", [t.down_read, t.reads, t.down_read, t.hasRead, t.up_read, t.up_read, t.over], {
		sleeps: true,
	});
	spawn(k, sys, "writer", [t.down_write, t.up_write, t.over], { sleeps: true });
	spawn(k, sys, "other", [tries]);
	const writerSleeps = ({ s }: Pick<Here, "s">): boolean =>
		k.tasks.some((id) => s.context[id].waits_on === sem.writers);
	const experiment = observe(sys, {
		allows: {
			"it comes in beside a reader": ({ s }) => s.version === 1,
			"it is kept out by a writer that waits": (v) => v.s.waited && writerSleeps(v),
		},
		// The third reads for ever.
		forbids: { "the reader waits": { end: ({ s }) => s.over === 0 } },
	});
	expect(failures(experiment)).toEqual([]);
});

litmus("LK6", "who writes goes on reading, with others and with nothing written in between", {
	"under FULL": (variant) => {
		const { k, sys, ...t } = semaphore("full", 2, variant);
		const first = [t.down_write, t.writes, t.hasWritten, t.downgrade_write, t.reads, t.hasRead, t.up_read, t.over];
		spawn(k, sys, "first", first, { sleeps: true });
		spawn(k, sys, "reader", [t.down_read, t.reads, t.hasRead, t.up_read, t.over], { sleeps: true });
		spawn(k, sys, "writer", [t.down_write, t.writes, t.hasWritten, t.up_write, t.over], { sleeps: true });
		return observe(sys, {
			allows: { "both read": ({ s }) => s.reading === 2, "all have had it": { end: ({ s }) => s.over === 3 } },
			forbids: {
				"one reads what is written": ({ s }) => s.writing > 0 && s.reading > 0,
				"one is left": { end: ({ s }) => s.over < 3 },
			},
		});
	},
});

test("LK6: down_read_trylock() and down_write_trylock() do not sleep", () => {
	const { k, sys, sem, ...t } = semaphore("full", 1);
	type Here = In<typeof sys>;
	const tries: Stmt<Here> = step("trylock", (c) => {
		c.s.version = down_read_trylock(k, c, sem) ? 2 : down_write_trylock(k, c, sem) ? 1 : 0;
	});
	spawn(k, sys, "writer", [t.down_write, t.writes, t.hasWritten, t.up_write, t.over], { sleeps: true });
	spawn(k, sys, "other", [tries]);
	const k2 = new Kernel({ cpus: 1, preempt: "full" });
	const sys2 = k2.system({ state: { got: oneOf("no", "read", "both"), wrote: bool } });
	type There = In<typeof sys2>;
	const sem2 = rw_semaphore(k2, "sem");
	const both: Stmt<There> = step("trylock", (c) => {
		if (down_read_trylock(k2, c, sem2)) c.s.got = down_write_trylock(k2, c, sem2) ? "both" : "read";
	});
	spawn(k2, sys2, "task", [both]);
	const sem3 = rw_semaphore(k2, "sem3");
	const write: Stmt<There> = step("down_write_trylock(&sem3)", (c) => {
		c.s.wrote = down_write_trylock(k2, c, sem3) && !down_read_trylock(k2, c, sem3);
	});
	spawn(k2, sys2, "writer", [write]);
	const refused = ({ s }: Pick<Here, "s">): boolean => s.writing === 1 && s.version === 0;
	expect(failures(observe(sys, { allows: { "refused beside a writer": refused } }))).toEqual([]);
	expect(
		failures(
			observe(sys2, {
				allows: { read: ({ s }) => s.got === "read", "written, and not read": ({ s }) => s.wrote },
				forbids: { both: ({ s }) => s.got === "both" },
			}),
		),
	).toEqual([]);
});

test.each([
	["down_write() by who writes", ["down_write", "down_write"], "P14"],
	["down_read() by who writes", ["down_write", "down_read"], "P14"],
	["up_read() where nobody reads", ["up_read"], "negative-count"],
] as const)("LK6: %s is an error", (_, body, error) => {
	const { k, sys, ...t } = semaphore("full", 1);
	spawn(
		k,
		sys,
		"task",
		body.map((name) => t[name]),
		{ sleeps: true },
	);
	expect(failures(observe(sys, { reports: [error] }))).toEqual([]);
});

test.each(["down_read", "down_write"] as const)(
	"LK6, PR1: %s() in atomic context is an error, also where it is free",
	(name) => {
		const { k, sys, ...t } = semaphore("full", 1);
		spawn(k, sys, "task", [local_irq_disable(k), t[name]], { sleeps: true });
		expect(failures(observe(sys, { reports: ["P15"] }))).toEqual([]);
	},
);

test.each([
	["up_write", "sem is released by task, which does not write it"],
	["downgrade_write", "sem is downgraded by task, which does not write it"],
] as const)("LK6: %s() by who does not write is a model error", (name, message) => {
	const { k, sys, ...t } = semaphore("full", 1);
	spawn(k, sys, "task", [t[name]]);
	expect(failures(observe(sys, {})).join()).toContain(message);
});
