// The toy explorer of the documentation and the real engine agree on a system that is written for both.
import { expect, test } from "vitest";
import { explore, type System } from "../../docs/toy-explorer.ts";
import { Search } from "../../src/explore/search.ts";
import { ifdef, loop, range, step, system, waitUntil } from "../../src/lang/index.ts";
import { compile } from "../../src/machine/index.ts";

interface Shared {
	locked: number;
	inside: number;
	visits: number;
}
const ROUNDS = 4;

/** A lock that is tested in one step and set in another, for `count` processes that visit `ROUNDS` times in all. */
function toy(count: number, atomic: boolean): System<Shared> {
	const enter = (s: Shared) => {
		s.inside++;
		s.visits++;
	};
	const free = (s: Shared) => s.locked === 0 && s.visits + s.inside < ROUNDS;
	const take = (s: Shared) => {
		s.locked = 1;
	};
	const process = [
		...(atomic
			? [{ label: "lock", from: 0, to: 2, guard: free, effect: take }]
			: [
					{ label: "test", from: 0, to: 1, guard: free },
					{ label: "set", from: 1, to: 2, effect: take },
				]),
		{ label: "enter", from: 2, to: 3, guard: (s: Shared) => s.visits < ROUNDS, effect: enter },
		{
			label: "leave",
			from: 3,
			to: 0,
			effect: (s: Shared) => {
				s.inside--;
				s.locked = 0;
			},
		},
	];
	return {
		initial: { locked: 0, inside: 0, visits: 0 },
		processes: Array.from({ length: count }, () => process),
		invariants: { exclusion: (s) => s.inside <= 1 },
		terminal: { unlocked: (s) => s.locked === 0 },
	};
}

/** The same in the modelling language. */
function real(count: number, atomic: boolean) {
	const sys = system({ state: { locked: range(0, 1), inside: range(0, count), visits: range(0, ROUNDS) } });
	type S = Shared;
	const free = ({ s }: { s: S }) => s.locked === 0 && s.visits + s.inside < ROUNDS;
	const take = ({ s }: { s: S }) => {
		s.locked = 1;
	};
	const visitor = sys.routine("visitor", {}, [
		loop([
			ifdef(atomic, [waitUntil("lock", free, take)], [waitUntil("test", free), step("set", take)]),
			waitUntil(
				"enter",
				({ s }) => s.visits < ROUNDS,
				({ s }) => {
					s.inside++;
					s.visits++;
				},
			),
			step("leave", ({ s }) => {
				s.inside--;
				s.locked = 0;
			}),
		]),
	]);
	for (let p = 0; p < count; p++) sys.process(`${p}`, visitor);
	return sys
		.property("exclusion", {
			title: "mutual exclusion",
			statement: "At most one process is inside.",
			invariant: ({ s }) => s.inside <= 1,
		})
		.property("unlocked", {
			title: "the lock is free at the end",
			statement: "In every terminal state the lock is free.",
			terminal: ({ s }) => s.locked === 0,
		});
}

test.each([
	[1, false],
	[2, false],
	[3, false],
	[2, true],
	[3, true],
])("%i processes, test-and-set in one step: %s", (count, atomic) => {
	const simple = explore(toy(count, atomic));
	const search = new Search(compile(real(count, atomic)), {
		states: 100_000,
		time: 60,
		memory: 2 ** 28,
		depth: Number.POSITIVE_INFINITY,
	});
	while (search.slice(1_000));
	expect(search.stopped).toBeUndefined();
	expect({ states: search.store.count, transitions: search.transitions, depth: search.depth }).toEqual({
		states: simple.states,
		transitions: simple.transitions,
		depth: simple.depth,
	});
	const lengths = Object.fromEntries([...search.findings].map(([id, { length }]) => [id, length]));
	expect(lengths).toEqual(Object.fromEntries(simple.violations.map(({ property, trace }) => [property, trace.length])));
});

test("the toy finds the race that the lock has, by a shortest way", () => {
	const { violations, states } = explore(toy(2, false));
	expect(states).toBeGreaterThan(50);
	const exclusion = violations.find(({ property }) => property === "exclusion");
	// Both test, both set, both enter.
	expect(exclusion?.trace).toHaveLength(6);
	expect(violations.map(({ property }) => property)).toContain("unlocked");
	expect(explore(toy(2, true)).violations).toEqual([]);
});
