// A counterexample that is made without the machine that found it, in a model whose quotient was refused while searching.
import { expect, test } from "vitest";
import type { Task } from "../../src/cli/verify/task.ts";
import { exploreScenario, presented } from "../../src/cli/verify/verify.ts";
import { bool, loop, model, range, step, system, waitUntil } from "../../src/lang/index.ts";
import { Sources } from "../../src/trace/index.ts";

const last = model("last", {
	about: "who was last is disregarded, and looked at",
	build() {
		const sys = system({ state: { count: range(0, 6), last: range(0, 2), done: bool } });
		sys.disregards("who was last", (s) => {
			s.last = 0;
		});
		for (const me of [1, 2])
			sys.process(
				`p${me}`,
				sys.routine(`p${me}`, {}, [
					loop([
						waitUntil(
							`count++ by ${me}`,
							({ s }) => s.count < 6,
							({ s }) => {
								s.count++;
								s.last = me;
							},
						),
					]),
				]),
			);
		sys.process(
			"end",
			sys.routine("end", {}, [
				waitUntil("two was last", ({ s }) => s.last === 2 && s.count === 6),
				step("done", ({ s }) => {
					s.done = true;
				}),
			]),
		);
		return sys.property("done", { title: "", statement: "", invariant: ({ s }) => !s.done });
	},
});

test("it is not used there either", async () => {
	const unlimited = Number.POSITIVE_INFINITY;
	const task: Task = {
		model: last,
		scenario: {},
		limits: { states: unlimited, time: unlimited, memory: 2 ** 30, depth: unlimited },
		only: undefined,
		reductions: new Set(["symmetry", "quotient", "eager"]),
		sources: new Sources(),
		minimise: "steps",
		workers: 1,
		figures: 0,
		shows: false,
	};
	const watcher = { tick: () => {}, done: () => {}, interrupted: () => false };
	const { explored } = await exploreScenario(task, watcher);
	expect(explored.unreduced).toEqual(['no quotient over who was last: "two was last" tells states apart']);
	const [{ counterexample } = { counterexample: undefined }] = presented(explored, task, {}).properties;
	expect(counterexample?.trace().steps.map(({ label }) => label)).toEqual([
		...Array.from({ length: 6 }, () => "count++ by 2"),
		"two was last",
		"done",
	]);
	expect(counterexample?.fewest()).toBe("steps");
});
