// A machine that heeds some of its properties is the machine that was made for these.
import { expect, test } from "vitest";
import { Search } from "../../src/explore/search.ts";
import { type BuiltSystem, bool, loop, range, step, system } from "../../src/lang/index.ts";
import { compile, type Machine } from "../../src/machine/index.ts";

const about = { title: "", statement: "" };
const unlimited = Number.POSITIVE_INFINITY;
const limits = { states: 10_000, memory: 2 ** 30, time: unlimited, depth: unlimited };

/** `n` goes round; `low` has no history, `thrice` and `odd` have some, and `turns` costs. */
function build(): BuiltSystem {
	const sys = system({ state: { n: range(0, 4) }, events: { turned: [] } });
	const turns = sys.routine("p", {}, [
		loop([
			step("n = (n + 1) % 5", ({ s, emit }) => {
				s.n = (s.n + 1) % 5;
				emit.turned();
			}),
		]),
	]);
	sys.process("p", turns);
	return sys
		.property("low", { ...about, invariant: ({ s }) => s.n < 3 })
		.property("thrice", {
			...about,
			ghost: { turns: range(0, 3) },
			on: {
				turned: ({ g }) => {
					if (g.turns < 3) g.turns++;
					return g.turns < 3;
				},
			},
		})
		.property("odd", {
			...about,
			ghost: { odd: bool },
			on: {
				turned: ({ g }) => {
					g.odd = !g.odd;
					return undefined;
				},
			},
			invariant: ({ s, g }) => !g.odd || s.n !== 0,
		})
		.property("four", { ...about, sometimes: ({ s }) => s.n === 4 })
		.cost("turns", { ...about, on: { turned: () => 1 } }) as object as BuiltSystem;
}

function outcome(machine: Machine) {
	machine.out.count = 0;
	const search = new Search(machine, limits);
	while (search.slice(1000));
	return { states: search.store.count, findings: [...search.findings.values()] };
}

const own = (only?: readonly string[]) => outcome(compile(build(), only && { only: new Set(only) }));

test("of properties that are not heeded there is no history, no violation and no cost", () => {
	const machine = compile(build());
	const whole = own();
	expect(whole.states).toBe(13);
	expect(outcome(machine)).toEqual(whole);
	for (const [only, states] of [
		[["low"], 5],
		[["thrice"], 8],
		[["odd"], 10],
		[["four"], 5],
		[["odd", "thrice"], 13],
		[[], 5],
	] as const) {
		machine.focus(new Set<string>(only));
		expect(own(only).states).toBe(states);
		expect(outcome(machine)).toEqual(own(only));
	}
	machine.pricing = true;
	machine.focus(new Set(["low"]));
	outcome(machine);
	expect(machine.found).toEqual([]);
	machine.pricing = false;
	machine.focus();
	expect(outcome(machine)).toEqual(whole);
});
