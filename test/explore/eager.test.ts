// Random schedulers in the small: that processes go to a lane, are given it, and end, together with a step makes no
// difference to what can be seen, and is as it is with these as steps of their own where they are.
import fc from "fast-check";
import { expect, test } from "vitest";
import {
	apart,
	type BuiltSystem,
	bool,
	type Id,
	ids,
	maybe,
	perId,
	range,
	record,
	type Stmt,
	step,
	system,
	when,
} from "../../src/lang/index.ts";
import { agree } from "../support/agree.ts";
import { apartAlike } from "../support/apart-alike.ts";

type Op = "lock" | "unlock" | "count" | "toggle" | "look" | "stay";
type Body = readonly Op[];

interface Given {
	readonly bodies: readonly Body[];
	/** Whether tasks hold their CPU from each step on, or only where they say so. */
	readonly takes: boolean;
}

/** Tasks on two CPUs, each of which a task may hold for itself; who does not may be moved at any time. */
function scheduler({ bodies, takes }: Given) {
	const Cpu = ids("cpu", 2);
	const Task = ids("task", bodies.length);
	const task = record({ cpu: Cpu, on: bool, stays: bool });
	const sys = system({
		state: { n: range(0, 2), flag: bool, cpu: perId(Cpu, record({ curr: maybe(Task) })), task: perId(Task, task) },
		init: (s) => {
			for (const id of Task.all) s.task[id].on = true;
		},
		events: { counted: [] },
	});
	type S = Parameters<NonNullable<Parameters<typeof sys.property>[1]["invariant"]>>[0]["s"];
	const isHeld = (s: S, id: Id<"task">) => s.cpu[s.task[id].cpu].curr === id;
	const leave = (s: S, id: Id<"task">) => {
		if (isHeld(s, id)) s.cpu[s.task[id].cpu].curr = null;
		s.task[id].on = false;
	};
	for (const [i, body] of bodies.entries()) {
		const id = Task.id(i);
		const ops: Record<Op, Stmt<{ s: S; emit: { counted(): void } }, string>> = {
			lock: step("lock", ({ s }) => {
				s.cpu[s.task[id].cpu].curr = id;
			}),
			unlock: step("unlock", ({ s }) => {
				if (isHeld(s, id)) s.cpu[s.task[id].cpu].curr = null;
			}),
			count: step("count", ({ s, emit }) => {
				s.n = (s.n + 1) % 3;
				emit.counted();
			}),
			toggle: step("toggle", ({ s }) => {
				s.flag = !s.flag;
			}),
			look: when("flag?", ({ s }) => s.flag, [
				step("count there", ({ s }) => {
					s.n = (s.n + 1) % 3;
				}),
			]),
			stay: step("stay", ({ s }) => {
				s.task[id].stays = !s.task[id].stays;
			}),
		};
		sys.process(
			`task${i}`,
			sys.routine(
				`body${i}`,
				{},
				body.map((op) => ops[op]),
			),
			{
				place: ({ s }) => ({ lane: s.task[id].cpu, context: "task", depth: 0 }),
				gate: {
					when: ({ s }) => s.task[id].on && [null, id].includes(s.cpu[s.task[id].cpu].curr),
					...(takes && {
						enter: ({ s }) => {
							s.cpu[s.task[id].cpu].curr = id;
						},
						enters: { isInside: ({ s }) => isHeld(s, id), label: `<switch to task${i}>` },
					}),
				},
				placements: Cpu.all.map((cpu) => ({
					lane: cpu,
					when: ({ s }) => s.task[id].cpu === cpu || !(isHeld(s, id) || s.task[id].stays),
					enter: ({ s }) => {
						s.task[id].cpu = cpu;
					},
					isThere: ({ s }) => s.task[id].cpu === cpu,
					label: `<migrate to CPU ${cpu}>`,
				})),
				// One that holds its CPU keeps others from it until it has ended.
				exit: { label: "<exit>", when: ({ s }) => !isHeld(s, id), enter: ({ s }) => leave(s, id) },
			},
		);
	}
	sys.property("P", { title: "", statement: "", invariant: ({ s }) => !(s.flag && s.n === 2) });
	sys.property("E", { title: "", statement: "", on: { counted: ({ s }) => s.n < 2 } });
	return sys;
}

const body = fc.array(fc.constantFrom<Op>("lock", "unlock", "count", "toggle", "look", "stay"), { maxLength: 3 });
const schedulers = fc.record({ bodies: fc.array(body, { minLength: 2, maxLength: 3 }), takes: fc.boolean() });

test("a thousand of them are alike", () => {
	let smaller = 0;
	fc.assert(
		fc.property(schedulers, (given) => {
			const sizes = apartAlike(() => scheduler(given), 3_000);
			expect(sizes).not.toBe("unlike");
			if (typeof sizes === "object" && 2 * sizes.together < sizes.apart) smaller++;
		}),
		{ numRuns: 1_000, seed: 1 },
	);
	expect(smaller).toBeGreaterThan(500);
});

test("both interpreters agree on them", () => {
	fc.assert(
		fc.property(schedulers, (given) => {
			expect(agree(apart(scheduler(given) as unknown as BuiltSystem)).errors).toEqual([]);
		}),
		{ numRuns: 50, seed: 2 },
	);
});
