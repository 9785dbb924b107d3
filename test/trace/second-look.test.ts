// A second look by the machine that has searched for everything, with symmetry, comes to what a machine comes to that
// was made for the one property.
import { expect, test } from "vitest";
import bioTask from "../../models/bio-task.ts";
import { graphOf } from "../../src/explore/graph.ts";
import { Search } from "../../src/explore/search.ts";
import { compile } from "../../src/machine/index.ts";
import { alone } from "../../src/trace/alone.ts";
import { bestOf, explained, rebuild, Sources, type Subject } from "../../src/trace/index.ts";
import { explore } from "../support/reduced.ts";

test.each([
	["direct", "full", 1],
	["direct", "none", 2],
	["threaded-irq", "none", 2],
	["hardirq", "rt", 2],
])("of v4 from %s, preempt %s, bios=%i", (caller, preempt, bios) => {
	const system = bioTask.build({ design: "v4", caller, preempt, cpus: 2, bios });
	const search = explore(() => system, { symmetry: true });
	const { machine } = search;
	const used: Subject = { system, machine, only: undefined };
	const messages = new Map([...search.findings.values()].map(({ property, message }) => [property, message]));
	expect(messages.size).toBeGreaterThan(0);
	for (const [property, message] of messages) {
		const only = new Set([property]);
		const own: Subject = { system, machine: compile(system, { only }), only };
		const look = (subject: Subject) => {
			const path = bestOf(subject, property, "steps") as number[];
			const ending =
				message === undefined ? ({ kind: "false", property } as const) : ({ kind: "raised", message } as const);
			const trace = rebuild(subject, path, ending, new Sources());
			return { path, explanation: explained(subject, property, path, trace) };
		};
		expect(look(used)).toEqual(look(own));
		const whole = (subject: Subject) => {
			const graph = alone(subject.machine, property, (machine) =>
				graphOf(machine, { property, ways: "all", states: 100_000 }),
			);
			// The words of a state differ by the histories of other properties.
			return graph && { ...graph, visited: graph.visited.count };
		};
		expect(whole(used)).toEqual(whole(own));
	}
	// And it heeds all of them again.
	machine.out.count = 0;
	const again = new Search(machine, search.limits);
	while (again.slice(60_000));
	expect(again.store.count).toBe(search.store.count);
	expect(again.findings).toEqual(search.findings);
});
