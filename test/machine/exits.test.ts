// What belongs to the end of a process: done together with its last step, or as a step of its own.
import { expect, test } from "vitest";
import { call, giveBack, ifdef, range, step, system, waitUntil } from "../../src/lang/index.ts";
import { agree } from "../support/agree.ts";
import { explore } from "../support/reduced.ts";

/** Takes `steps` steps and ends; `others` may step in at any time. */
function ending({ now = true, steps = 1 }: { readonly now?: boolean; readonly steps?: number } = {}) {
	const sys = system({ state: { n: range(0, 3), left: range(0, 1), seen: range(0, 3) }, events: { left: [] } });
	const inner = sys.routine("inner", {}, [
		step("n++", ({ s }) => {
			s.n++;
		}),
		giveBack(),
	]);
	const body = sys.routine("body", {}, [ifdef(steps > 0, [call(inner)]), ifdef(steps > 1, [call(inner)])]);
	sys.process("one", body, {
		exit: {
			label: "leaves",
			when: () => now,
			enter: ({ s, emit }) => {
				s.left++;
				emit.left();
			},
		},
	});
	const look = sys.routine("look", {}, [
		waitUntil(
			"n > 0",
			({ s }) => s.n > 0,
			({ s }) => {
				s.seen = s.left === 1 ? 2 : 1;
			},
		),
	]);
	sys.process("looker", look);
	const about = { title: "", statement: "" };
	return sys
		.property("seen before it has left", { ...about, invariant: ({ s }) => s.seen !== 1 })
		.property("seen after", { ...about, invariant: ({ s }) => s.seen !== 2 })
		.property("nobody is there", {
			...about,
			invariant: ({ s, at }) => s.n < steps || !at(body, "anywhere", () => true),
		})
		.property("leaving", { ...about, on: { left: () => false } });
}

const lengths = (build: () => object) =>
	Object.fromEntries([...explore(build).findings].map(([id, { length }]) => [id, length]));

test("together with the last step, nobody comes in between", () => {
	expect(lengths(() => ending())).toEqual({ "seen after": 2, leaving: 1 });
	expect(lengths(() => ending({ steps: 2 }))).toEqual({ "seen before it has left": 2, "seen after": 3, leaving: 2 });
});

test("as a step of its own, somebody may", () => {
	expect(lengths(() => ending({ now: false }))).toEqual({
		"seen before it has left": 2,
		"seen after": 3,
		leaving: 2,
	});
	expect(explore(() => ending({ now: false })).machine.steps.map(({ label }) => label)).toEqual([
		"leaves",
		"n++",
		"n > 0",
	]);
});

test("who is about to leave is in none of its routines any more", () => {
	for (const now of [true, false]) expect(lengths(() => ending({ now }))).not.toHaveProperty("nobody is there");
});

test("both interpreters end alike", () => {
	for (const now of [true, false])
		for (const steps of [0, 1, 2]) expect(agree(ending({ now, steps }))).toMatchObject({ complete: true, errors: [] });
});

test("of a routine without a step it is a step of its own", () => {
	expect(lengths(() => ending({ steps: 0 }))).toEqual({ leaving: 1 });
});

test("what is wrong with it is an error at the process", () => {
	const wrong = (exit: object) => {
		const sys = ending();
		sys.processes[0] = {
			...(sys.processes[0] as object),
			exit: { label: "leaves", when: () => true, enter: () => {}, ...exit },
		} as never;
		return agree(sys).errors.join();
	};
	expect(wrong({ when: () => 1 })).toContain("whether one ends with its last step gives 1, and neither true nor false");
	expect(wrong({ when: ({ s }: { s: { n: number } }) => s.n++ > 0 })).toMatch(/changes the state|cannot be changed/);
	expect(wrong({ enter: () => () => {} })).toContain('the effect of "leaves" gives a function, which nobody calls');
	expect(() =>
		ending().process("two", system({ state: {} }).routine("r", {}, []), { exit: { wen: 1 } as never }),
	).toThrow("the exit of process two has no option wen: there are when, enter, label");
});
