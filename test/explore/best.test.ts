// The best counterexample against a naive search of every way, on random systems.
import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { bestPath, type Minimise } from "../../src/explore/best.ts";
import { NOBODY, type Owners } from "../../src/explore/costs.ts";
import { Judge } from "../../src/explore/judge.ts";
import { Search } from "../../src/explore/search.ts";
import {
	type BuiltSystem,
	bool,
	fault,
	type In,
	ids,
	loop,
	perId,
	range,
	record,
	step,
	system,
	waitUntil,
} from "../../src/lang/index.ts";
import { compile, type Machine } from "../../src/machine/index.ts";
import { buildProgram } from "../support/build-program.ts";
import { program } from "../support/programs.ts";

const MOST = 400;
const limits = { states: 5_000, time: 60, memory: 2 ** 28, depth: Number.POSITIVE_INFINITY };
const ownersIn = (machine: Machine, nobody: (process: number) => boolean): Owners =>
	Int32Array.from(machine.steps, ({ process }) => (nobody(process) ? NOBODY : process));

interface Node {
	readonly state: Int32Array;
	readonly last: number;
	readonly steps: number;
	readonly switches: number;
}

/** The least [steps, switches] of all counterexamples, by looking at every state with every last owner, cheapest first. */
function naive(machine: Machine, property: string, minimise: Minimise, owners: Owners): number[] | undefined {
	const judge = new Judge(machine, property);
	const rank = ({ steps, switches }: Pick<Node, "steps" | "switches">) =>
		minimise === "steps" ? steps * 1000 + switches : switches * 1000 + steps;
	const initial = new Int32Array(machine.words);
	machine.initial();
	machine.store(initial, 0);
	machine.out.count = 0;
	const open: Node[] = [{ state: initial, last: NOBODY, steps: 0, switches: 0 }];
	const done = new Set<string>();
	let best: Pick<Node, "steps" | "switches"> | undefined;
	const offer = (it: Pick<Node, "steps" | "switches">) => {
		if (!best || rank(it) < rank(best)) best = it;
	};
	while (open.length > 0) {
		open.sort((a, b) => rank(b) - rank(a));
		const node = open.pop() as Node;
		if (best && rank(best) <= rank(node)) break;
		const key = `${node.state.join()}|${node.last}`;
		if (done.has(key)) continue;
		done.add(key);
		if (done.size > MOST * 4) return undefined;
		const after = (edge: number) => {
			const owner = owners[edge] as number;
			const switched = owner !== NOBODY && node.last !== NOBODY && owner !== node.last;
			return {
				last: owner === NOBODY ? node.last : owner,
				steps: node.steps + 1,
				switches: node.switches + Number(switched),
			};
		};
		const { isFalse, falseSteps, successors } = judge.expand(node.state, 0);
		if (isFalse) offer(node);
		for (const edge of falseSteps) offer(after(edge));
		for (let i = 0; i < successors; i++)
			open.push({
				state: machine.out.words.slice(i * machine.words, (i + 1) * machine.words),
				...after(machine.out.edges[i] as number),
			});
	}
	return best && [best.steps, best.switches];
}

/** Follows `path`, whose end must violate the property; its [steps, switches]. */
function measured(machine: Machine, property: string, path: readonly number[], owners: Owners): number[] {
	const index = machine.properties.findIndex(({ id }) => id === property);
	machine.initial();
	let raised: string[] = [];
	for (const edge of path)
		try {
			expect(machine.take(edge)).toBe(true);
			raised = machine.found.map((v) => v.property);
		} catch (error) {
			raised = [(error as { property?: string }).property ?? ""];
		}
	const holds = index >= 0 && machine.holds(index, "invariant") && machine.holds(index, "terminal");
	expect(raised.includes(property) || !holds).toBe(true);
	const by = path.map((edge) => owners[edge] as number).filter((owner) => owner !== NOBODY);
	return [path.length, by.filter((owner, i) => i > 0 && owner !== by[i - 1]).length];
}

test.each(["steps", "switches"] as const)("random systems: no counterexample has fewer %s first", (minimise) => {
	const seen = { found: 0, switched: 0 };
	fc.assert(
		fc.property(program, (source) => {
			let machine: Machine;
			try {
				machine = compile(buildProgram(source));
			} catch {
				return;
			}
			const owners = ownersIn(machine, (process) => source.processes[process]?.background === true);
			const search = new Search(compile(buildProgram(source)), limits);
			try {
				while (search.slice(1_000));
			} catch {
				// A model error, which ends a search too.
				return;
			}
			if (search.stopped) return;
			for (const property of ["calm", "empty", "pings", "P16"]) {
				const found = search.findings.get(property);
				const path = bestPath(machine, property, minimise, owners, MOST);
				// A search of all states knows nothing of how a look back judges them.
				if (search.store.count <= MOST) expect(path !== undefined).toBe(found !== undefined);
				if (!path) continue;
				if (minimise === "steps") expect(path.length).toBe(found?.length);
				const least = naive(machine, property, minimise, owners);
				if (!least) continue;
				const [steps, switches] = measured(machine, property, path, owners);
				expect([steps, switches]).toEqual(least);
				seen.found++;
				if ((switches as number) > 0) seen.switched++;
			}
		}),
		{ seed: 4, numRuns: 250 },
	);
	expect(seen.found).toBeGreaterThan(30);
	expect(seen.switched).toBeGreaterThan(5);
});

/** Each counts to three; together they may not come to six in any other way than the one after the other. */
function counting() {
	const sys = system({ state: { a: range(0, 3), b: range(0, 3) } });
	for (const name of ["b", "a"] as const)
		sys.process(
			name,
			sys.routine(name, {}, [
				loop([
					waitUntil(
						`${name}++`,
						({ s }) => s[name] < 3,
						({ s }) => {
							s[name]++;
						},
					),
				]),
			]),
		);
	return sys.property("five", { title: "", statement: "", invariant: ({ s }) => s.a + s.b < 5 });
}

test("of several best ones, the one whose labels come first", () => {
	const machine = compile(counting() as unknown as BuiltSystem);
	const path = bestPath(
		machine,
		"five",
		"steps",
		ownersIn(machine, () => false),
		MOST,
	);
	expect(path?.map((edge) => machine.steps[edge]?.label)).toEqual(["a++", "a++", "a++", "b++", "b++"]);
	const nobodys = ownersIn(machine, (process) => machine.steps.some((s) => s.process === process && s.label === "a++"));
	const last = bestPath(machine, "five", "steps", nobodys, MOST);
	expect(last?.map((edge) => machine.steps[edge]?.label)).toEqual(["b++", "b++", "b++", "a++", "a++"]);
});

test("a way that is longer is none of the shortest, whatever it has fewer of", () => {
	const sys = system({ state: { a: range(0, 3), b: range(0, 3) }, events: { three: [] } });
	for (const name of ["a", "b"] as const) {
		const add = waitUntil<In<typeof sys>, string>(
			`${name}++`,
			({ s }) => s[name] < 3,
			({ s, emit }) => {
				s[name]++;
				if (s.a === 3) emit.three();
			},
		);
		sys.process(name, sys.routine(name, {}, [loop([add])]));
	}
	const invariant = ({ s }: Pick<In<typeof sys>, "s">) => s.a === 0 || s.b === 0;
	sys.property("either", { title: "", statement: "", invariant, on: { three: () => false } });
	const machine = compile(sys as unknown as BuiltSystem);
	const owners = ownersIn(machine, () => false);
	const labels = (minimise: Minimise) =>
		bestPath(machine, "either", minimise, owners, MOST)?.map((edge) => machine.steps[edge]?.label);
	expect(labels("steps")).toEqual(["a++", "b++"]);
	expect(labels("switches")).toEqual(["a++", "a++", "a++"]);
});

/** Ticks that change nothing, and one step that may follow the third. */
function ticking(late: boolean) {
	const sys = system({ state: { ticks: range(0, 3), done: bool } });
	const tick = step<In<typeof sys>, string>("tick", ({ s }) => {
		s.ticks = Math.min(3, s.ticks + 1);
	});
	sys.process("ticker", sys.routine("ticker", {}, [loop([tick])]), { background: true });
	const finish = waitUntil<In<typeof sys>, string>(
		"finish",
		({ s }) => late && s.ticks === 3,
		({ s }) => {
			s.done = true;
		},
	);
	sys.process("finisher", sys.routine("finisher", {}, [finish]));
	sys.property("done", { title: "", statement: "", terminal: ({ s }) => s.done });
	return compile(sys as unknown as BuiltSystem);
}

test("an end is where only steps in the background follow, and no other after them", () => {
	const [never, late] = [ticking(false), ticking(true)];
	expect(
		bestPath(
			never,
			"done",
			"steps",
			ownersIn(never, () => false),
			MOST,
		),
	).toEqual([]);
	expect(
		bestPath(
			late,
			"done",
			"steps",
			ownersIn(late, () => false),
			MOST,
		),
	).toBeUndefined();
});

test("fewest switches first may take more steps", () => {
	const sys = system({ state: { far: range(0, 9), helped: range(0, 1) } });
	const walk = (by: number) => (s: { far: number }) => {
		s.far = Math.min(9, s.far + by);
	};
	sys.process(
		"walker",
		sys.routine("walker", {}, [
			loop([
				waitUntil(
					"walk",
					({ s }) => s.far < 9,
					({ s }) => walk(s.helped ? 9 : 1)(s),
				),
			]),
		]),
	);
	sys.process(
		"helper",
		sys.routine("helper", {}, [
			step("help", ({ s }) => {
				s.helped = 1;
			}),
		]),
	);
	sys.property("near", { title: "", statement: "", invariant: ({ s }) => s.far < 9 });
	const machine = compile(sys as unknown as BuiltSystem);
	const owners = ownersIn(machine, () => false);
	const labels = (minimise: Minimise) =>
		bestPath(machine, "near", minimise, owners, MOST)?.map((edge) => machine.steps[edge]?.label);
	expect(labels("steps")).toEqual(["help", "walk"]);
	expect(labels("switches")).toEqual(Array.from({ length: 9 }, () => "walk"));
});

test("nothing is said where too many states are near, or the property holds", () => {
	const machine = compile(counting() as unknown as BuiltSystem);
	const owners = ownersIn(machine, () => false);
	expect(bestPath(machine, "five", "steps", owners, 5)).toBeUndefined();
	expect(bestPath(machine, "nothing", "steps", owners, MOST)).toBeUndefined();
});

test("an error that a step raises ends its path with that step", () => {
	const sys = counting();
	sys.process(
		"crash",
		sys.routine("crash", {}, [
			waitUntil(
				"crash",
				({ s }) => s.a === 2 && s.b === 1,
				() => fault("P15", "too far"),
			),
		]),
	);
	const machine = compile(sys as unknown as BuiltSystem);
	const path = bestPath(
		machine,
		"P15",
		"steps",
		ownersIn(machine, () => false),
		MOST,
	);
	expect(path?.map((edge) => machine.steps[edge]?.label)).toEqual(["a++", "a++", "b++", "crash"]);
});

test("where there are too many kinds of states, nothing is looked at apart", () => {
	const Id = ids("id", 3);
	const sys = system({ state: { n: perId(Id, record({ at: range(0, 3) })) } });
	const counter = sys.routine("counter", { args: { id: Id } }, [
		loop([
			waitUntil(
				"at++",
				({ s, f }) => s.n[f.id].at < 3,
				({ s, f }) => {
					s.n[f.id].at++;
				},
			),
		]),
	]);
	for (const id of Id.all) sys.process(`counter${id}`, counter, { args: { id } });
	sys.property("far", { title: "", statement: "", invariant: ({ s }) => Id.all.some((id) => s.n[id].at < 3) });
	const machine = compile(sys as unknown as BuiltSystem, { symmetry: true });
	const begun = vi.spyOn(machine, "initial");
	const owners = ownersIn(machine, () => false);
	expect(bestPath(machine, "far", "steps", owners, MOST)).toHaveLength(9);
	expect(begun).toHaveBeenCalledTimes(2);
	expect(bestPath(machine, "far", "steps", owners, 10)).toBeUndefined();
	expect(begun).toHaveBeenCalledTimes(3);
});
