// Declarations that make no sense are refused where they stand, with the author's file.
import { describe, expect, test } from "vitest";
import {
	type Axes,
	bool,
	breakIf,
	call,
	type EventTypes,
	ids,
	list,
	loop,
	type Model,
	ModelError,
	maybe,
	model,
	oneOf,
	perId,
	range,
	record,
	type Scalar,
	type Stmt,
	type System,
	step,
	system,
	type Type,
	waitUntil,
	when,
} from "../../src/lang/index.ts";
import { compile } from "../../src/machine/index.ts";

const here = import.meta.url.slice("file://".length);
const Cpu = ids("cpu", 2);
const about = { title: "", statement: "" };
const told = { ...about, raised: true } as const;
/** As a model without types, or with casts, might pass it. */
const number = 5 as unknown as Scalar<number>;

const withAxes = (axes: Axes) => model("m", { about: "", axes, build: () => system({ state: {} }) });
type Shape = Partial<Pick<Model, "axes" | "sizes" | "defaults">>;
const shaped = (shape: Shape) => model("m", { about: "", ...shape, build: () => system({ state: {} }) });
const returning = (built: unknown) => model("m", { about: "", build: () => built as object });

function refusal(declare: () => unknown): ModelError {
	try {
		declare();
	} catch (error) {
		if (error instanceof ModelError) return error;
		throw error;
	}
	throw new Error("nothing was refused");
}

test.each<[string, () => unknown]>([
	["range(0, Infinity) has no finite bound", () => range(0, Number.POSITIVE_INFINITY)],
	["range(0.5, 2) has no finite bound", () => range(0.5, 2)],
	["range(2, 1) has no finite bound", () => range(2, 1)],
	["range(0, 65536) has no finite bound", () => range(0, 65_536)],
	["range(4294967296, 4294967297) has no finite bound", () => range(2 ** 32, 2 ** 32 + 1)],
	['ids("cpu", Infinity) has no finite bound', () => ids("cpu", Number.POSITIVE_INFINITY)],
	['ids("cpu", -1) has no finite bound', () => ids("cpu", -1)],
	["list(…, Infinity) has no finite bound", () => list(Cpu, Number.POSITIVE_INFINITY)],
	["list: 5 is not a type of the modelling language", () => list(number, 2)],
	["maybe: 5 is not a type of the modelling language", () => maybe(number)],
	["field n: 5 is not a type of the modelling language", () => record({ n: number })],
	["perId(cpu): wrap the scalar in a record", () => perId(Cpu, bool as unknown as Type<object>)],
	["field kind: a whole type stands among the fields", () => record({ ...record({ n: bool }) } as never)],
	["field n-1: a name is letters", () => record({ "n-1": bool })],
	["field constructor: a name is letters", () => record({ constructor: bool })],
	["oneOf(a, b, a): names must be distinct", () => oneOf("a", "b", "a")],
	["oneOf(): names must be distinct and at least one", () => oneOf()],
	["cpu: two members are named cpu0", () => ids("cpu", 2).add("cpu0")],
	["there is no cpu 2: the set has 2", () => Cpu.id(2)],
	[
		"m: axis and size are both named cpus",
		() =>
			model("m", {
				about: "",
				axes: { cpus: [1] },
				sizes: { cpus: { default: 1, min: 1, max: 2 } },
				build: () => system({ state: {} }),
			}),
	],
	[
		"property P is of class cost: there are error and warning; sys.cost() declares a figure",
		() => system({ state: {} }).property("P", { ...told, class: "cost" as "error" }),
	],
	["property P says nothing", () => system({ state: {} }).property("P", { ...about, antecedent: () => true })],
	[
		"an async function or a generator",
		() => system({ state: {} }).property("P", { ...about, invariant: (async () => true) as unknown as () => boolean }),
	],
	["an async function or a generator: what a closure does, it does at once", () => step("x", async () => {})],
	[
		"an async function or a generator",
		() =>
			waitUntil(
				"x",
				() => true,
				function* () {},
			),
	],
	[
		'step("x") has a label and an effect: waitUntil() has a guard',
		() => Reflect.apply(step, 0, ["x", () => true, () => {}]),
	],
	["a step begins with its label, the C statement that it stands for", () => Reflect.apply(step, 0, [() => {}])],
	["a step begins with its label, the C statement that it stands for", () => step(" ", () => {})],
	["waitUntil() begins with its label, the C statement that it stands for", () => waitUntil("", () => true)],
	['the effect of "x" is undefined, and no function', () => Reflect.apply(step, 0, ["x"])],
	['the guard of "x" is undefined, and no function', () => Reflect.apply(waitUntil, 0, ["x"])],
	['the effect of "x" is true, and no function', () => Reflect.apply(waitUntil, 0, ["x", () => true, true])],
	['the condition "x" is true, and no function', () => Reflect.apply(when, 0, ["x", true, []])],
	["a condition without a label is false, and no function", () => Reflect.apply(when, 0, [false, []])],
	['the condition "x" is undefined, and no function', () => Reflect.apply(breakIf, 0, ["x", undefined])],
	[
		"a condition or handler of property P is true, and no function",
		() => system({ state: {} }).property("P", { ...about, invariant: true as unknown as () => boolean }),
	],
	["m: build() must return the system", () => returning(undefined).build({})],
	["m: build() must return the system", () => returning(() => {}).build({})],
	["m: the system has no process, so nothing ever happens in it", () => withAxes({}).build({})],
	[
		"two properties are named P",
		() =>
			system({ state: {} })
				.property("P", told)
				.cost("P", { ...about, on: {} }),
	],
	[
		"cost P is told per bio, of which there are 0",
		() => system({ state: {} }).cost("P", { ...about, on: {}, per: { count: 0, what: "bio" } }),
	],
	["m: defaults speak of b, which is no axis", () => shaped({ axes: { a: ["x"] }, defaults: { b: ["x"] } })],
	["m: defaults leave axis a no value", () => shaped({ axes: { a: ["x"] }, defaults: { a: [] } })],
	[
		"m: defaults: axis a has no value z: it is one of x, y",
		() => shaped({ axes: { a: ["x", "y"] }, defaults: { a: ["z"] } }),
	],
	[
		"m: size n is 9 by default, and not a whole number from 1 to 3",
		() => shaped({ sizes: { n: { default: 9, min: 1, max: 3 } } }),
	],
	["m: axis a has the value x y: write it without blanks and without / , = *", () => withAxes({ a: ["x y"] })],
	["m: axis a has the value x/y", () => withAxes({ a: ["v", "x/y"] })],
	["m: axis a has the value *", () => withAxes({ a: ["*"] })],
	["m: axis a has the value x,y", () => withAxes({ a: ["x,y"] })],
	["m: axis a has the value : ", () => withAxes({ a: [""] })],
	["m: an axis or size is named a b", () => withAxes({ "a b": ["x"] })],
	["m: axis a has the value 1 twice", () => withAxes({ a: [1, "1"] })],
	["m: axis a has no values", () => withAxes({ a: [] })],
])("%s", (message, declare) => {
	const { message: said, location } = refusal(declare);
	expect(said).toContain(message);
	expect(location?.file).toBe(here);
});

describe("what build() depends on besides the scenario is found out when the first is built", () => {
	const Shared = ids("shared", 1);
	let count = 0;
	const again = "m: build() makes another system of a scenario when it is called again";
	/** `what` is called with the system that is built. */
	const building = (what: (sys: System<object, object, EventTypes>) => unknown) =>
		model("m", {
			about: "",
			axes: { a: [1, 2] },
			build: () => {
				const sys = system({ state: { last: maybe(Shared) } });
				sys.process("p", sys.routine("p", {}, [step("one", () => {})]));
				what(sys as never);
				return sys;
			},
		});

	test.each<[string, (sys: System<object, object, EventTypes>) => unknown]>([
		["a set of the module grows", () => Shared.add()],
		["a process is named by a count", (sys) => sys.process(`p${count++}`, sys.routine("q", {}, []))],
		["so is a step", (sys) => sys.process("q", sys.routine("q", {}, [step(`step ${count++}`, () => {})]))],
		[
			"or one of what is called",
			(sys) =>
				sys.process("q", sys.routine("q", {}, [call(sys.routine("r", {}, [step(`step ${count++}`, () => {})]))])),
		],
		["or a property", (sys) => sys.property(`P${count++}`, told)],
		["it is what another scenario has left", (sys) => count++ === 0 && sys.property("first", told)],
	])("%s", (_, what) => {
		count = 0;
		const unsteady = building(what);
		for (const a of [1, 2, 1]) {
			const { message, location } = refusal(() => unsteady.build({ a }));
			expect(message).toContain(again);
			expect(location?.file).toBe(here);
		}
	});

	test("a set of the module that stays as it is, or a count that nothing depends on, does no harm", () => {
		const steady = building(() => count++);
		for (const a of [1, 2, 1]) expect(steady.build({ a }).processes).toHaveLength(1);
	});
});

test("names are given once: processes, properties, arguments and locals", () => {
	const sys = system({ state: { n: bool } });
	const idle = sys.routine("idle", {}, [step("nothing", () => {})]);
	sys.process("p", idle);
	sys.property("P1", told);
	expect(refusal(() => sys.process("p", idle))).toMatchObject({
		message: "two processes are named p",
		location: { file: here },
	});
	expect(refusal(() => sys.property("P1", told))).toMatchObject({
		message: "two properties are named P1",
		location: { file: here },
	});
	expect(refusal(() => sys.routine("r", { args: { x: bool }, locals: { x: bool } }, []))).toMatchObject({
		message: "r: argument and local are both named x",
		location: { file: here },
	});
});

test("no value takes more than 16 bits, counting its absence", () => {
	const build = (type: Type<unknown>) => () => compile(system({ state: { n: type } }));
	expect(build(range(0, 65_535))).not.toThrow();
	expect(refusal(build(maybe(range(0, 65_535)))).message).toBe(
		"a type of 65537 values: at most 65536 fit, where absent counts as one",
	);
});

test("a wide range keeps all its values", () => {
	const sys = system({ state: { n: maybe(range(0, 65_534)), m: range(-70_000, -69_000) } });
	sys.process(
		"p",
		sys.routine("p", {}, [
			step("to the ends", ({ s }) => {
				s.n = 65_534;
				s.m = -69_000;
			}),
		]),
	);
	const machine = compile(sys);
	machine.initial();
	const words = new Int32Array(machine.words);
	expect(machine.take(0)).toBe(true);
	machine.store(words, 0);
	machine.load(words, 0);
	expect(machine.describe().state).toEqual({ n: 65_534, m: -69_000 });
});

test("what stands among statements and is none is named", () => {
	const sys = system({ state: {} });
	const uncalled = () => step("s", () => {});
	const callee = sys.routine("callee", {}, [step("s", () => {})]);
	const body = (second: unknown) => () => sys.routine("r", {}, [step("first", () => {}), second as Stmt<unknown>]);
	const said = (declare: () => unknown) => {
		const { message, location } = refusal(declare);
		expect(location?.file).toBe(here);
		return message;
	};
	expect(said(body(uncalled))).toBe("statement 2 is the function uncalled, not called, and no statement");
	expect(said(body(callee))).toBe("statement 2 is the routine callee, which call() would call, and no statement");
	expect(said(body([step("s", () => {})]))).toBe("statement 2 is a list, without ... before it, and no statement");
	expect(said(() => loop([undefined as unknown as Stmt<unknown>]))).toBe("statement 1 is undefined, and no statement");
	expect(said(() => loop(uncalled() as unknown as Stmt<unknown>[]))).toBe(
		"a statement stands where a list of statements belongs",
	);
	expect(said(() => sys.process("p", [step("s", () => {})] as never))).toMatch(/^process p is to run a routine/);
});

test("a property, or a cost, of an event that nobody declares", () => {
	const sys = system({ state: {}, events: { ended: [] } });
	const on = { freed: () => true } as object;
	const message = "property x listens to freed, which is no event here: there are ended";
	expect(refusal(() => sys.property("x", { ...about, on })).message).toBe(message);
	expect(refusal(() => sys.cost("x", { ...about, on })).message).toBe(message);
});
