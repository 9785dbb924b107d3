// Of ways that differ only in where steps are taken, the one that stays.
import { expect, test } from "vitest";
import { fault, range, step, system } from "../../src/lang/index.ts";
import { compile, type Machine } from "../../src/machine/index.ts";
import { staying } from "../../src/trace/index.ts";

/** A process on lane 0 or 1: where its second step is taken is noted, where the others are makes no difference. */
function walking(raises = false) {
	const lane = range(0, 1);
	const sys = system({ state: { lane, noted: lane }, events: { last: [] } });
	const walk = sys.routine("walk", {}, [
		step("first", () => {}),
		step("note", ({ s }) => {
			s.noted = s.lane;
		}),
		step("third", () => {}),
		step("last", ({ s, emit }) => {
			if (raises && s.noted === 1) fault("boom", "it was lane 1");
			emit.last();
			s.lane = 0;
		}),
	]);
	sys.process("walker", walk, {
		place: ({ s }) => ({ lane: s.lane, context: "task", depth: 0 }),
		placements: ([0, 1] as const).map((to) => ({
			lane: to,
			when: () => true,
			enter: ({ s }) => {
				s.lane = to;
			},
			isThere: ({ s }) => s.lane === to,
			label: `to lane ${to}`,
		})),
	});
	sys.property("ends", { title: "", statement: "", on: { last: ({ s }) => s.lane === 0 } });
	return compile(sys);
}

/** The path that takes its steps on these lanes. */
const pathOn = (machine: Machine, lanes: readonly number[]): number[] =>
	["first", "note", "third", "last"].map(
		(label, i) => machine.steps.find((step) => step.label === label && step.placement?.lane === lanes[i])?.id as number,
	);

test.each([
	[
		[1, 0, 1, 0],
		[0, 0, 0, 0],
	],
	// What was noted must be noted; afterwards it stays there.
	[
		[1, 1, 0, 1],
		[0, 1, 1, 1],
	],
	[
		[0, 0, 0, 0],
		[0, 0, 0, 0],
	],
	// There it violates what it does not violate elsewhere.
	[
		[1, 0, 0, 1],
		[0, 0, 0, 1],
	],
])("steps on lanes %o are taken on %o", (lanes, stayed) => {
	const machine = walking();
	expect(staying(machine, pathOn(machine, lanes))).toEqual(pathOn(machine, stayed));
});

test("what makes the last step raise an error is left as it was", () => {
	const machine = walking(true);
	expect(staying(machine, pathOn(machine, [1, 1, 0, 1]))).toEqual(pathOn(machine, [0, 1, 0, 1]));
});
