// Several explorers of one search, in every order: it comes to the same as with one.
import fc from "fast-check";
import { expect, test } from "vitest";
import bioTask from "../../bench/models/bio-task-twin.ts";
import peterson from "../../bench/models/peterson.ts";
import { Search } from "../../src/explore/search.ts";
import { Bus } from "../../src/explore/threads/bus.ts";
import { pack, unpack } from "../../src/explore/threads/carry.ts";
import { join, likenessOf } from "../../src/explore/threads/join.ts";
import {
	type BuiltSystem,
	bool,
	type In,
	ids,
	loop,
	ModelError,
	type Property,
	perId,
	range,
	record,
	system,
	waitUntil,
} from "../../src/lang/index.ts";
import { compile, NotInterchangeable, PropertyError, type Step, StepError } from "../../src/machine/index.ts";
import { buildProgram } from "../support/build-program.ts";
import { attempt } from "../support/outcomes.ts";
import { program } from "../support/programs.ts";
import { alone, together, unlimited } from "../support/together.ts";

/** Numbers that look random and are the same in every run. */
function order(seed: number): (below: number) => number {
	let x = seed;
	return (below) => {
		x = (Math.imul(x, 1664525) + 1013904223) | 0;
		return (Math.imul(x ^ (x >>> 15), 0x2c1b3c6d) >>> 8) % below;
	};
}

test("random systems", () => {
	const seen = { violated: 0, failed: 0, limited: 0 };
	fc.assert(
		fc.property(
			program,
			fc.integer(),
			fc.integer({ min: 2, max: 4 }),
			fc.integer({ min: 1, max: 40 }),
			(source, seed, parties, cut) => {
				const build = () => buildProgram(source);
				if (attempt(() => compile(build())).error !== undefined) return;
				const limits = cut < 20 ? { states: cut * 3 } : cut < 25 ? { depth: cut - 18 } : { states: 2_000 };
				const expected = alone(build, limits);
				expect(together(build, parties, order(seed), limits)).toEqual(expected);
				if (expected.found.length > 0) seen.violated++;
				if (expected.failing) seen.failed++;
				if (expected.stopped) seen.limited++;
			},
		),
		{ seed: 20_261_121, numRuns: 150 },
	);
	// The generator is of use only as long as its systems end in every way.
	expect(Math.min(seen.violated, seen.failed, seen.limited)).toBeGreaterThan(10);
});

const twin = () => bioTask.build({ cpus: 2, tasks: 2, bios: 1, fix: 0, workfn: 0 });
const lock = () => peterson.build({ procs: 4, split: 0 });

test.each([
	["bio-task 2,2,1", twin, {}],
	["peterson 4,0", lock, {}],
	["peterson 4,0 up to a limit of states", lock, { states: 20_011 }],
	["peterson 4,0 up to a limit of memory", lock, { memory: 300_000 }],
	["peterson 4,0 up to a depth", lock, { depth: 20 }],
] as const)("%s, which outgrows its first table", (_, build, limits) => {
	for (const least of [1, 64]) {
		const expected = alone(build, limits, least);
		for (let seed = 0; seed < 4; seed++) {
			const parties = 2 + (seed % 3);
			expect(together(build, parties, order(seed), limits, least)).toEqual(expected);
		}
	}
});

test("what properties were seen to look at by any of them is settled by the first", () => {
	const build = () => {
		const Task = ids("task", 2);
		const sys = system({ state: { n: range(0, 9), task: perId(Task, record({ lost: bool })) } });
		sys.process(
			"counts",
			sys.routine("counts", {}, [
				loop([
					waitUntil(
						"n++",
						({ s }) => s.n < 9,
						({ s }) => void s.n++,
					),
				]),
			]),
		);
		// In a state that the first does not come to: others have expanded it.
		const invariant = ({ s }: Pick<In<typeof sys>, "s">) => s.n < 1 || !s.task[Task.id(0)].lost;
		sys.property("first", { title: "", statement: "", invariant });
		return compile(sys as unknown as BuiltSystem, { symmetry: true });
	};
	const search = new Search(build(), unlimited, { least: 1 });
	search.slice(0);
	search.slice(0);
	const line = { send: () => {}, receive: () => undefined };
	const other = join(build(), search.invite(new Bus(line)), new Bus(line));
	while (!other.control.over) other.step();
	expect(search.depth).toBe(9);
	expect(() => search.slice(1_000)).toThrow("property first does not look at both alike");
});

test("where another has stored states that are not there for the first, the search says so", () => {
	const search = new Search(compile(lock()), unlimited);
	// One chunk, which it expands and then adds.
	search.slice(0);
	search.slice(0);
	const line = { send: () => {}, receive: () => undefined };
	const { store, ...invitation } = search.invite(new Bus(line));
	const arena = new SharedArrayBuffer(store.arena.byteLength);
	new Int32Array(arena).set(new Int32Array(store.arena));
	const other = join(compile(lock()), { ...invitation, store: { ...store, arena } }, new Bus(line));
	while (!other.control.over) other.step();
	expect(() => search.slice(1_000)).toThrow("nondeterministic model: when all had been explored");
});

test("an error is the same in another thread: what it is, what it is about and where", () => {
	const sys = system({ state: { n: range(0, 1) } });
	sys.process("p", sys.routine("p", {}, [waitUntil("wait", () => true)]));
	sys.property("P", { title: "", statement: "", invariant: () => true });
	const [here, there] = [compile(sys as unknown as BuiltSystem), compile(sys as unknown as BuiltSystem)];
	const arrived = (error: unknown) => unpack(structuredClone(pack(error, here)), there);
	const cause = new ModelError("wrong", { file: "/model.ts", line: 3, column: 1 });
	const byStep = arrived(new StepError(cause, here.steps[0] as Step));
	expect(byStep).toBeInstanceOf(StepError);
	expect(byStep).toMatchObject({
		message: "wrong",
		edge: { id: 0, label: "wait" },
		cause: { location: cause.location },
	});
	const byProperty = arrived(new PropertyError(new RangeError("no"), here.properties[0] as Property));
	expect(byProperty).toBeInstanceOf(PropertyError);
	expect(byProperty).toMatchObject({ message: "no", property: { id: "P" }, cause: { name: "RangeError" } });
	const swap = arrived(new NotInterchangeable("a and b", "steps tell them apart"));
	expect(swap).toBeInstanceOf(NotInterchangeable);
	expect(swap).toMatchObject({ swap: "a and b", message: "steps tell them apart" });
	expect(arrived(cause)).toBeInstanceOf(ModelError);
	expect(arrived("thrown")).toMatchObject({ message: "thrown" });
});

test("machines are alike where they store, number and reduce alike", () => {
	const build = (about: { first?: number; label?: string; same?: boolean } = {}) => {
		const Task = ids("task", 2);
		const sys = system({
			state: { n: range(0, 1), task: perId(Task, record({ lost: bool })) },
			init: (s) => {
				s.n = about.first ?? 0;
			},
		});
		sys.process("p", sys.routine("p", {}, [waitUntil(about.label ?? "wait", () => true)]));
		return likenessOf(compile(sys as unknown as BuiltSystem, { symmetry: about.same ?? true }));
	};
	expect(build()).toBe(build());
	const others = [build({ first: 1 }), build({ label: "other" }), build({ same: false })];
	expect(new Set([build(), ...others]).size).toBe(4);
});
