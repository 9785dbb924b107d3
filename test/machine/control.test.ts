// Loops, conditions and choices: both interpreters agree, and on a number of states that can be counted by hand.
import { expect, test } from "vitest";
import {
	again,
	block,
	bool,
	breakIf,
	choose,
	type In,
	ifdef,
	leave,
	loop,
	range,
	type Stmt,
	step,
	system,
	waitUntil,
	when,
} from "../../src/lang/index.ts";
import { agree } from "../support/agree.ts";

const counter = () => system({ state: { n: range(0, 30), flag: bool } });

test("nested loops, breakIf and again", () => {
	const sys = counter();
	sys.process(
		"p",
		sys.routine("p", { locals: { i: range(0, 3), j: range(0, 3) } }, [
			step("i = 0", ({ f }) => {
				f.i = 0;
			}),
			loop([
				breakIf(({ f }) => f.i === 2),
				step("j = 0", ({ f }) => {
					f.j = 0;
				}),
				loop([
					step("j++", ({ f }) => {
						f.j++;
					}),
					when(
						({ f }) => f.j === 1,
						[again()],
						[
							when("n is odd", ({ s }) => s.n % 2 === 1, [
								step("flag", ({ s }) => {
									s.flag = true;
								}),
								leave(),
							]),
						],
					),
					breakIf("j == 3", ({ f }) => f.j === 3),
				]),
				step("n += j", ({ s, f }) => {
					s.n += f.j;
				}),
				step("i++", ({ f }) => {
					f.i++;
				}),
			]),
		]),
	);
	// One process without choices: a line of states. Round one: j = 0, j++ twice, odd? no, j == 3? no, j++, odd?,
	// j == 3, n += 3, i++. Round two: j = 0, j++ twice, odd? yes, flag, n += 2, i++.
	expect(agree(sys)).toMatchObject({ states: 19, transitions: 18, complete: true });
});

test("choices, nested, each made with its first step", () => {
	const sys = counter();
	const add = (n: number): Stmt<In<typeof sys>> =>
		step(`n += ${n}`, ({ s }) => {
			s.n += n;
		});
	sys.process(
		"p",
		sys.routine("p", {}, [
			choose(
				[add(1), add(1)],
				[choose([add(2)], [block(add(3), add(4)), add(5)])],
				[when("flag", ({ s }) => s.flag, [add(6)], [add(7)])],
				[waitUntil("never", ({ s }) => s.flag), add(8)],
			),
			add(9),
		]),
	);
	// n is 0; 1, 2, 11 | the same 2, 11 | 3, 7, 12, 21 | 0, 7, 16 at positions of their own.
	expect(agree(sys)).toMatchObject({ states: 11, transitions: 11, errors: [] });
});

test("two processes interleave", () => {
	const sys = counter();
	const p = sys.routine("p", {}, [
		step("n++", ({ s }) => {
			s.n++;
		}),
		step("n++ again", ({ s }) => {
			s.n++;
		}),
	]);
	sys.process("p", p);
	sys.process("q", p);
	// A grid of 3 by 3 positions; n is their sum.
	expect(agree(sys)).toMatchObject({ states: 9, transitions: 12 });
});

test("versions of a statement chosen when the system is built", () => {
	const build = (version: boolean) => {
		const sys = counter();
		sys.process(
			"p",
			sys.routine("p", {}, [
				ifdef(
					version,
					[
						step("one", ({ s }) => {
							s.n = 1;
						}),
					],
					[
						step("two", ({ s }) => {
							s.n = 2;
						}),
						step("three", ({ s }) => {
							s.n = 3;
						}),
					],
				),
			]),
		);
		return agree(sys).states;
	};
	expect([build(true), build(false)]).toEqual([2, 3]);
});

test("a version that has no statement may stand before a choice's first step", () => {
	const sys = counter();
	sys.process(
		"p",
		sys.routine("p", {}, [
			choose([
				ifdef(false, [step("not here", () => {})]),
				block(
					ifdef(false, [step("nor here", () => {})]),
					step("one", ({ s }) => {
						s.n = 1;
					}),
				),
				step("two", ({ s }) => {
					s.n = 2;
				}),
			]),
		]),
	);
	expect(agree(sys)).toMatchObject({ states: 3, transitions: 2 });
});
