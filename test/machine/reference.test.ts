// What only the reference interpreter tells: immutable states, immer's patches, and what a step changed in words.
import { expect, test } from "vitest";
import {
	bool,
	call,
	ids,
	list,
	maybe,
	oneOf,
	perId,
	range,
	record,
	setOf,
	step,
	system,
} from "../../src/lang/index.ts";
import { type ReferenceState, reference, type Transition } from "../../src/machine/index.ts";

const Bio = ids("bio", 2);

function example() {
	const sys = system({
		state: {
			bio: perId(Bio, record({ state: oneOf("new", "queued"), on: maybe(Bio) })),
			queue: list(Bio, 2),
			mask: setOf(Bio),
			same: bool,
		},
		events: { queued: [Bio] },
	});
	const add = sys.routine("bio_list_add", { args: { bio: Bio }, locals: { n: range(0, 2) } }, [
		step("add", ({ s, f, emit }) => {
			s.bio[f.bio].state = "queued";
			s.bio[f.bio].on = Bio.id(1);
			s.queue.push(f.bio);
			s.mask.add(f.bio);
			s.same = false;
			f.n = s.queue.length;
			emit.queued(f.bio);
		}),
		step("return", () => {}),
	]);
	sys.process(
		"task",
		sys.routine("task", { locals: { left: range(0, 2) } }, [
			step("left = 2", ({ f }) => {
				f.left = 2;
			}),
			call(add, () => ({ bio: Bio.id(1) })),
			step("left--; swap", ({ s, f }) => {
				f.left--;
				s.queue.push(Bio.id(0));
				s.queue.shift();
			}),
		]),
	);
	sys.property("P1", {
		title: "",
		statement: "",
		ghost: { last: maybe(Bio) },
		on: {
			queued: ({ g }, bio) => {
				g.last = bio;
				return true;
			},
		},
	});
	return reference(sys);
}

/** The one path of the example: the steps and the states they lead to. */
function path() {
	const model = example();
	const transitions: Transition[] = [];
	let state: ReferenceState | undefined = model.initial;
	while (state) {
		const [next]: Transition[] = model.successors(state);
		if (next) transitions.push(next);
		state = next?.state;
	}
	return { model, transitions };
}

test("a step tells what it changed, by the model's own names", () => {
	const { transitions } = path();
	expect(transitions.map(({ label, routine, changes }) => ({ label, routine, changes }))).toEqual([
		{
			label: "left = 2",
			routine: "task",
			changes: [
				{ where: "task: left", from: undefined, to: 2 },
				{ where: "bio_list_add: bio", from: undefined, to: "bio1" },
			],
		},
		{
			label: "add",
			routine: "bio_list_add",
			changes: expect.arrayContaining([
				{ where: "bio[bio1].state", from: "new", to: "queued" },
				{ where: "bio[bio1].on", from: null, to: "bio1" },
				{ where: "queue", from: [], to: ["bio1"] },
				{ where: "mask", from: [], to: ["bio1"] },
				{ where: "bio_list_add: n", from: undefined, to: 1 },
				{ where: "P1.last", from: null, to: "bio1" },
			]),
		},
		{ label: "return", routine: "bio_list_add", changes: [] },
		{
			label: "left--; swap",
			routine: "task",
			changes: [
				{ where: "queue", from: ["bio1"], to: ["bio0"] },
				{ where: "task: left", from: 2, to: undefined },
			],
		},
	]);
	expect(transitions[1]?.changes).toHaveLength(6);
});

test("patches are immer's, and states are never changed", () => {
	const { model, transitions } = path();
	expect(transitions[1]?.patches).toContainEqual({
		op: "replace",
		path: ["shared", "bio", 1, "state"],
		value: "queued",
	});
	const [first] = transitions;
	expect(Object.isFrozen(first?.state?.data.shared)).toBe(true);
	expect(first?.state?.data.shared).toBe(model.initial.data.shared);
	const before = JSON.stringify(model.describe(model.initial));
	model.successors(model.initial);
	expect(JSON.stringify(model.describe(model.initial))).toBe(before);
});
