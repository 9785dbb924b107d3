// Symmetry on against off: the same verdicts and lengths, and exactly one state of each kind.
import { expect, test } from "vitest";
import twin from "../../bench/models/bio-task-twin.ts";
import bioTask from "../../models/bio-task.ts";
import { derived } from "../../src/explore/derived.ts";
import { Search } from "../../src/explore/search.ts";
import {
	anyOf,
	bool,
	call,
	type Id,
	type In,
	ids,
	loop,
	oneOf,
	perId,
	range,
	record,
	type Stmt,
	step,
	system,
	waitUntil,
} from "../../src/lang/index.ts";
import { compile, NotInterchangeable } from "../../src/machine/index.ts";
import { explore, kindsOf, statesOf, verdicts } from "../support/reduced.ts";

const { design = [], caller = [], preempt = [] } = bioTask.axes as Record<string, readonly string[]>;

function expectSame(build: () => object): number {
	const [off, on] = [explore(build), explore(build, { symmetry: true })];
	expect(verdicts(on)).toEqual(verdicts(off));
	expect(statesOf(on)).toEqual(kindsOf(off, on.machine));
	return off.store.count / on.store.count;
}

test.each(design.map((d) => [d]))("bio-task, %s with one bio", (d) => {
	for (const c of caller)
		for (const p of preempt) {
			const ratio = expectSame(() => bioTask.build({ design: d, caller: c, preempt: p, cpus: 2, bios: 1 }));
			expect(ratio).toBeGreaterThan(1);
		}
});

test.each(caller.map((c) => [c]))("bio-task, v4 with two bios, from %s", (c) => {
	for (const p of preempt) {
		const ratio = expectSame(() => bioTask.build({ design: "v4", caller: c, preempt: p, cpus: 2, bios: 2 }));
		expect(ratio).toBeGreaterThan(2.3);
	}
});

test("the twin has at least 3.9 times fewer states with 2 CPUs, 2 tasks and 2 bios each", () => {
	const build = () => twin.build({ cpus: 2, tasks: 2, bios: 2, fix: 0, workfn: 0 });
	const [off, on] = [explore(build), explore(build, { symmetry: true })];
	expect(off.store.count).toBe(2_171_236);
	expect(off.store.count / on.store.count).toBeGreaterThan(3.9);
	expect(verdicts(on)).toEqual(verdicts(off));
});

test("frames of one routine in several branches move with the id that the branch is for", () => {
	expect(
		expectSame(() => {
			const Item = ids("item", 3);
			const sys = system({ state: { item: perId(Item, record({ phase: oneOf("new", "taken", "done") })) } });
			type Here = { s: { item: { [I in Id<"item">]: { phase: "new" | "taken" | "done" } } } };
			const work = sys.routine("work", { args: { item: Item } }, [
				step("one", () => {}),
				step("two", ({ s, f }) => {
					s.item[f.item].phase = "done";
				}),
			]);
			const branch = (item: Id<"item">): Stmt<Here, string>[] => [
				waitUntil(
					"take",
					({ s }) => s.item[item].phase === "new",
					({ s }) => {
						s.item[item].phase = "taken";
					},
				),
				step("look again", () => {}),
			];
			for (const name of ["p", "q"])
				sys.process(name, sys.routine("main", {}, [anyOf(Item, branch as never), anyOf(Item, branch as never)]));
			sys.process("r", work, { args: { item: Item.id(0) }, of: [] });
			return sys;
		}),
	).toBeGreaterThan(1);
});

/** Two tasks, each with a flag; `only` may tell them apart. */
function tasks(
	only: Partial<Record<"step" | "property" | "frame" | "counter" | "ends" | "routine" | "sometimes", boolean>>,
) {
	const Task = ids("task", 2);
	const sys = system({ state: { task: perId(Task, record({ up: bool, lost: bool })), both: bool } });
	const raise = (name: string) =>
		sys.routine(name, { args: { task: Task } }, [
			step("up", ({ s, f }) => {
				s.task[f.task].up = true;
				if (only.step && f.task === 0) s.both = true;
			}),
			step("look", ({ s }) => {
				if (Task.all.every((t) => s.task[t].up)) s.both = true;
			}),
		]);
	const same = raise("raise");
	for (const t of Task.all)
		sys.process(`p${t}`, only.routine && t === 1 ? raise("other") : same, { args: { task: t } });
	if (only.property)
		sys.property("first", {
			title: "the first is not lost",
			statement: "it is not",
			invariant: ({ s }) => !s.task[Task.id(0)].lost,
		});
	if (only.sometimes)
		sys.property("up", {
			title: "the first goes up",
			statement: "sometimes",
			sometimes: ({ s }) => s.task[Task.id(0)].lost,
		});
	if (only.frame)
		sys.property("local", {
			title: "the first is itself",
			statement: "it is",
			invariant: ({ at }) => !at(same, "anywhere", (f, process) => process === 0 && f.task === 1),
		});
	if (only.counter) {
		const wait = sys.routine("wait", { args: { task: Task } }, [waitUntil("never", () => false)]);
		for (const t of Task.all) sys.process(`wait${t}`, wait, { args: { task: t } });
		// Finds the first of them, whatever happens, and never looks further.
		sys.property("waits", { title: "", statement: "", invariant: ({ at }) => at(wait, "anywhere", () => true) });
	}
	if (only.ends)
		sys.property("end", {
			title: "the first is up",
			statement: "at the end",
			terminal: ({ s }) => s.task[Task.id(0)].up,
		});
	return sys;
}

test("what is alike counts as one", () => {
	const { group } = explore(() => tasks({}), { symmetry: true }).machine;
	expect(group).toMatchObject({ classes: ["task0 and task1"], refused: [] });
});

test("what is to hold sometimes is met as soon as without", () => {
	const met = () =>
		tasks({}).property("both", {
			title: "",
			statement: "",
			sometimes: ({ s }) => s.both,
		});
	const on = explore(met, { symmetry: true });
	expect(on.machine.group.classes).toEqual(["task0 and task1"]);
	expect(on.findings.get("both")?.length).toBe(3);
	expect(explore(met).findings.get("both")?.length).toBe(3);
});

test.each([
	[{ step: true }, "steps tell them apart"],
	// Never false of either, so its answers tell nothing; but it looks at one of them alone.
	[{ property: true }, "property first does not look at both alike"],
	[{ frame: true }, "property local does not look at both alike"],
	[{ counter: true }, "property waits does not look at both alike"],
	[{ ends: true }, "property end does not look at both alike"],
	[{ sometimes: true }, "property up does not look at both alike"],
	[{ routine: true }, "p0 and p1 run different code"],
])("%o is refused: %s", (only, reason) => {
	const on = explore(() => tasks(only), { symmetry: true });
	expect(on.machine.group.classes).toEqual([]);
	expect(on.machine.group.refused).toEqual([{ over: "task0 and task1", reason }]);
	expect(on.store.count).toBe(explore(() => tasks(only)).store.count);
});

/** After 600 states, two parties come to one statement, first and second; the second is told apart there. */
function visited() {
	const Item = ids("item", 2);
	const sys = system({
		state: { n: range(0, 600), item: perId(Item, record({ flag: bool, first: bool })), told: bool },
		// Where both are alike, an exchange changes nothing.
		init: (s) => {
			s.item[Item.id(0)].flag = true;
		},
	});
	const visit = sys.routine("visit", { args: { item: Item, second: bool } }, [
		waitUntil(
			"visit",
			({ s, f }) => s.n === 600 && f.second === Item.all.every((item) => s.item[item].first),
			({ s, f }) => {
				if (f.second && f.item === Item.id(0)) s.told = true;
			},
		),
	]);
	const tick: Stmt<In<typeof sys>> = waitUntil(
		"n++",
		({ s }) => s.n < 600,
		({ s }) => {
			s.n++;
		},
	);
	sys.process("clock", sys.routine("clock", {}, [loop([tick])]));
	for (const item of Item.all) {
		const of = [Item.member(item)];
		const first = sys.routine("first", { args: { item: Item } }, [
			call(visit, ({ f }) => ({ item: f.item, second: false })),
			step("first = true", ({ s, f }) => {
				s.item[f.item].first = true;
			}),
		]);
		const second = sys.routine("second", { args: { item: Item } }, [
			call(visit, ({ f }) => ({ item: f.item, second: true })),
		]);
		sys.process(`first${item}`, first, { args: { item }, of });
		sys.process(`second${item}`, second, { args: { item }, of });
	}
	return sys.property("untold", { title: "", statement: "", invariant: ({ s }) => !s.told });
}

test("what tells ids apart only where another process than the first comes to a statement is refused", () => {
	const on = explore(visited, { symmetry: true });
	expect(on.machine.group.refused).toEqual([{ over: "item0 and item1", reason: "steps tell them apart" }]);
	expect(verdicts(on)).toEqual(verdicts(explore(visited)));
});

const Two = ids("task", 2);
interface Flagged {
	readonly n: number;
	readonly task: { readonly [T in Id<"task">]: { readonly flag: boolean } };
}

/** One of two tasks has a flag. Both go round for ever, and tell of it, while somebody counts to 100. */
function flagged(conditions: object) {
	const sys = system({
		state: { n: range(0, 100), last: Two, task: perId(Two, record({ flag: bool })) },
		events: { round: [Two] },
		init: (s) => {
			s.task[Two.id(0)].flag = true;
		},
	});
	const rounds = sys.routine("rounds", { args: { task: Two } }, [
		loop([
			step("round", ({ s, f, emit }) => {
				s.last = f.task;
				emit.round(f.task);
			}),
		]),
	]);
	for (const t of Two.all) sys.process(`p${t}`, rounds, { args: { task: t } });
	const count = waitUntil<In<typeof sys>, string>(
		"n++",
		({ s }) => s.n < 100,
		({ s }) => {
			s.n++;
		},
	);
	sys.process("counts", sys.routine("counts", {}, [loop([count])]));
	return sys.property("P", { title: "", statement: "", invariant: () => true, ...conditions });
}

test.each<[string, object, string]>([
	["an event's answer", { on: { round: (_: unknown, t: number) => t !== 0 } }, "a property tells them apart"],
	[
		"what an event's handler looks at",
		{ on: { round: ({ s }: { s: Flagged }) => s.task[Two.id(0)].flag || true } },
		"property P does not look at both alike",
	],
	[
		"what an antecedent looks at",
		{ antecedent: ({ s }: { s: Flagged }) => s.task[Two.id(0)].flag },
		"property P does not look at both alike",
	],
	[
		"an invariant in one state of many",
		{
			invariant: ({ s }: { s: Flagged }) => {
				const [first, second] = Two.all.map((t) => s.task[t].flag);
				return !(s.n === 60 && (first || !second));
			},
		},
		"a property tells them apart",
	],
])("%s tells ids apart: it is refused", (_, conditions, reason) => {
	const build = () => flagged(conditions);
	expect(explore(build, { symmetry: true }).machine.group.refused).toEqual([{ over: "task0 and task1", reason }]);
});

test("a condition that stops at the first id that is as it looked for says nothing by that", () => {
	const isFound = ({ task }: Flagged, t: Id<"task">): boolean => task[t].flag || !task[t].flag;
	const antecedent = ({ s }: { s: Flagged }) => Two.all.some((t) => isFound(s, t));
	const invariant = ({ s }: { s: Flagged }) => !Two.all.some((t) => isFound(s, t));
	for (const conditions of [{ antecedent }, { invariant }])
		expect(explore(() => flagged(conditions), { symmetry: true }).machine.group.refused).toEqual([]);
});

/** Two tasks switch themselves on and off; a condition stops at the first that is on, and reads its flag while a count is in a range. */
function rarelyRead(first: number, last: number) {
	const sys = system({ state: { n: range(0, 2_000), task: perId(Two, record({ on: bool, flag: bool })) } });
	type Here = In<typeof sys>;
	const toggles = sys.routine("toggles", { args: { task: Two } }, [
		loop([
			step("on = !on", ({ s, f }) => {
				s.task[f.task].on = !s.task[f.task].on;
			}),
			step("flag = !flag", ({ s, f }) => {
				s.task[f.task].flag = !s.task[f.task].flag;
			}),
		]),
	]);
	for (const t of Two.all) sys.process(`p${t}`, toggles, { args: { task: t } });
	const count = waitUntil<Here, string>(
		"n++",
		({ s }) => s.n < 2_000,
		({ s }) => {
			s.n++;
		},
	);
	sys.process("counts", sys.routine("counts", {}, [loop([count])]));
	const stopsAt = ({ n, task }: Here["s"], t: Id<"task">): boolean =>
		task[t].on && (n < first || n > last || task[t].flag || true);
	const invariant = ({ s }: Pick<Here, "s">) => Two.all.some((t) => stopsAt(s, t)) || true;
	return sys.property("P", { title: "", statement: "", invariant });
}

test.each([200, 800, 960, 1_280])(
	"that it reads of one id more by chance, from %i on, is no reason to refuse",
	(first) => {
		const { machine } = explore(() => rarelyRead(first, first + 60), { symmetry: true });
		expect(machine.group.refused).toEqual([]);
		expect(machine.group.swaps).not.toEqual([]);
	},
);

test("nor where the search is of a machine that is derived from another", () => {
	const machine = derived(compile(rarelyRead(200, 260) as never, { symmetry: true }), {});
	const most = Number.POSITIVE_INFINITY;
	const search = new Search(machine, { states: most, time: most, memory: 2 ** 31, depth: most });
	while (search.slice(60_000));
	expect(search.failing).toBe(undefined);
});

test.each(["0,1,2", "0,2,1", "1,0,2", "1,2,0", "2,0,1", "2,1,0"])(
	"three ids may stand in every order but %s: it is refused",
	(order) => {
		const Item = ids("item", 3);
		const build = () => {
			const sys = system({
				state: { item: perId(Item, record({ place: range(0, 2) })) },
				init: (s) => {
					for (const i of Item.all) s.item[i].place = i;
				},
			});
			sys.process("p", sys.routine("p", {}, [step("idle", () => {})]));
			// Of some of these the state that is stored is no exchange of two ids away.
			const invariant = ({ s }: Pick<In<typeof sys>, "s">) => Item.all.map((i) => s.item[i].place).join() !== order;
			return sys.property("P", { title: "", statement: "", invariant });
		};
		const [off, on] = [explore(build), explore(build, { symmetry: true })];
		expect(on.machine.group.refused[0]).toMatchObject({ reason: "a property tells them apart" });
		expect(verdicts(on)).toEqual(verdicts(off));
	},
);

test("ids whose fixed fields differ are not interchangeable", () => {
	const build = (second: number) => {
		const Item = ids("item", 2);
		const sys = system({
			state: { item: perId(Item, record({ kind: range(0, 1), used: bool }), { fixed: () => ["kind"] }) },
			init: (s) => {
				s.item[Item.id(1)].kind = second;
			},
		});
		const use = sys.routine("use", { args: { item: Item } }, [
			step("use", ({ s, f }) => {
				s.item[f.item].used = true;
			}),
		]);
		for (const i of Item.all) sys.process(`p${i}`, use, { args: { item: i } });
		return sys;
	};
	const groupFor = (second: number) => explore(() => build(second), { symmetry: true }).machine.group;
	expect(groupFor(0)).toMatchObject({ classes: ["item0 and item1"], refused: [] });
	const reason = "what never changes differs between them";
	expect(groupFor(1)).toMatchObject({ classes: [], refused: [{ over: "item0 and item1", reason }] });
});

/** Two counters that go up to `most` in any order; counter `who` is told from the other where `isOdd` of where they stand. */
function telling(who: number, isOdd: (first: number, second: number) => boolean, most: number) {
	const Item = ids("item", 2);
	const sys = system({ state: { n: perId(Item, record({ n: range(0, most) })), told: bool } });
	const [first, second] = Item.all as [Id<"item">, Id<"item">];
	for (const item of Item.all.toReversed())
		sys.process(
			`counter${item}`,
			sys.routine("count", { args: { item: Item } }, [
				loop([
					waitUntil(
						"n++",
						({ s, f }) => s.n[f.item].n < most,
						({ s, f }) => {
							if (f.item === Item.id(who) && isOdd(s.n[first].n, s.n[second].n)) s.told = true;
							s.n[f.item].n++;
						},
					),
				]),
			]),
			{ args: { item }, of: [Item.member(item)] },
		);
	return sys.property("untold", { title: "", statement: "", invariant: ({ s }) => !s.told });
}

test.each([0, 1])("ids that one state of a small system tells apart are not interchangeable: counter %i", (who) => {
	for (const [a, b] of [
		[1, 2],
		[1, 3],
		[2, 3],
	] as const)
		for (const odd of [
			[a, b],
			[b, a],
		] as const) {
			const build = () => telling(who, (...at) => at.join() === odd.join(), 5);
			const [off, on] = [explore(build), explore(build, { symmetry: true })];
			expect(verdicts(on)).toEqual(verdicts(off));
			expect(on.machine.group.refused).toHaveLength(1);
		}
});

test("ids that are told apart in many late states are not interchangeable", () => {
	const on = explore(() => telling(1, (a, b) => a < b && b > 50, 60), { symmetry: true });
	expect(on.machine.group.refused).toHaveLength(1);
});

test("ids that are told apart in one of sixty late states are not interchangeable, as a rule", () => {
	const isFound = (at: number) =>
		explore(() => telling(1, (a) => a === at, 120), { symmetry: true }).machine.group.refused.length > 0;
	expect([75, 80, 85, 90, 95, 100].filter(isFound).length).toBeGreaterThan(2);
});

test("a way that was found by a wrong symmetry and cannot be taken refuses the exchange of ids", () => {
	const limits = { states: 10_000, time: 60, memory: 2 ** 28, depth: Number.POSITIVE_INFINITY };
	const search = (refused: ReadonlyMap<string, string>) => {
		const made = new Search(
			compile(
				telling(0, (a, b) => a === 40 && b === 30, 60),
				{ symmetry: true, refused },
			),
			limits,
		);
		while (made.slice(1_000));
		return made;
	};
	const wrong = search(new Map());
	const finding = wrong.findings.get("untold");
	expect(() => wrong.path(finding as never)).toThrow(NotInterchangeable);
	const right = search(new Map([["item0 and item1", "told apart"]]));
	expect(right.path(right.findings.get("untold") as never).steps).toHaveLength(71);
});
