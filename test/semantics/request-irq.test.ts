// IR2: a driver's interrupt on its way through the interrupt levels of several CPUs.

import { expect, test } from "vitest";
import { addHardirqs, addSoftirqs, Kernel, type Preempt, raise_softirq, request_irq } from "../../src/kernel/index.ts";
import { type In, range, type Stmt, step } from "../../src/lang/index.ts";
import { failures, litmus, observe, type Variant } from "./litmus.ts";

/** A device with two reasons to interrupt, each of which is there twice, and one line; its handler takes two steps. */
const device =
	(preempt: Preempt, options: { threadirqs?: boolean } = {}) =>
	(variant: Variant) => {
		const k = new Kernel({ cpus: 2, preempt, ...options, ...variant });
		const sys = k.system({
			state: { rx: range(0, 2), tx: range(0, 2), inside: range(0, 2), on: range(0, 2), handled: range(0, 4) },
			init: (s) => {
				s.rx = 2;
				s.tx = 2;
			},
		});
		type Here = In<typeof sys>;
		const reason = (name: "rx" | "tx") => ({
			label: `<interrupt: ${name}>`,
			pending: ({ s }: Here) => s[name] > 0,
			enter: ({ s }: Here) => {
				s[name]--;
			},
		});
		const handler: Stmt<Here>[] = [
			step("handler", ({ s, me }) => {
				s.inside++;
				s.on = me.cpu + 1;
			}),
			step("handler returns", ({ s }) => {
				s.inside--;
				s.handled++;
			}),
		];
		addHardirqs(k, sys, [request_irq(k, sys, "dev", { arrivals: [reason("rx"), reason("tx")], handler })]);
		return observe(sys, {
			allows: {
				"one comes while CPU 0 handles another": ({ s }) => s.inside === 1 && s.on === 1 && s.rx === 1 && s.tx === 1,
				"one CPU handles one, and the other another": ({ s }) => s.on === 2 && s.handled === 1 && s.inside === 1,
				"each is handled": { end: ({ s }) => s.handled === 4 },
			},
			forbids: {
				"the handler runs on two CPUs at a time": ({ s }) => s.inside > 1,
				"one is left": { end: ({ s }) => s.rx > 0 || s.tx > 0 },
			},
		});
	};

litmus("IR2", "the handler of an interrupt runs on one CPU at a time", {
	"as a hard interrupt": device("none"),
	"as a thread": device("none", { threadirqs: true }),
	"on RT": device("rt"),
});

/** A line that interrupts twice, any CPU or CPU 0 alone, whose handler raises a softirq. */
const twice =
	(preempt: Preempt, options: { cpus?: number; bound?: boolean } = {}) =>
	(variant: Variant) => {
		const { cpus = 2, bound = false } = options;
		const k = new Kernel({ cpus, preempt, ...variant });
		const sys = k.system({
			state: { raised: range(0, 2), handled: range(0, 2), served: range(0, 2) },
			init: (s) => {
				s.raised = 2;
			},
		});
		type Here = In<typeof sys>;
		const arrival = {
			label: "<interrupt>",
			pending: ({ s, me }: Here) => s.raised > 0 && (!bound || me.cpu === k.Cpu.id(0)),
			enter: ({ s }: Here) => {
				s.raised--;
			},
		};
		const raiseBlock = raise_softirq(k);
		const raise: Stmt<Here> = step("handler: raise_softirq(BLOCK)", (c) => {
			c.s.handled++;
			raiseBlock(c);
		});
		const line = request_irq(k, sys, "dev", { arrivals: [arrival], handler: [raise] }, { IRQF_NO_THREAD: true });
		addHardirqs(k, sys, [line]);
		const action: Stmt<Here> = step("softirq action", ({ s }) => {
			s.served++;
		});
		addSoftirqs(k, sys, [action]);
		const once = { end: ({ s }: Pick<Here, "s">) => s.handled === 2 && s.served === 1 };
		return observe(sys, {
			allows: {
				"each is served": { end: ({ s }) => s.served === 2 },
				...(cpus > 1 && !bound ? { "both are served together": once } : {}),
			},
			forbids: {
				"one is left": { end: ({ s }) => s.handled < 2 },
				...(cpus > 1 && !bound ? {} : { "both are served together": once }),
			},
		});
	};

litmus("IR2", "what comes on another CPU while the handler runs may be handled by the same, and then served together", {
	NONE: twice("none"),
	FULL: twice("full"),
});

test.each([
	["on the only one", { cpus: 1 }],
	["on that CPU alone", { bound: true }],
] as const)("IR2: what comes %s while the handler runs is served by itself", (_, options) => {
	expect(failures(twice("none", options)({}))).toEqual([]);
	expect(failures(twice("full", options)({}))).toEqual([]);
});
