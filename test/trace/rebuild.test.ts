import { expect, test } from "vitest";
import { type Finding, Search } from "../../src/explore/search.ts";
import { type BuiltSystem, call, fault, loop, range, step, system } from "../../src/lang/index.ts";
import { compile } from "../../src/machine/index.ts";
import { rebuild, Sources, type TraceStep } from "../../src/trace/index.ts";
import counter from "../support/models/counter.ts";

function subject(lock: "held" | "none") {
	const system = counter.build({ lock, start: "zero", tasks: 2 });
	return { system, machine: compile(system), only: undefined };
}

/** The steps that processes take, by the beginning of their labels. */
function path({ machine }: ReturnType<typeof subject>, ...steps: readonly (readonly [number, string])[]): number[] {
	return steps.map(([process, label]) =>
		machine.steps.findIndex((s) => s.process === process && s.label.startsWith(label)),
	);
}

const lost = [
	[0, "read"],
	[1, "read"],
	[1, "counter"],
	[0, "counter"],
] as const;

test("a trace says of each step who, where, with what values and what it changed", () => {
	const it = subject("none");
	const trace = rebuild(it, path(it, ...lost), { kind: "false", property: "sum" }, new Sources());
	expect(trace.steps.map(({ process, cpu }) => [process, cpu])).toEqual([
		["task0", 0],
		["task1", 1],
		["task1", 1],
		["task0", 0],
	]);
	expect(trace.steps[2]).toMatchObject({
		label: "counter = read + by",
		context: "task",
		depth: 0,
		stack: [{ routine: "add", args: [{ name: "by", value: "1" }] }],
		values: [
			{ name: "read", value: "0" },
			{ name: "by", value: "1" },
		],
		changes: [{ path: "value", of: "state", from: "0", to: "1" }],
	});
	expect(trace.steps[3]?.changes).toEqual([]);
	expect(trace.net).toEqual([{ path: "value", of: "state", from: "0", to: "1" }]);
	expect(trace.explanation).toEqual(["the counter is 1, not 2"]);
	expect(trace.contextSwitches).toBe(2);
	expect(trace.kernelSwitches).toBeUndefined();
	expect(trace.cut).toBe(false);
});

/** The steps of the shortest counterexample. */
function counterexample(system: BuiltSystem, property: string): readonly TraceStep[] {
	const machine = compile(system);
	const search = new Search(machine, { states: 100, time: 10, memory: 2 ** 20, depth: 100 });
	while (search.slice(100));
	const { steps: path } = search.path(search.findings.get(property) as Finding);
	return rebuild({ system, machine, only: undefined }, path, { kind: "false", property }, new Sources()).steps;
}

test("a call keeps the arguments that it began with; another of the same routine is another, whatever its arguments", () => {
	const sys = system({ state: { n: range(0, 9) } });
	const sub = sys.routine("sub", { args: { by: range(0, 2) } }, [
		step("n += by", ({ s, f }) => {
			s.n += f.by;
		}),
		step("by--", ({ f }) => {
			f.by--;
		}),
		step("n += by", ({ s, f }) => {
			s.n += f.by;
		}),
	]);
	sys.process("p", sys.routine("p", {}, [call(sub, () => ({ by: 2 })), call(sub, () => ({ by: 2 }))]));
	sys.property("six", { title: "", statement: "", invariant: ({ s }) => s.n < 6 });
	const steps = counterexample(sys, "six");
	const calls = steps.map(({ stack }) => stack[1]);
	expect(calls.map((each) => each?.args)).toEqual(steps.map(() => [{ name: "by", value: "2" }]));
	expect(calls.map((each) => calls.indexOf(each))).toEqual([0, 0, 0, 3, 3, 3]);
	expect(new Set(steps.map(({ stack }) => stack[0])).size).toBe(1);
});

test("a call in a loop begins anew each time round", () => {
	const sys = system({ state: { n: range(0, 3) } });
	const add = sys.routine("add", { args: { by: range(0, 1) } }, [
		step("n = (n + by) % 4", ({ s, f }) => {
			s.n = (s.n + f.by) % 4;
		}),
	]);
	sys.process("p", sys.routine("p", {}, [loop([call(add, () => ({ by: 1 }))])]));
	sys.property("less", { title: "", statement: "", invariant: ({ s }) => s.n < 3 });
	const steps = counterexample(sys, "less");
	expect(new Set(steps.map(({ stack }) => stack[1])).size).toBe(3);
});

test("an explanation that fails does not keep back the counterexample", () => {
	const it = subject("none");
	it.machine.explain = () => {
		throw new TypeError("oops");
	};
	const trace = rebuild(it, path(it, ...lost), { kind: "false", property: "sum" }, new Sources());
	expect(trace.explanation).toEqual(["explain() of sum fails: oops"]);
});

test("what the handler of an event says of why comes before what the last state says", () => {
	const sys = system({ state: { n: range(0, 2) }, events: { counted: [range(0, 2)] } });
	const count = sys.routine("count", {}, [
		loop([
			step("n++", ({ s, emit }) => {
				s.n++;
				emit.counted(s.n);
			}),
		]),
	]);
	sys.process("p", count);
	const twice = (explain?: () => readonly string[]) => ({
		title: "",
		statement: "",
		on: { counted: (_: unknown, n: number) => n < 2 || `it is ${n} by now` },
		...(explain ? { explain } : {}),
	});
	sys.property("said", twice());
	sys.property(
		"both",
		twice(() => ["the state says"]),
	);
	const it = { system: sys, machine: compile(sys), only: undefined };
	const told = (property: string) => rebuild(it, [0, 0], { kind: "false", property }, new Sources()).explanation;
	expect(told("said")).toEqual(["it is 2 by now"]);
	expect(told("both")).toEqual(["it is 2 by now", "the state says"]);
	expect(() => rebuild(it, [0], { kind: "false", property: "said" }, new Sources())).toThrow("does not violate it");
});

test("a path that does not violate the property is the checker's own error", () => {
	const it = subject("none");
	const fine = path(it, [0, "read"], [0, "counter"], [1, "read"], [1, "counter"]);
	const ending = { kind: "false", property: "sum" } as const;
	expect(() => rebuild(it, fine, ending, new Sources())).toThrow(/^the path found for sum does not violate it/);
});

test("so is a step that is not possible, and an error that is not raised", () => {
	const it = subject("held");
	const ending = { kind: "false", property: "sum" } as const;
	const overtaking = path(it, [0, "mutex_lock"], [1, "mutex_lock"]);
	expect(() => rebuild(it, overtaking, ending, new Sources())).toThrow('"mutex_lock(&lock)" is not possible');
	const quiet = path(it, [0, "mutex_lock"]);
	expect(() => rebuild(it, quiet, { kind: "raised", message: "P15" }, new Sources())).toThrow(
		'"mutex_lock(&lock)" raises no error where the search met its error',
	);
});

test("a state in which the reference interpreter differs is the checker's own error", () => {
	const it = subject("none");
	const describe = it.machine.describe.bind(it.machine);
	let states = 0;
	it.machine.describe = () => {
		const real = describe();
		return ++states < 5 ? real : { ...real, state: { ...real.state, value: 4 } };
	};
	expect(() => rebuild(it, path(it, ...lost), { kind: "false", property: "sum" }, new Sources())).toThrow(
		'the two interpreters disagree after step 2, "read = counter": value is 4, not 0',
	);
});

test("so is another initial state in the reference interpreter", () => {
	const it = { ...subject("none"), system: counter.build({ lock: "none", start: "one", tasks: 2 }) };
	expect(() => rebuild(it, [], { kind: "reached" }, new Sources())).toThrow(
		"the two interpreters disagree in the initial state: value is 0, not 1",
	);
});

test("so is a property that is false for one of the two interpreters alone, or an error that one alone raises", () => {
	let raises = 0;
	const once = step<{ s: { n: number } }, string>("n = 1", ({ s }) => {
		s.n = 1;
		if (raises-- > 0) fault("boom", "now and then");
	});
	const one = (n: number) => {
		const sys = system({ state: { n: range(0, 1) } });
		sys.process("p", sys.routine("p", {}, [once]));
		return sys.property("P", { title: "", statement: "", invariant: ({ s }) => s.n !== n }) as unknown as BuiltSystem;
	};
	const told = (packed: number, other: number, ending: Parameters<typeof rebuild>[2]) =>
		rebuild({ system: one(other), machine: compile(one(packed)), only: undefined }, [0], ending, new Sources());
	const isFalse = { kind: "false", property: "P" } as const;
	expect(told(1, 1, isFalse).steps).toHaveLength(1);
	expect(() => told(1, 2, isFalse)).toThrow("in the reference interpreter, the path found for P does not violate it");
	expect(() => told(2, 1, isFalse)).toThrow(/^the path found for P does not violate it/);
	// It is taken twice before the reference interpreter takes it: once to see what it leaves in its frame.
	raises = 2;
	expect(() => told(1, 1, { kind: "raised", message: "" })).toThrow(
		'in the reference interpreter, "n = 1" raises no error',
	);
	raises = 3;
	expect(told(1, 1, { kind: "raised", message: "" }).explanation).toEqual(["now and then"]);
});
