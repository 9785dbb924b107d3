import { expect, test } from "vitest";
import { text } from "../../src/trace/index.ts";
import { valuesIn } from "../../src/trace/values.ts";

const frame = { cpu: "CPU1", bio: "bio0", list: ["bio0", "bio1"], flags: false, batch: null, late: undefined };
const shown = (label: string) => valuesIn(label, frame).map(({ name, value }) => `${name} = ${value}`);

test("values are those of the variables that the label names, once each, in its order", () => {
	expect(shown("schedule_work_on(cpu, &batch->work)")).toEqual(["cpu = CPU1", "batch = none"]);
	expect(shown("bio->next = bio")).toEqual(["bio = bio0"]);
	expect(shown("while (!bio_list_empty(&list))")).toEqual(["list = [bio0, bio1]"]);
});

test("members, called functions, parts of words, unset variables and strangers are none", () => {
	expect(shown("x->bio = y.cpu")).toEqual([]);
	expect(shown("cpu()")).toEqual([]);
	expect(shown("this_cpu = cpu_of(biography)")).toEqual([]);
	expect(shown("late = toString")).toEqual([]);
});

test("values of every kind have a text", () => {
	expect([undefined, null, true, 3, [], ["a", null], { a: 1, b: [2] }].map(text)).toEqual([
		"unset",
		"none",
		"true",
		"3",
		"[]",
		"[a, none]",
		"{a: 1, b: [2]}",
	]);
});
