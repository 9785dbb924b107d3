// What only the reference interpreter has: states that never change.
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
import { type ReferenceState, reference } from "../../src/machine/index.ts";

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

test("states are never changed, and share what a step leaves as it was", () => {
	const model = example();
	const states: ReferenceState[] = [];
	const before: string[] = [];
	for (let state: ReferenceState | undefined = model.initial; state; state = model.successors(state)[0]?.state) {
		states.push(state);
		before.push(JSON.stringify(model.describe(state)));
	}
	expect(states.map((state) => JSON.stringify(model.describe(state)))).toEqual(before);
	const [first, second, third] = states.map(({ data }) => data.shared);
	expect(Object.isFrozen(first)).toBe(true);
	expect(second).toBe(first);
	expect(third).not.toBe(first);
	expect(before).toHaveLength(5);
});
