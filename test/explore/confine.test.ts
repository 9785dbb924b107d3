// Steps that never end, or ask the clock or chance.
import { expect, test } from "vitest";
import { Timeout, within, withoutChance } from "../../src/explore/confine.ts";
import { confined } from "../../src/explore/confined.ts";
import { graphOf } from "../../src/explore/graph.ts";
import { necessary } from "../../src/explore/necessary.ts";
import { Search } from "../../src/explore/search.ts";
import { wholeGraph } from "../../src/explore/whole-graph.ts";
import {
	type BuiltSystem,
	bool,
	choose,
	type Id,
	type In,
	ids,
	loop,
	ModelError,
	perId,
	range,
	record,
	step,
	system,
	waitUntil,
} from "../../src/lang/index.ts";
import { compile, PropertyError, StepError } from "../../src/machine/index.ts";

const limits = { states: 10_000, time: 60, memory: 2 ** 26, depth: Number.POSITIVE_INFINITY };
const forever = (): never => {
	for (;;);
};

/** Counts to nine; `at` is run in each step, beside others that do nothing of note. */
function counting(at: (n: number) => void) {
	const sys = system({ state: { n: range(0, 9), m: range(0, 9) } });
	for (const field of ["m", "n"] as const)
		sys.process(
			field,
			sys.routine(field, {}, [
				loop([
					waitUntil(
						`${field}++`,
						({ s }) => s[field] < 9,
						({ s }) => {
							if (field === "n") at(s.n);
							s[field]++;
						},
					),
				]),
			]),
		);
	return sys;
}

function failing(sys: object): { error: unknown; search: Search } {
	const search = new Search(compile(sys as BuiltSystem), limits, { patience: 0.3 });
	try {
		while (search.slice(50));
	} catch (error) {
		return { error, search };
	}
	throw new Error("nothing failed");
}

test("a step that never ends is named, with a way to it", () => {
	const { error, search } = failing(counting((n) => n === 3 && forever()));
	expect(error).toBeInstanceOf(StepError);
	expect(error).toMatchObject({ message: "a step that never ends", edge: { label: "n++" } });
	expect((error as StepError).cause).toBeInstanceOf(ModelError);
	expect(((error as StepError).cause as ModelError).location?.file).toBe(import.meta.url.slice("file://".length));
	expect(search.failing).toEqual({ state: search.expanded, error });
	expect(search.pathToError().steps).toHaveLength(4);
});

test("a guard that never ends is named by its step", () => {
	const sys = counting(() => {});
	sys.process("wait", sys.routine("wait", {}, [waitUntil("wait", ({ s }) => s.m === 2 && forever())]));
	expect(failing(sys).error).toMatchObject({ message: "a step that never ends", edge: { label: "wait" } });
});

test.each(["invariant", "sometimes"])(
	"a condition of a property that never ends is named by the property: %s",
	(kind) => {
		const sys = counting(() => {})
			.property("fine", { title: "", statement: "", invariant: () => true })
			.property("slow", {
				title: "",
				statement: "",
				[kind]: ({ s }: { s: { m: number } }) => (s.m >= 2 && forever()) || kind === "invariant",
			});
		const { error } = failing(sys);
		expect(error).toBeInstanceOf(PropertyError);
		expect(error).toMatchObject({ message: "a condition that never ends", property: { id: "slow" } });
	},
);

/** The machine of a system that never ends its step "n++" where n is `at`. */
const endlessAt = (at: number) =>
	compile(
		counting((n) => n === at && forever()).property("low", {
			title: "",
			statement: "",
			invariant: ({ s }) => s.n < 2,
		}) as unknown as BuiltSystem,
	);

test("whoever leads a machine by hand is told of a step that never ends, or asks for chance", () => {
	const raw = endlessAt(0);
	const machine = confined(raw);
	machine.initial();
	const [m, n] = machine.steps.map(({ label }) => label);
	expect([m, n]).toEqual(["m++", "n++"]);
	expect(machine.take(0)).toBe(true);
	machine.initial();
	expect(() => machine.take(1)).toThrow("a step that never ends");
	machine.initial();
	machine.out.count = 0;
	expect(() => machine.expand()).toThrow(StepError);
	expect(machine.out.count).toBe(0);
	const random = confined(compile(counting(() => Math.random()) as unknown as BuiltSystem));
	random.initial();
	expect(() => random.take(1)).toThrow("Math.random");
});

test("whoever leads a machine by hand is told of a condition that never ends", () => {
	for (const kind of ["invariant", "terminal"] as const) {
		const sys = counting(() => {}).property("slow", { title: "", statement: "", [kind]: forever });
		const machine = confined(compile(sys as unknown as BuiltSystem));
		machine.initial();
		const look = () => (kind === "invariant" ? machine.violated() : machine.violatedAtEnd());
		expect(look).toThrow(PropertyError);
	}
});

test("what is only slow is done again, and comes to the same", () => {
	let until: number | undefined;
	const late = () => {
		until ??= performance.now() + 1_500;
		while (performance.now() < until);
	};
	const machine = confined(compile(counting(late) as unknown as BuiltSystem));
	machine.initial();
	machine.out.count = 0;
	expect(machine.expand()).toBe(2);
	expect(machine.out.count).toBe(2);
});

/** Takes a second and a half when it is first asked at five. */
function lateOnce(): (n: number) => void {
	let slow = true;
	return (n) => {
		if (n !== 5 || !slow) return;
		slow = false;
		const start = performance.now();
		while (performance.now() < start + 1_500);
	};
}

test("the whole graph is none where a step never ends", () => {
	expect(() => wholeGraph(endlessAt(3), 10_000)).toThrow(StepError);
});

test("the whole graph is whole where a step is only slow", () => {
	const quick = wholeGraph(compile(counting(() => {}) as unknown as BuiltSystem), 10_000);
	const graph = wholeGraph(compile(counting(lateOnce()) as unknown as BuiltSystem), 10_000);
	expect(graph).toEqual(quick);
});

test("a look back at a counterexample leaves open what a step that never ends, or is wrong, hides", () => {
	const quest = { property: "low", ways: "all", states: 10_000 } as const;
	for (const machine of [endlessAt(3), compile(tooHigh() as unknown as BuiltSystem)]) {
		expect(graphOf(machine, quest, 0.3)).toBeUndefined();
		expect(graphOf(machine, { ...quest, ways: "shortest" }, 0.3)?.ends).toHaveLength(2);
	}
});

test("whether a point is necessary is left open where the model is wrong", () => {
	const machine = compile(tooHigh() as unknown as BuiltSystem);
	const points = Uint8Array.from(machine.steps, () => 1);
	expect(necessary(machine, "none", points, "everybody", { states: 10_000 })).toBe("the model is wrong");
});

/** Counts further than it may. */
const tooHigh = () => {
	const sys = system({ state: { n: range(0, 9) } });
	sys.process("n", sys.routine("n", {}, [loop([step("n++", ({ s }) => void s.n++)])]));
	return sys.property("low", { title: "", statement: "", invariant: ({ s }) => s.n < 2 });
};

test("work that is only slow goes on where it was, and nothing is lost", () => {
	const whole = new Search(compile(counting(() => {}) as unknown as BuiltSystem), limits);
	while (whole.slice(1_000));
	const search = new Search(compile(counting(lateOnce()) as unknown as BuiltSystem), limits, { patience: 0.3 });
	while (search.slice(50));
	expect(search.stopped).toBeUndefined();
	expect([search.store.count, search.transitions, search.depth]).toEqual([
		whole.store.count,
		whole.transitions,
		whole.depth,
	]);
});

test("a chunk that is slow each time comes to its end all the same", () => {
	const sys = system({ state: { x: range(0, 5), y: range(0, 5), z: range(0, 5) } });
	for (const field of ["x", "y", "z"] as const) {
		const slowly = ({ s }: In<typeof sys>) => {
			const start = performance.now();
			while (performance.now() < start + 2);
			s[field]++;
		};
		sys.process(field, sys.routine(field, {}, [loop([waitUntil(`${field}++`, ({ s }) => s[field] < 5, slowly)])]));
	}
	const search = new Search(compile(sys as unknown as BuiltSystem), limits, { patience: 0.03, least: 512 });
	for (let i = 0; i < 100 && search.slice(0); i++);
	expect([search.done, search.store.count]).toEqual([true, 216]);
});

test("a false alarm late in a chunk loses nothing of what was made before it", () => {
	const build = (at: () => void) => {
		const sys = system({ state: { x: range(0, 39), y: range(0, 39), z: range(0, 39) } });
		for (const field of ["x", "y", "z"] as const)
			sys.process(
				field,
				sys.routine(field, {}, [
					loop([
						waitUntil(
							`${field}++`,
							({ s }) => s[field] < 39,
							({ s }) => {
								if (s.x + s.y + s.z === 58) at();
								s[field]++;
							},
						),
					]),
				]),
			);
		// Met by the first state of the level in which the alarm is.
		sys.property("there", { title: "", statement: "", sometimes: ({ s }) => s.x + s.y + s.z === 58 });
		return compile(sys as unknown as BuiltSystem);
	};
	const parentsIn = ({ store }: Search) => Int32Array.from({ length: store.count }, (_, i) => store.parent(i));
	const whole = new Search(
		build(() => {}),
		{ ...limits, states: 100_000 },
	);
	while (whole.slice(1_000));
	let calls = 0;
	const late = () => {
		if (++calls !== 1_400) return;
		const start = performance.now();
		while (performance.now() < start + 1_500);
	};
	const search = new Search(build(late), { ...limits, states: 100_000 }, { patience: 0.3, least: 512 });
	while (search.slice(50));
	expect([search.store.count, search.transitions, search.depth]).toEqual([
		whole.store.count,
		whole.transitions,
		whole.depth,
	]);
	expect([...search.machine.taken]).toEqual([...whole.machine.taken]);
	expect(search.findings.get("there")).toEqual(whole.findings.get("there"));
	expect(parentsIn(search).join() === parentsIn(whole).join()).toBe(true);
});

test.each<[string, () => unknown]>([
	["Date", () => Date.now()],
	["Date", () => new Date()],
	["Date", () => Date()],
	["Math.random", () => Math.random()],
])("%s is a model error in a step", (name, ask) => {
	const { error } = failing(counting((n) => n === 3 && ask()));
	expect(error).toBeInstanceOf(StepError);
	expect(error).toMatchObject({
		message: `a model may not use ${name}: a step must do the same whenever it is taken`,
		edge: { label: "n++" },
	});
	expect(Date.now()).toBeGreaterThan(0);
	expect(Math.random()).toBeLessThan(1);
});

test("what was forbidden is allowed again after an error", () => {
	const { random } = Math;
	const clock = Date;
	expect(() =>
		withoutChance(() => {
			throw new Error("x");
		}),
	).toThrow("x");
	expect(Math.random).toBe(random);
	expect(Date).toBe(clock);
});

test("within returns what the work returns, throws what it throws, and ends what does not end", () => {
	expect(within(1_000, () => 7)).toBe(7);
	expect(() => within(100, forever)).toThrow(Timeout);
	expect(() =>
		within(1_000, () => {
			throw new RangeError("y");
		}),
	).toThrow(RangeError);
	expect(within(1_000, () => within(1_000, () => "nested"))).toBe("nested");
});

/** Two interchangeable cells, of which one is the last once; `at` is called where a property hears of that, in the state or in an image of it. */
const looking = (at: () => void) => {
	const Cell = ids("cell", 2);
	const sys = system({
		state: { cell: perId(Cell, record({ n: range(0, 3), mark: range(0, 1) })), over: bool },
		events: { last: [Cell] },
	});
	type Here = In<typeof sys, { cell: Id<"cell"> }>;
	const isLast = ({ s, f }: Here): boolean => !s.over && Cell.all.every((c) => s.cell[c].n === (c === f.cell ? 3 : 0));
	const grow = sys.routine("grow", { args: { cell: Cell } }, [
		loop([
			choose<Here, string>(
				[
					waitUntil<Here, string>(
						"n++",
						({ s, f }) => !s.over && s.cell[f.cell].n < 3,
						({ s, f }) => {
							s.cell[f.cell].n++;
						},
					),
				],
				[
					waitUntil<Here, string>("last", isLast, ({ s, f, emit }) => {
						s.over = true;
						s.cell[f.cell].mark = 1;
						emit.last(f.cell);
					}),
				],
			),
		]),
	]);
	for (const cell of Cell.all) sys.process(`grow${cell}`, grow, { args: { cell } });
	sys.property("marked", {
		title: "",
		statement: "",
		on: {
			last: ({ s }, cell) => {
				at();
				return s.cell[cell].mark === 1;
			},
		},
	});
	return compile(sys as unknown as BuiltSystem, { symmetry: true });
};

test("a false alarm while it is looked whether ids are interchangeable leaves nothing behind", () => {
	let calls = 0;
	let slow = -1;
	const at = () => {
		if (++calls !== slow) return;
		const start = performance.now();
		while (performance.now() < start + 40);
	};
	const explored = () => {
		calls = 0;
		const search = new Search(looking(at), limits, { patience: 0.01 });
		while (search.slice(0));
		const { name } = search.machine.group.swaps[0] as { name: string };
		return { states: search.store.count, transitions: search.transitions, name, looks: calls, failing: search.failing };
	};
	const whole = explored();
	expect([whole.states, whole.looks > 3]).toEqual([11, true]);
	for (slow = 1; slow <= whole.looks; slow++)
		expect({ ...explored(), looks: whole.looks }, `look ${slow}`).toEqual(whole);
});

/** Takes its time, and nearly none of the processor's. */
const idle = (milliseconds: number) => {
	const start = performance.now();
	const nobody = new Int32Array(new SharedArrayBuffer(4));
	while (performance.now() < start + milliseconds) Atomics.wait(nobody, 0, 0, 5);
};

test("what took long because others had the processors is told from what goes on for ever", () => {
	const starved = (work: () => void): boolean | undefined => {
		try {
			within(100, work);
		} catch (error) {
			return (error as Timeout).starved;
		}
		return undefined;
	};
	expect([starved(forever), starved(() => idle(200)), starved(() => {})]).toEqual([false, true, undefined]);
});

test("who was kept waiting is no step that never ends", () => {
	const once = () => {
		let calls = 0;
		return () => {
			if (++calls < 2) idle(1_200);
		};
	};
	const machine = compile(counting(once()) as unknown as BuiltSystem);
	machine.initial();
	const led = confined(machine);
	const step = machine.steps.findIndex(({ label }) => label === "n++");
	expect(led.take(step)).toBe(true);

	// The first time it is an alarm, and the second time while what never ends is looked for.
	let calls = 0;
	const twice = () => {
		if (++calls < 3) idle(1_200);
	};
	const search = new Search(compile(counting(twice) as unknown as BuiltSystem), limits, { patience: 0.3 });
	while (search.slice(50));
	expect([search.failing, search.store.count]).toEqual([undefined, 100]);
});
