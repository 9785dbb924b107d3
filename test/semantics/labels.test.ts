// Reports write a statement as `routine(): label`: a label that begins with its own routine would say it twice.
import { expect, test } from "vitest";
import kthread from "../../models/bio-kthread.ts";
import task from "../../models/bio-task.ts";
import hotplug from "../../models/bio-task-hotplug.ts";
import { labelsIn, routinesIn } from "../../src/lang/index.ts";

test.each([task, hotplug, kthread])("no label of $name begins with the name of its routine", (model) => {
	const first = Object.fromEntries(Object.entries(model.axes).map(([axis, [value]]) => [axis, value as string]));
	const sizes = Object.fromEntries(Object.entries(model.sizes).map(([size, { default: usual }]) => [size, usual]));
	for (const preempt of model.axes.preempt ?? []) {
		const { processes } = model.build({ ...first, ...sizes, preempt });
		const twice = processes
			.flatMap(({ routine }) => [...routinesIn(routine)])
			.flatMap((routine) => [...labelsIn(routine)].filter((label) => label.includes(`${routine.name}():`)));
		expect(twice).toEqual([]);
	}
});
