import { expect, test } from "vitest";
import { Search } from "../../src/explore/search.ts";
import { Simulation } from "../../src/explore/simulation.ts";
import {
	assert,
	type BuiltSystem,
	bool,
	fault,
	type In,
	loop,
	range,
	step,
	system,
	waitUntil,
} from "../../src/lang/index.ts";
import { compile, StepError } from "../../src/machine/index.ts";
import counter from "../support/models/counter.ts";

const limits = { states: 1e6, time: 60, memory: 2 ** 28, depth: 200 };

function walked(system: BuiltSystem, walks: number, seed = 1, within = limits): Simulation {
	const simulation = new Simulation(compile(system), within, { walks, seed });
	while (simulation.slice(1000));
	return simulation;
}

/** Lengths of the counterexamples, by property. */
const lengths = ({ findings }: Pick<Simulation, "findings">) =>
	Object.fromEntries([...findings.values()].map(({ property, length }) => [property, length]));

/** A process that needs three steps in a row to do harm, among others that go back and forth without end. */
function detours(): BuiltSystem {
	const sys = system({ state: { n: range(0, 3), a: range(0, 1), b: range(0, 1) }, events: { third: [] } });
	sys.process(
		"harm",
		sys.routine("harm", {}, [
			step("one", ({ s }) => {
				s.n = 1;
			}),
			step("two", ({ s }) => {
				s.n = 2;
			}),
			step("three", ({ s, emit }) => {
				s.n = 3;
				emit.third();
			}),
			step("four", () => assert(false, "four is wrong")),
		]),
	);
	for (const field of ["a", "b"] as const)
		sys.process(
			field,
			sys.routine(`flip_${field}`, {}, [
				loop([
					step("up", ({ s }) => {
						s[field] = 1;
					}),
					step("down", ({ s }) => {
						s[field] = 0;
					}),
				]),
			]),
			{ background: true },
		);
	const about = { title: "t", statement: "s" };
	sys.property("small", { ...about, invariant: ({ s }) => s.n < 2 });
	sys.property("both", { ...about, invariant: ({ s }) => s.n === 0 || s.a + s.b < 2 });
	sys.property("quiet", { ...about, on: { third: ({ s }) => s.a === 0 } });
	sys.property("met", { ...about, sometimes: ({ s }) => s.n === 1 && s.a === 1 });
	sys.property("end", { ...about, terminal: ({ s }) => s.b === 0 });
	return sys as BuiltSystem;
}

test("what is found is shrunk to what a search finds", () => {
	for (const seed of [1, 2, 3]) {
		const simulation = walked(detours(), 30, seed);
		expect(simulation.progress.depth).toBeGreaterThan(10);
		expect(lengths(simulation)).toEqual({ small: 2, met: 2, both: 3, quiet: 4, assert: 4 });
	}
	const tasks = () => counter.build({ lock: "none", start: "zero", tasks: 3 });
	const search = new Search(compile(tasks()), limits);
	while (search.slice(1000));
	expect(lengths(walked(tasks(), 200))).toEqual(lengths(search));
});

test("the path of a finding leads to where the property is false", () => {
	const simulation = walked(detours(), 30);
	const { machine } = simulation;
	const labels = (property: string) => {
		const finding = simulation.findings.get(property);
		return finding ? simulation.path(finding).steps.map((id) => machine.steps[id]?.label) : [];
	};
	expect(labels("small")).toEqual(["one", "two"]);
	expect(labels("both").toSorted()).toEqual(["one", "up", "up"]);
	expect(labels("assert")).toEqual(["one", "two", "three", "four"]);
	expect(simulation.findings.get("assert")?.message).toBe("four is wrong");
	expect(simulation.findings.get("small")?.message).toBeUndefined();
});

test("the seed determines everything", () => {
	const told = (seed: number) => {
		const simulation = walked(counter.build({ lock: "none", start: "zero", tasks: 3 }), 20, seed);
		const paths = [...simulation.findings.values()].map((finding) => simulation.path(finding));
		return { ...simulation.progress, seconds: 0, paths };
	};
	expect(told(7)).toEqual(told(7));
	expect([1, 2, 3, 4, 5].map((seed) => told(seed).transitions).every((n, _, [first]) => n === first)).toBe(false);
});

test("it is never complete: what it has not found is not proved", () => {
	const held = () => counter.build({ lock: "held", start: "zero", tasks: 2 });
	const simulation = walked(held(), 500);
	expect(simulation.findings.size).toBe(0);
	expect(simulation.stopped).toBe("walks");
	expect(walked(held(), 1e9, 1, { ...limits, time: 0.05 }).stopped).toBe("time");
	const interrupted = new Simulation(compile(held()), limits, { walks: 1e9, seed: 1 });
	interrupted.slice(1);
	interrupted.stop("interrupt");
	expect(interrupted.slice(1000)).toBe(false);
	expect(interrupted.stopped).toBe("interrupt");
});

test("an end is where only steps in the background follow", () => {
	const sys = system({ state: { n: range(0, 3), tick: bool } });
	const tick = step<In<typeof sys>, string>("tick", ({ s }) => {
		s.tick = !s.tick;
	});
	sys.process("ticker", sys.routine("ticker", {}, [loop([tick])]), { background: true });
	const count = step<In<typeof sys>, string>("n++", ({ s }) => {
		s.n++;
	});
	sys.process("p", sys.routine("p", {}, [count, count]));
	sys.property("three", { title: "", statement: "", terminal: ({ s }) => s.n === 3 });
	expect(walked(sys as unknown as BuiltSystem, 5).findings.get("three")).toMatchObject({ length: 2 });
});

test("what is shrunk raises the same error in the end, and not another", () => {
	const sys = system({ state: { n: range(0, 3) } });
	const count = waitUntil<In<typeof sys>, string>(
		"n++",
		({ s }) => s.n < 3,
		({ s }) => {
			s.n++;
		},
	);
	sys.process("p", sys.routine("p", {}, [loop([count])]));
	const crash = waitUntil<In<typeof sys>, string>(
		"crash",
		({ s }) => s.n % 2 === 1,
		({ s }) => fault(s.n === 1 ? "early" : "late", "it raises"),
	);
	sys.process("q", sys.routine("q", {}, [crash]));
	const { findings } = walked(sys as unknown as BuiltSystem, 50);
	expect([findings.get("early")?.length, findings.get("late")?.length]).toEqual([2, 4]);
});

test("a walk is no longer than the limit on depth", () => {
	expect(walked(detours(), 20, 1, { ...limits, depth: 5 }).progress.depth).toBe(5);
});

test("a model error ends it, with the steps that lead there", () => {
	const sys = system({ state: { n: range(0, 3) } });
	sys.process(
		"p",
		sys.routine("f", {}, [
			step("first", () => {}),
			step("wrong", ({ s }) => {
				s.n = 4;
			}),
		]),
	);
	const simulation = new Simulation(compile(sys as BuiltSystem), limits, { walks: 5, seed: 1 });
	expect(() => simulation.slice(1000)).toThrow(StepError);
	const { steps } = simulation.pathToError();
	expect(steps.map((id) => simulation.machine.steps[id]?.label)).toEqual(["first", "wrong"]);
	expect(simulation.slice(1000)).toBe(false);
});

test("so does a step that never ends", () => {
	const sys = system({ state: { n: range(0, 3) } });
	const endless = step("round", () => {
		for (;;);
	});
	sys.process("p", sys.routine("f", {}, [step("first", () => {}), endless]));
	const simulation = new Simulation(compile(sys as BuiltSystem), limits, { walks: 5, seed: 1 }, 0.3);
	expect(() => simulation.slice(50)).toThrow("a step that never ends");
	const { steps } = simulation.pathToError();
	expect(steps.map((id) => simulation.machine.steps[id]?.label)).toEqual(["first", "round"]);
});

test("steps that are slow each time come to their end all the same", () => {
	const sys = system({ state: { n: range(0, 9) } });
	const slowly = ({ s }: In<typeof sys>) => {
		const start = performance.now();
		while (performance.now() < start + 2);
		s.n++;
	};
	sys.process("count", sys.routine("count", {}, [loop([waitUntil("n++", ({ s }) => s.n < 9, slowly)])]));
	const simulation = new Simulation(compile(sys as unknown as BuiltSystem), limits, { walks: 10, seed: 1 }, 0.01);
	for (let i = 0; i < 50 && simulation.slice(1); i++);
	expect(simulation.stopped).toBe("walks");
});

test("a step that is slow once begins a walk again, and is no error", () => {
	let calls = 0;
	const sys = system({ state: { n: range(0, 9) } });
	const slow = ({ s }: In<typeof sys>) => {
		const start = performance.now();
		if (++calls === 100) while (performance.now() < start + 60);
		s.n++;
	};
	sys.process("count", sys.routine("count", {}, [loop([waitUntil("n++", ({ s }) => s.n < 9, slow)])]));
	sys.property("nine", { title: "", statement: "", invariant: ({ s }) => s.n < 9 });
	const simulation = new Simulation(compile(sys as unknown as BuiltSystem), limits, { walks: 50, seed: 1 }, 0.01);
	while (simulation.slice(1));
	expect(simulation).toMatchObject({ failing: undefined, stopped: "walks" });
	expect(lengths(simulation)).toEqual({ nine: 9 });
});
