// `sometimes` properties: both interpreters agree on where they are met, and nothing else comes of them.
import { expect, test } from "vitest";
import { Search } from "../../src/explore/search.ts";
import { type BuiltSystem, loop, range, system, waitUntil } from "../../src/lang/index.ts";
import { compile, reference } from "../../src/machine/index.ts";
import { agree } from "../support/agree.ts";

function counting() {
	const sys = system({ state: { n: range(0, 9) }, events: { counted: [range(0, 9)] } });
	sys.process(
		"p",
		sys.routine("p", {}, [
			loop([
				waitUntil(
					"n++",
					({ s }) => s.n < 9,
					({ s, emit }) => {
						s.n++;
						emit.counted(s.n);
					},
				),
			]),
		]),
	);
	return sys;
}
const about = { title: "", statement: "" };

function findings(sys: object): Record<string, number> {
	const limits = { states: 1000, time: 60, memory: 2 ** 28, depth: 1000 };
	const search = new Search(compile(sys as BuiltSystem), limits);
	while (search.slice(1000));
	return Object.fromEntries([...search.findings].map(([id, { length }]) => [id, length]));
}

test("is found where it is first met, and not where it never is", () => {
	const sys = counting()
		.property("five", { ...about, sometimes: ({ s }) => s.n >= 5 })
		.property("start", { ...about, sometimes: ({ s }) => s.n === 0 })
		.property("odd", { ...about, sometimes: ({ s }) => s.n > 9 })
		.property("low", { ...about, invariant: ({ s }) => s.n < 8 });
	expect(findings(sys)).toEqual({ five: 5, start: 0, low: 8 });
	expect(agree(sys as unknown as BuiltSystem)).toMatchObject({ violated: expect.arrayContaining(["five", "start"]) });
});

test("a machine tells each time of what is false, and once of what is met, however often it was asked", () => {
	const sys = counting()
		.property("low", { ...about, invariant: ({ s }) => s.n < 5 })
		.property("high", { ...about, sometimes: ({ s }) => s.n >= 5 })
		.property("few", { ...about, invariant: ({ s }) => s.n < 6 });
	const machine = compile(sys as unknown as BuiltSystem);
	const states: Record<number, Int32Array> = {};
	machine.initial();
	for (let n = 0; n <= 9; n++) {
		const packed = new Int32Array(machine.words);
		machine.store(packed, 0);
		states[n] = packed;
		if (n < 9) machine.take(0);
	}
	const told = (n: number): string[] => {
		machine.load(states[n] as Int32Array, 0);
		return machine.violated().map((i) => machine.properties[i]?.id ?? "");
	};
	// The first states are looked at more carefully, by other code.
	machine.initial();
	for (let i = 0; i < 100; i++) {
		machine.load(states[0] as Int32Array, 0);
		machine.expand();
		machine.out.count = 0;
	}
	expect([4, 6, 6, 5].map(told)).toEqual([[], ["low", "high", "few"], ["low", "few"], ["low"]]);
});

test("is found again by a second search of one machine", () => {
	const machine = compile(
		counting().property("five", { ...about, sometimes: ({ s }) => s.n === 5 }) as unknown as BuiltSystem,
	);
	const limits = { states: 1000, time: 60, memory: 2 ** 28, depth: 1000 };
	for (let run = 0; run < 2; run++) {
		const search = new Search(machine, limits);
		while (search.slice(1000));
		expect([...search.findings.keys()]).toEqual(["five"]);
	}
});

test("its handlers keep history, and their answers do not count", () => {
	const sys = counting().property("twice", {
		...about,
		ghost: { even: range(0, 9) },
		on: {
			counted: ({ g }, n) => {
				if (n % 2 === 0) g.even++;
				return false;
			},
		},
		sometimes: ({ g }) => g.even === 2,
	});
	expect(findings(sys)).toEqual({ twice: 4 });
	agree(sys as unknown as BuiltSystem);
	const model = reference(sys as unknown as BuiltSystem);
	expect(model.successors(model.initial)[0]?.violations).toEqual([]);
});

test("a condition that changes the state is a model error", () => {
	const sys = counting().property("wrong", {
		...about,
		sometimes: ({ s }) => {
			s.n = 3;
			return false;
		},
	});
	expect(() => findings(sys)).toThrow("property wrong changes the state");
});

test("nothing else stands beside it", () => {
	const sometimes = () => true;
	for (const other of [{ invariant: sometimes }, { terminal: sometimes }, { antecedent: sometimes }, { raised: true }])
		expect(() => counting().property("s", { ...about, sometimes, ...(other as object) })).toThrow(
			"property s is to hold sometimes: what must always hold, or an antecedent, is a property of its own",
		);
});
