// What the handler of an interrupt or a timer gets wrong is a compile error: `tsc --noEmit` fails where one of these is none.
import { expect, expectTypeOf, test } from "vitest";
import { addHardirqs, interruptSource, Kernel, request_irq, type Timer, timer_setup } from "../../src/kernel/index.ts";
import { bool, call, type Id, type In, ids, oneOf, perId, record, step } from "../../src/lang/index.ts";

const Cmd = ids("cmd", 1);
const k = new Kernel({ cpus: 1, preempt: "none" });
const sys = k.system({ state: { cmd: perId(Cmd, record({ done: bool })), mode: oneOf("idle", "busy") } });
const none = { label: "<interrupt>", pending: () => false, enter: () => {} };
const end = sys.routine("end", { args: { cmd: Cmd } }, [
	step("cmd->done = true", ({ s, f }) => {
		s.cmd[f.cmd].done = true;
	}),
]);
type Framed = In<typeof sys, { cmd: Id<"cmd"> }>;
const needsCmd = step<Framed, string>("cmd->done = true", ({ s, f }) => {
	s.cmd[f.cmd].done = true;
});

/** Only for the type checker. */
const unrun = (_: () => void) => {};

test("the handler of a source knows the model's state, and has no variables", () => {
	unrun(() => {
		addHardirqs(k, sys, [
			{
				arrivals: [{ ...none, enter: ({ s }) => expectTypeOf(s.mode).toEqualTypeOf<"idle" | "busy">() }],
				handler: [
					step("mode", ({ s, f }) => {
						s.mode = "busy";
						expectTypeOf(f).toEqualTypeOf<unknown>();
						// @ts-expect-error not one of the constants
						s.mode = "asleep";
						// @ts-expect-error no such field
						s.modes = "busy";
						// @ts-expect-error no variables
						f.cmd = Cmd.id(0);
					}),
					call(end, () => ({ cmd: Cmd.id(0) })),
					// @ts-expect-error another argument
					call(end, () => ({ command: Cmd.id(0) })),
					// @ts-expect-error a set of its own
					call(end, () => ({ cmd: k.Cpu.id(0) })),
				],
			},
		]);
		// @ts-expect-error a statement that needs a variable
		addHardirqs(k, sys, [{ arrivals: [none], handler: [needsCmd] }]);
		// @ts-expect-error variables are interruptSource()'s
		addHardirqs(k, sys, [{ locals: { cmd: Cmd }, arrivals: [none], handler: [] }]);
		// @ts-expect-error a driver's handler has none either
		request_irq(k, sys, "dev", { arrivals: [none], handler: [needsCmd] });
		request_irq(k, sys, "dev", {
			arrivals: [none],
			handler: [
				step("mode", ({ s }) => {
					// @ts-expect-error no such field
					s.modes = "busy";
				}),
			],
		});
	});
});

test("one with variables knows their types", () => {
	unrun(() => {
		const source = interruptSource(
			sys,
			{ cmd: Cmd, last: bool },
			{
				arrivals: [
					{
						...none,
						enter: ({ s, f }) => {
							f.cmd = Cmd.id(0);
							f.last = s.cmd[f.cmd].done;
							// @ts-expect-error no such variable
							f.first = true;
							// @ts-expect-error a number is no bool
							f.last = 1;
						},
					},
				],
				handler: [
					needsCmd,
					step("last", ({ s, f }) => {
						expectTypeOf(f.cmd).toEqualTypeOf<Id<"cmd">>();
						s.cmd[f.cmd].done = f.last;
						// @ts-expect-error no such variable
						f.first = true;
						// @ts-expect-error the id of another set
						f.cmd = k.Cpu.id(0);
					}),
					call(end, ({ f }) => ({ cmd: f.cmd })),
					// @ts-expect-error another type
					call(end, ({ f }) => ({ cmd: f.last })),
				],
			},
		);
		addHardirqs(k, sys, [source]);
		request_irq(k, sys, "dev", source);
	});
});

test("the function of a timer knows the model's state, and has no variables", () => {
	unrun(() => {
		const timer = timer_setup(k, sys, "timer", [
			step("mode", ({ s, f }) => {
				s.mode = "busy";
				expectTypeOf(f).toEqualTypeOf<unknown>();
				// @ts-expect-error not one of the constants
				s.mode = "asleep";
				// @ts-expect-error no such field
				s.modes = "busy";
			}),
			call(end, () => ({ cmd: Cmd.id(0) })),
			// @ts-expect-error another argument
			call(end, () => ({ command: Cmd.id(0) })),
		]);
		expectTypeOf(timer).toEqualTypeOf<Timer>();
		// @ts-expect-error a statement that needs a variable
		timer_setup(k, sys, "timer", [needsCmd]);
		// An IRQSAFE one.
		timer_setup(k, sys, "timer", ({ s }) => {
			s.mode = "busy";
			// @ts-expect-error no such field
			s.modes = "busy";
		});
	});
});

test("a timer that is declared to another kernel's system is refused", () => {
	const other = new Kernel({ cpus: 1, preempt: "none" });
	expect(() => timer_setup(other, sys, "timer", [])).toThrow(
		"timer timer is added to a system that k.system() of this kernel has not made",
	);
});
