import { expect, test } from "vitest";
import peterson from "../../bench/models/peterson.ts";
import { type Limits, Search } from "../../src/explore/search.ts";
import {
	type BuiltSystem,
	choose,
	fault,
	type In,
	loop,
	range,
	step,
	system,
	waitUntil,
	when,
} from "../../src/lang/index.ts";
import { compile, type Machine, PropertyError } from "../../src/machine/index.ts";

const unlimited: Limits = { states: 1_000_000, time: 60, memory: 2 ** 28, depth: Number.POSITIVE_INFINITY };

function explore(built: object, limits: Partial<Limits> = {}): Search {
	const search = new Search(compile(built as BuiltSystem), { ...unlimited, ...limits });
	while (search.slice(1_000));
	return search;
}

/** A grid: `x` and `y` count up to `size` in any order, so that level d has the states with x + y = d. */
function grid(size: number) {
	const sys = system({ state: { x: range(0, size), y: range(0, size) } });
	for (const axis of ["x", "y"] as const)
		sys.process(
			axis,
			sys.routine(axis, {}, [
				loop([
					waitUntil(
						`${axis}++`,
						({ s }) => s[axis] < size,
						({ s }) => {
							s[axis]++;
						},
					),
				]),
			]),
		);
	return sys;
}

const anywhere = (state: number) => ({ property: "", state, edge: undefined, length: 0, message: undefined });

/** Takes the steps of `path` from the initial state; the machine then stands in the last state. */
function replay(machine: Machine, path: readonly number[]): void {
	machine.initial();
	for (const edge of path) expect(machine.take(edge)).toBe(true);
}

test("expands level by level", () => {
	const search = explore(grid(9));
	expect([search.store.count, search.transitions, search.depth, search.expanded]).toEqual([100, 180, 18, 100]);
	expect([search.stopped, search.done]).toEqual([undefined, true]);
});

test("finds a shortest way to where an invariant is false, and the way leads there", () => {
	const sys = grid(9).property("corner", {
		title: "never far out",
		statement: "x < 4 or y < 3",
		invariant: ({ s }) => s.x < 4 || s.y < 3,
	});
	const search = explore(sys);
	const finding = search.findings.get("corner");
	expect(finding).toMatchObject({ length: 7, edge: undefined });
	const path = search.path(finding as never).steps;
	expect(path).toHaveLength(7);
	replay(search.machine, path);
	expect(search.machine.violated()).toEqual([0]);
	expect(search.machine.describe().state).toEqual({ x: 4, y: 3 });
});

test("a property found false by a step ends its path with that step", () => {
	const sys = grid(5);
	sys.process(
		"crash",
		sys.routine("crash", {}, [
			waitUntil(
				"crash",
				({ s }) => s.x + s.y === 6,
				() => fault("crash", "too far"),
			),
		]),
	);
	const search = explore(sys);
	const finding = search.findings.get("crash");
	expect(finding).toMatchObject({ length: 7, message: "too far" });
	const path = search.path(finding as never).steps;
	expect(path).toHaveLength(7);
	expect(search.machine.steps[path.at(-1) as number]?.label).toBe("crash");
	replay(search.machine, path.slice(0, -1));
	expect(() => search.machine.take(path.at(-1) as number)).toThrow("too far");
});

test("of several errors that steps raise and nothing declares each is found", () => {
	const sys = grid(5);
	const raised = { far: 6, farther: 8, "as far": 8 };
	for (const [name, sum] of Object.entries(raised)) {
		const raise = waitUntil<In<typeof sys>, string>(
			name,
			({ s }) => s.x + s.y === sum,
			() => fault(name, "too far"),
		);
		sys.process(name, sys.routine(name, {}, [raise]));
	}
	const lengths = [...explore(sys).findings.values()].map(({ property, length }) => [property, length - 1]);
	expect(Object.fromEntries(lengths)).toEqual(raised);
});

test("an error that the only possible step raises is found", () => {
	const sys = grid(0);
	sys.process("wrong", sys.routine("wrong", {}, [step("raise", () => fault("boom", "it must not"))]));
	const search = explore(sys);
	expect([search.store.count, search.transitions]).toEqual([1, 0]);
	expect(search.findings.get("boom")).toMatchObject({ length: 1, message: "it must not" });
});

test("a condition that fails in a late state is an error of the model", () => {
	const invariant = ({ s }: { s: { x: number; y: number } }) => {
		if (s.x + s.y === 17) throw new Error("no such state was thought of");
		return true;
	};
	const search = new Search(
		compile(grid(9).property("fails", { title: "", statement: "", invariant }) as unknown as BuiltSystem),
		unlimited,
	);
	expect(() => search.slice(1_000)).toThrow("no such state was thought of");
	expect(search.failing?.error).toBeInstanceOf(PropertyError);
});

test.each([1, 64])(
	"of a state and a step from its own level that are both wrong the state is found, by chunks of %i",
	(least) => {
		const shouting = system({ state: { x: range(0, 2) }, events: { shout: [] } });
		shouting.process(
			"choose",
			shouting.routine("choose", {}, [
				choose(
					[
						step("x = 1", ({ s }) => {
							s.x = 1;
						}),
					],
					[
						step("x = 2", ({ s }) => {
							s.x = 2;
						}),
					],
				),
				step("shout", ({ emit }) => emit.shout()),
			]),
		);
		shouting.property("quiet", {
			title: "",
			statement: "",
			invariant: ({ s }) => s.x < 2,
			on: { shout: () => false },
		});
		const search = new Search(compile(shouting), unlimited, { least });
		while (search.slice(1_000));
		expect(search.findings.get("quiet")).toMatchObject({ edge: undefined, length: 1 });
	},
);

test("two runs give the same findings and the same paths", () => {
	const run = () => {
		const sys = grid(20).property("band", {
			title: "",
			statement: "",
			invariant: ({ s }) => Math.abs(s.x - s.y) < 5 || s.x + s.y < 17,
		});
		const search = explore(sys);
		const finding = search.findings.get("band");
		return { finding, path: search.path(finding as never) };
	};
	expect(run()).toEqual(run());
});

test("asking for a path in the middle of a search does not disturb it", () => {
	const whole = explore(peterson.build({ procs: 4, split: 0 }));
	const search = new Search(compile(peterson.build({ procs: 4, split: 0 })), unlimited);
	while (search.slice(0)) {
		const at = search.store.count - 1;
		expect(search.path(anywhere(at)).steps.length).toBeGreaterThanOrEqual(search.depth);
	}
	expect([search.store.count, search.transitions, search.depth]).toEqual([
		whole.store.count,
		whole.transitions,
		whole.depth,
	]);
	expect([...search.machine.taken]).toEqual([...whole.machine.taken]);
});

test.each([
	["states", { states: 50 }, 50],
	["memory", { memory: 50 * 13 }, 50],
	["depth", { depth: 8 }, 55],
	["time", { time: 0 }, undefined],
] as const)("stops at its limit of %s and says so", (why, limits, states) => {
	const search = explore(grid(99), limits);
	expect(search.stopped).toBe(why);
	if (states !== undefined) expect(search.store.count).toBe(states);
	expect(search.expanded).toBeLessThan(10_000);
});

test("a limit that the states just fit is not met", () => {
	expect(explore(grid(9), { states: 100 }).stopped).toBeUndefined();
	expect(explore(grid(9), { states: 99 }).stopped).toBe("states");
	expect(explore(grid(9), { depth: 17 }).stopped).toBe("depth");
	expect(explore(grid(9), { depth: 18 }).stopped).toBeUndefined();
});

test("what was found before a limit stays found", () => {
	const sys = grid(99).property("early", { title: "", statement: "", invariant: ({ s }) => s.x < 2 });
	const search = explore(sys, { states: 200 });
	expect(search.stopped).toBe("states");
	expect(search.findings.get("early")?.length).toBe(2);
	expect(search.path(search.findings.get("early") as never).steps).toHaveLength(2);
});

test("a model error leaves the state it was met in, with a way to it", () => {
	const sys = grid(5);
	sys.process(
		"wrong",
		sys.routine("wrong", {}, [
			when(
				"x == 3 && y == 2",
				({ s }) => s.x === 3 && s.y === 2,
				[
					step("x = 100", ({ s }) => {
						s.x = 100;
					}),
				],
				[],
			),
		]),
	);
	const search = new Search(compile(sys as unknown as BuiltSystem), unlimited);
	expect(() => {
		while (search.slice(1_000));
	}).toThrow("out-of-range write: x is a number from 0 to 5, not 100");
	expect(search.done).toBe(true);
	const state = search.failing?.state as number;
	const path = search.path(anywhere(state)).steps;
	expect(path).toHaveLength(6);
	replay(search.machine, path);
	expect(search.machine.describe().state).toEqual({ x: 3, y: 2 });
	expect(search.slice(1_000)).toBe(false);
	// Nothing comes after it.
	expect([search.expanded, search.depth]).toEqual([state, 6]);
});

test("a stopped search does no more", () => {
	const search = new Search(compile(grid(99) as unknown as BuiltSystem), unlimited);
	search.stop("interrupt");
	expect(search.slice(1_000)).toBe(false);
	expect([search.stopped, search.expanded]).toEqual(["interrupt", 0]);
	search.stop("time");
	expect(search.stopped).toBe("interrupt");
});

test("a state is put to the test whenever an antecedent holds", () => {
	// Beyond the first states, which are looked at more carefully.
	const sys = grid(9)
		.property("vacuous", { title: "", statement: "", invariant: () => true, antecedent: ({ s }) => s.x > 9 })
		.property("exercised", { title: "", statement: "", invariant: () => true, antecedent: ({ s }) => s.x === 9 });
	expect([...explore(sys).machine.exercised]).toEqual([0, 1]);
});

test("a chunk of more successors than are sifted at a time loses none, and each knows its parent", () => {
	const build = () => {
		const sys = system({ state: { x: range(0, 39), y: range(0, 39), z: range(0, 39) } });
		for (const field of ["x", "y", "z"] as const) {
			const add = waitUntil<In<typeof sys>, string>(
				`${field}++`,
				({ s }) => s[field] < 39,
				({ s }) => {
					s[field]++;
				},
			);
			sys.process(field, sys.routine(field, {}, [loop([add])]));
		}
		return compile(sys as unknown as BuiltSystem);
	};
	const parents = (least: number) => {
		const search = new Search(build(), { ...unlimited, states: 100_000 }, { least });
		while (search.slice(1_000));
		expect([search.store.count, search.transitions]).toEqual([64_000, 3 * 39 * 1600]);
		return Array.from({ length: search.store.count }, (_, i) => search.store.parent(i)).join();
	};
	expect(parents(512) === parents(1)).toBe(true);
});
