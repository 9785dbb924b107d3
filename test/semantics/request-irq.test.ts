// IR2: a driver's interrupt on its way through the interrupt levels of several CPUs.
import { addHardirqs, Kernel, type Preempt, request_irq } from "../../src/kernel/index.ts";
import { type In, range, type Stmt, step } from "../../src/lang/index.ts";
import { litmus, observe, type Variant } from "./litmus.ts";

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
