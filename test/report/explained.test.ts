// What is said of those who are left when nothing happens any more.
import { expect, test } from "vitest";
import { explanation } from "../../src/report/text/explained.ts";
import type { Standing } from "../../src/trace/index.ts";

const standing = (process: string, more: Partial<Standing> = {}): Standing => ({
	process,
	ended: false,
	routine: "thread_fn",
	next: ["schedule()"],
	waits: false,
	sleeps: false,
	...more,
});

test("who has ended, who sleeps, who waits and where, and who may not run", () => {
	const critical = { tried: 0, undecided: 0, wrong: 0, windows: [], together: [] };
	const parties = [
		standing("kworker/0", { sleeps: true }),
		standing("task0", { ended: true, next: [] }),
		standing("kworker/1", { sleeps: true }),
		standing("raiser", { waits: true, next: ["csd_lock_wait(csd)", "put_cpu()"] }),
		standing("task1"),
	];
	const [first, ...lines] = explanation({ critical, involved: [], standing: parties }, "P1", 100);
	expect([first, ...lines.slice(0, 3)]).toEqual([
		"Parties: task0 has ended",
		"         kworker/0, kworker/1 sleep",
		'         raiser waits in thread_fn() at "csd_lock_wait(csd)" or "put_cpu()"',
		'         task1 may not run; in thread_fn() it is at "schedule()"',
	]);
});

test("where nobody stepped in, nothing is critical", () => {
	const critical = { tried: 0, undecided: 0, wrong: 0, windows: [], together: [] };
	expect(explanation({ critical, involved: [], standing: [] }, "P1", 100)).toEqual([
		"Critical: nothing, for nobody stepped in where a process could have gone on",
	]);
});

test("why it is left open where somebody must step in", () => {
	const lines = (undecided: number, wrong: number) => {
		const critical = { tried: 2, undecided, wrong, windows: [], together: [] };
		return explanation({ critical, involved: [], standing: [] }, "P1", 200).join(" ");
	};
	expect(lines(2, 0)).not.toContain("error in the model");
	expect(lines(2, 0)).toContain("too many states");
	expect(lines(2, 2)).not.toContain("too many states");
	expect(lines(2, 2)).toContain("not found out, another error in the model is met first");
	expect(lines(2, 1)).toContain("another error in the model is met first, or too many states");
	expect(lines(1, 1)).toContain("(1 of 2 points not decided: another error in the model is met first)");
});

test("of several windows it is said once what must not happen in them", () => {
	const window = (after: number, by?: "own CPU" | "any CPU") => ({
		process: "task0",
		routine: "add",
		steps: [after, after + 1] as const,
		between: [`${after}`, `${after + 1}`] as const,
		by,
	});
	const lines = (...windows: ReturnType<typeof window>[]) => {
		const critical = { tried: 9, undecided: 0, wrong: 0, windows, together: [] };
		return explanation({ critical, involved: [], standing: [] }, "P4", 150).map((line) =>
			line.slice("Critical: ".length),
		);
	};
	const place = (after: number) => [
		`between steps ${after} and ${after + 1}, where task0 in add() is between`,
		`  ${after}`,
		`  ${after + 1}`,
	];
	expect(lines(window(1, "own CPU"))).toEqual([
		...place(1),
		"Without an interrupt, preemption or migration there, no interleaving violates P4.",
	]);
	expect(lines(window(1, "own CPU"), window(3, "any CPU"), window(5, "own CPU"), window(7))).toEqual([
		...place(1),
		...place(5),
		"Without an interrupt, preemption or migration at any one of these, no interleaving violates P4.",
		...place(3),
		"Without a step of anybody else there, on this CPU or another, no interleaving violates P4.",
		...place(7),
		"Without a step of anybody else there, no interleaving violates P4.",
	]);
	expect(lines(window(1, "any CPU"), window(3, "any CPU")).at(-1)).toBe(
		"Without a step of anybody else at any one of these, on this CPU or another, no interleaving violates P4.",
	);
});
