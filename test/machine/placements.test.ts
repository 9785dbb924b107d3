// Where a process goes with its next step: chosen with it, and entered before the gate and the guard are asked.
import { expect, test } from "vitest";
import { type Process, range, step, system, waitUntil } from "../../src/lang/index.ts";
import { compile } from "../../src/machine/index.ts";
import { agree } from "../support/agree.ts";
import { explore } from "../support/reduced.ts";

/** A walker that is on lane 0 and may go to lane 1, where alone its guard is true; the gate keeps it from lane 2. */
function walking({ moves = true }: { readonly moves?: boolean } = {}) {
	const lane = range(0, 2);
	const sys = system({ state: { lane, taken: range(0, 2), left: lane } });
	const walk = sys.routine("walk", {}, [
		waitUntil(
			"on lane 1",
			({ s }) => s.lane === 1,
			({ s }) => {
				s.taken = 1;
			},
		),
		step("anywhere", ({ s }) => {
			s.left = s.lane;
		}),
	]);
	sys.process("walker", walk, {
		gate: { when: ({ s }) => s.lane < 2 },
		...(moves && {
			placements: [0, 1, 2].map((to) => ({
				lane: to,
				when: () => true,
				enter: ({ s }) => {
					s.lane = to;
				},
				isThere: ({ s }) => s.lane === to,
				label: `to lane ${to}`,
			})),
		}),
	});
	return sys;
}

test("the guard is asked where the process has gone, and so is the gate; to have gone there is no step", () => {
	const machine = compile(walking());
	const { store, transitions } = explore(walking);
	// On lane 0; on lane 1 after the first step; the second on lane 0 or 1.
	expect([store.count, transitions]).toEqual([4, 3]);
	expect(machine.steps.map(({ label, placement }) => `${label} ${placement?.lane}`)).toEqual([
		"anywhere 0",
		"anywhere 1",
		"anywhere 2",
		"on lane 1 0",
		"on lane 1 1",
		"on lane 1 2",
	]);
	const possible = machine.steps.filter(({ id }) => {
		machine.initial();
		return machine.take(id);
	});
	expect(possible.map(({ label, placement }) => [label, placement?.lane])).toEqual([["on lane 1", 1]]);
	expect(explore(() => walking({ moves: false })).store.count).toBe(1);
});

test("every place is chosen where it may be, also the last, and no other", () => {
	const lane = range(0, 2);
	const build = () => {
		const sys = system({ state: { lane, left: lane } });
		const leave = sys.routine("leave", {}, [
			step("leave", ({ s }) => {
				s.left = s.lane;
			}),
		]);
		sys.process("mover", leave, {
			placements: [0, 1, 2].map((to) => ({
				lane: to,
				when: () => to !== 1,
				enter: ({ s }) => {
					s.lane = to;
				},
				isThere: ({ s }) => s.lane === to,
				label: `to lane ${to}`,
			})),
		});
		return sys;
	};
	const { machine, findings } = explore(() =>
		build()
			.property("not 1", { title: "", statement: "", invariant: ({ s }) => s.left !== 1 })
			.property("not 2", { title: "", statement: "", invariant: ({ s }) => s.left !== 2 }),
	);
	expect([...findings.keys()]).toEqual(["not 2"]);
	expect(machine.steps.map(({ id }) => machine.taken[id])).toEqual([1, 0, 1]);
	expect(agree(build())).toMatchObject({ states: 3, transitions: 2, errors: [] });
});

test("both interpreters go to the same places, in the same order", () => {
	expect(agree(walking())).toMatchObject({ states: 4, transitions: 3, complete: true, errors: [] });
});

test("to ask whether one may go somewhere changes nothing", () => {
	const sys = walking();
	const [walker] = sys.processes as [Process];
	const [first, ...others] = walker.placements;
	const sly = {
		...first,
		lane: 0,
		when: ({ s }: never) => {
			(s as { taken: number }).taken = 2;
			return true;
		},
		enter: () => {},
	};
	sys.processes[0] = { ...walker, placements: [sly, ...others] };
	expect(agree(sys).errors.join()).toMatch(/the placement of "on lane 1" changes the state|cannot be changed/);
});
