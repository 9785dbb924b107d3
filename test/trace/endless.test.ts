// What never ends does not keep back what is told of a walk or a counterexample.
import { expect, test } from "vitest";
import { type BuiltSystem, choose, ids, maybe, perId, range, record, step, system } from "../../src/lang/index.ts";
import { compile } from "../../src/machine/index.ts";
import { explained, follow, isModelError, rebuild, Sources, type Subject, Walker } from "../../src/trace/index.ts";

const forever = (): never => {
	for (;;);
};

const subjectOf = (sys: object): Subject => {
	const built = sys as BuiltSystem;
	return { system: built, machine: compile(built), only: undefined };
};

const idOf = ({ machine }: Subject, label: string): number => machine.steps.findIndex((each) => each.label === label);

/** After its first step, one that never ends can be taken, and one that is fine. */
function endless(): Subject {
	const sys = system({ state: { n: range(0, 3) } });
	sys.process(
		"p",
		sys.routine("f", {}, [
			step("first", ({ s }) => {
				s.n = 1;
			}),
			choose(
				[step("round", forever)],
				[
					step("fine", ({ s }) => {
						s.n = 2;
					}),
				],
			),
		]),
	);
	return subjectOf(sys);
}

test("a walk goes on beside a step that never ends, which is a model error", () => {
	const subject = endless();
	const walker = new Walker(subject.machine);
	walker.takeStep(idOf(subject, "first"));
	const ways = walker.ways();
	expect(ways).toHaveLength(2);
	const [round, fine] = ["round", "fine"].map((label) => ways.find((way) => way.step.label === label));
	expect(round).toMatchObject({ step: { label: "round" }, next: undefined, violates: [] });
	expect(round && isModelError(round)).toBe(true);
	expect(fine && isModelError(fine)).toBe(false);
	expect(walker.atEnd).toBe(false);
	if (fine) walker.take(fine);
	expect(walker.atEnd).toBe(true);
	walker.back(1);
	if (round) walker.take(round);
	expect(walker.ending()).toEqual({ kind: "failed", message: "a step that never ends", byStep: true });
	const trace = rebuild(subject, walker.path, walker.ending(), new Sources());
	expect(trace.steps.map(({ label }) => label)).toEqual(["first", "round"]);
	expect(trace).toMatchObject({ cut: true, explanation: ["a step that never ends"] });
});

test("a saved trace departs where its step never ends any more, and is followed past one that is none of it", () => {
	const subject = endless();
	const [first, round, fine] = ["first", "round", "fine"].map((label) => idOf(subject, label));
	const saved = (label: string, changes: string[]) => ({
		cut: false,
		steps: [
			{ process: "p", routine: "f", label: "first", changes: ["n: 0 -> 1"] },
			{ process: "p", routine: "f", label, changes },
		],
	});
	expect(follow(subject.machine, saved("fine", ["n: 1 -> 2"]))).toMatchObject({
		path: [first, fine],
		departure: undefined,
	});
	expect(follow(subject.machine, saved("round", []))).toMatchObject({
		path: [first, round],
		departure: { step: 2, how: "raises", now: ["a step that never ends"] },
	});
});

test("explain() that never ends keeps back nothing else", () => {
	const sys = system({ state: { n: range(0, 3), other: range(0, 3) } });
	const set = (n: number) =>
		step<{ s: { n: number } }, string>(`n = ${n}`, ({ s }) => {
			s.n = n;
		});
	sys.process("p", sys.routine("f", {}, [set(1), set(0)]));
	let asked = 0;
	const explain = (): never => {
		asked++;
		return forever();
	};
	sys.property("none", { title: "t", statement: "s", invariant: ({ s }) => s.n > 0, explain });
	const subject = subjectOf(sys);
	const trace = rebuild(subject, [], { kind: "false", property: "none" }, new Sources());
	expect(trace.explanation).toEqual(["explain() of none fails: it never ends"]);
	const path = ["n = 1", "n = 0"].map((label) => idOf(subject, label));
	const there = rebuild(subject, path, { kind: "false", property: "none" }, new Sources());
	asked = 0;
	expect(explained(subject, "none", path, there).involved).toEqual([{ object: "n", fields: [], steps: [1, 2] }]);
	// Not for every other value of every variable: that would take as many seconds.
	expect(asked).toBe(1);
});

test("values with which a condition never ends are none that make it true", () => {
	const Node = ids("node", 2);
	const sys = system({ state: { first: maybe(Node), node: perId(Node, record({ next: maybe(Node) })) } });
	const f = sys.routine("f", { args: { n: Node } }, [
		step("push", ({ s, f }) => {
			s.node[f.n].next = s.first;
			s.first = f.n;
		}),
	]);
	for (const n of Node.all) sys.process(`p${n}`, f, { args: { n } });
	sys.property("short", {
		title: "t",
		statement: "s",
		// With another value of a node's next, the list is a ring.
		invariant: ({ s }) => {
			let length = 0;
			for (let at = s.first; at !== null; at = s.node[at].next) length++;
			return length < 2;
		},
	});
	const subject = subjectOf(sys);
	const path = [0, 1].map((process) => subject.machine.steps.findIndex((each) => each.process === process));
	const trace = rebuild(subject, path, { kind: "false", property: "short" }, new Sources());
	expect(explained(subject, "short", path, trace).involved).toEqual([
		{ object: "first", fields: [], steps: [1, 2] },
		{ object: "node.node1", fields: ["next"], steps: [2] },
	]);
});
