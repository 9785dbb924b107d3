// Calls: arguments, results, recursion, dispatch, and locals that end: both interpreters agree, and on a number of states that can be counted by hand.
import { expect, test } from "vitest";
import {
	anyOf,
	bool,
	call,
	callOneOf,
	choose,
	forget,
	giveBack,
	type In,
	ids,
	list,
	oneOf,
	type Routine,
	range,
	step,
	system,
	when,
} from "../../src/lang/index.ts";
import { agree } from "../support/agree.ts";

const counter = () => system({ state: { n: range(0, 30), flag: bool } });

test("arguments, returned values and nested calls, with and without steps of their own", () => {
	const sys = counter();
	const double = sys.routine("double", { args: { x: range(0, 9) }, returns: range(0, 18) }, [
		giveBack(({ f }) => 2 * f.x),
	]);
	const slow = sys.routine("slow", { args: { x: range(0, 9) }, locals: { y: range(0, 18) }, returns: range(0, 18) }, [
		step("n = x", ({ s, f }) => {
			s.n = f.x;
		}),
		call(double, ({ f }) => ({ x: f.x }), "y"),
		when(({ f }) => f.y > 5, [giveBack(({ f }) => f.y)]),
		step("small", ({ s }) => {
			s.flag = true;
		}),
		giveBack(() => 0),
	]);
	const p = sys.routine("p", { args: { x: range(0, 9) }, locals: { a: range(0, 18), b: range(0, 18) } }, [
		call(slow, ({ f }) => ({ x: f.x }), "a"),
		call(double, ({ f }) => ({ x: f.x }), "b"),
		step("n = a + b - 2 x", ({ s, f }) => {
			s.n = f.a + f.b - 2 * f.x;
		}),
	]);
	sys.process("big", p, { args: { x: 3 } });
	expect(agree(sys)).toMatchObject({ states: 3, transitions: 2 });
	sys.process("small", p, { args: { x: 1 } });
	expect(agree(sys)).toMatchObject({ complete: true, errors: [] });
});

test("a returned list is copied before the frame it lies in is cleared", () => {
	const Item = ids("item", 2);
	const sys = system({ state: { seen: list(Item, 2) } });
	const take = sys.routine("take", { locals: { l: list(Item, 2) }, returns: list(Item, 2) }, [
		step("l = { 1, 0 }", ({ f }) => {
			f.l.push(Item.id(1));
			f.l.push(Item.id(0));
		}),
		giveBack(({ f }) => f.l),
	]);
	sys.process(
		"p",
		sys.routine("p", { locals: { got: list(Item, 2) } }, [
			call(take, undefined, "got"),
			step("seen = got", ({ s, f }) => {
				s.seen = f.got;
			}),
		]),
	);
	sys.property("seen", {
		title: "",
		statement: "",
		terminal: ({ s }) => s.seen.length === 2 && s.seen.at(0) === 1,
	});
	expect(agree(sys)).toMatchObject({ states: 3, violated: [] });
});

test("a routine that returns nothing where a value is expected", () => {
	const sys = counter();
	const maybeGives = sys.routine("maybe_gives", { returns: range(0, 30) }, [
		when("flag", ({ s }) => s.flag, [giveBack(() => 1)]),
	]);
	sys.process(
		"p",
		sys.routine("p", { locals: { x: range(0, 30) } }, [
			call(maybeGives, undefined, "x"),
			step("n = x", ({ s, f }) => {
				s.n = f.x;
			}),
		]),
	);
	expect(agree(sys).errors).toEqual(["absent value written to p: x, which is a number from 0 to 30"]);
});

test("recursion to its declared depth, and P16 beyond it", () => {
	const build = (depth: number) => {
		const sys = counter();
		const down: Routine<{ x: number }, undefined, In<typeof sys>, string> = sys.routine(
			"down",
			{ args: { x: range(0, 3) }, depth },
			[
				step("n++", ({ s }) => {
					s.n++;
				}),
				when(
					({ f }) => f.x > 0,
					[
						call(
							() => down,
							({ f }) => ({ x: f.x - 1 }),
						),
					],
				),
				step("n--", ({ s, f }) => {
					s.n -= f.x >= 0 ? 1 : 0;
				}),
			],
		);
		sys.process("p", down, { args: { x: 2 } });
		return agree(sys);
	};
	expect(build(3)).toMatchObject({ states: 7, transitions: 6, violated: [] });
	expect(build(2)).toMatchObject({ states: 3, transitions: 2, violated: ["P16"] });
});

test("dispatch to one of several routines", () => {
	const sys = system({
		state: { func: oneOf("add", "sub"), n: range(-5, 5) },
		init: (s) => {
			s.n = 0;
		},
	});
	const add = sys.routine("add", { args: { x: range(0, 5) } }, [
		step("n += x", ({ s, f }) => {
			s.n += f.x;
		}),
	]);
	const sub = sys.routine("sub", { args: { x: range(0, 5) } }, [
		step("n -= x", ({ s, f }) => {
			s.n -= f.x;
		}),
	]);
	sys.process(
		"p",
		sys.routine("p", { locals: { func: oneOf("add", "sub") } }, [
			choose(
				[
					step("func = add", ({ f }) => {
						f.func = "add";
					}),
				],
				[
					step("func = sub", ({ f }) => {
						f.func = "sub";
					}),
				],
			),
			callOneOf(
				({ f }) => f.func,
				{ add, sub },
				() => ({ x: 3 }),
			),
		]),
	);
	expect(agree(sys)).toMatchObject({ states: 5, transitions: 4 });
});

test("locals are unset where their routine or block ends", () => {
	const sys = system({ state: { done: bool } });
	const pick = sys.routine("pick", { locals: { x: range(0, 3), l: list(range(0, 3), 2) } }, [
		anyOf(ids("value", 4), (x) => [
			step(`x = ${x}`, ({ f }) => {
				f.x = x;
				f.l.push(x);
			}),
		]),
		step("use x", () => {}),
		forget("x", "l"),
		step("x is forgotten", () => {}),
		step("last", ({ f }) => {
			f.x = 0;
		}),
	]);
	sys.process(
		"p",
		sys.routine("p", {}, [
			call(pick),
			step("done", ({ s }) => {
				s.done = true;
			}),
		]),
	);
	// Start, four at "use x", then "x is forgotten", "last", "done", end.
	expect(agree(sys)).toMatchObject({ states: 9, transitions: 11 });
});
