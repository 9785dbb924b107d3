import { afterEach, expect, test, vi } from "vitest";
import { ProgressLine } from "../../src/cli/output/progress.ts";

const state = {
	states: 1_234_567,
	transitions: 5_000_000,
	depth: 40,
	bytes: 3 * 2 ** 20,
	expectedBytes: undefined,
	seconds: 2,
};

function line(stream: { isTTY: boolean; columns?: number }) {
	const written: string[] = [];
	const fake = {
		columns: 100,
		...stream,
		write: (text: string) => written.push(text),
	} as unknown as NodeJS.WriteStream;
	return { progress: new ProgressLine(fake, 20), written };
}

afterEach(() => void vi.useRealTimers());

test("a terminal sees one line for runs over a second, which is wiped in the end", () => {
	vi.useFakeTimers();
	const { progress, written } = line({ isTTY: true });
	progress.update("v4/task/rt", state);
	expect(written).toEqual([]);
	vi.advanceTimersByTime(1_100);
	progress.next();
	progress.update("v4/task/rt", state);
	const text = "[2/20] v4/task/rt: 1.2 M states, 2.5 M transitions/s, depth 40, 3 MiB";
	expect(written).toEqual([`\r${text}`]);
	progress.update("v4/task/rt", state);
	expect(written).toHaveLength(1);
	progress.clear();
	expect(written[1]).toBe(`\r${" ".repeat(text.length)}\r`);
});

test("the line says how much memory it expects to need", () => {
	vi.useFakeTimers();
	const { progress, written } = line({ isTTY: true });
	vi.advanceTimersByTime(1_100);
	progress.update("v4/task/rt", { ...state, expectedBytes: 20.5 * 2 ** 30 });
	expect(written[0]).toMatch(/, 3 MiB of about 20\.5 GiB$/);
});

test("the line fits the terminal", () => {
	vi.useFakeTimers();
	const { progress, written } = line({ isTTY: true, columns: 30 });
	vi.advanceTimersByTime(1_100);
	progress.update("v4/task/rt", state);
	expect(written[0]).toHaveLength(30);
});

test("what is being explained is said at once, for it may be the one that takes long", () => {
	vi.useFakeTimers();
	const { progress, written } = line({ isTTY: true });
	progress.rebuilding("P1 of m a");
	progress.rebuilding("P1 of m b");
	expect(written).toEqual(["\rexplaining P1 of m a", "\rexplaining P1 of m b"]);
});

test("a pipe sees nothing", () => {
	vi.useFakeTimers();
	const { progress, written } = line({ isTTY: false });
	vi.advanceTimersByTime(10_000);
	progress.update("v4/task/rt", state);
	progress.rebuilding("P1 of m a");
	progress.clear();
	expect(written).toEqual([]);
});
