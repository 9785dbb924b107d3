// A step that is run twice from one state and differs is found, and so is a view that outlives what it shows.
import { expect, test } from "vitest";
import { Search } from "../../src/explore/search.ts";
import {
	bool,
	type Id,
	type In,
	ids,
	list,
	loop,
	perId,
	range,
	record,
	step,
	system,
	waitUntil,
} from "../../src/lang/index.ts";
import { compile, reference } from "../../src/machine/index.ts";
import { failureOf } from "../support/failure.ts";
import { explore } from "../support/reduced.ts";

const here = import.meta.url.slice("file://".length);
const Cpu = ids("cpu", 2);
const world = () =>
	system({
		state: { n: range(0, 60_000), flag: bool, cpu: perId(Cpu, record({ l: list(Cpu, 2) })), spare: list(Cpu, 2) },
	});
type Here = In<ReturnType<typeof world>>;

function running(effect: (c: Here) => void, guard: (c: Here) => boolean = () => true) {
	const sys = world();
	sys.process("p", sys.routine("p", {}, [step("first", () => {}), waitUntil("second", guard, effect)]));
	return sys;
}

test.each<[string, () => (c: Here) => void]>([
	[
		"the time",
		() =>
			({ s }) => {
				s.n = Math.floor(1_000_000 * performance.now()) % 60_001;
			},
	],
	[
		"a captured variable",
		() => {
			let times = 0;
			return ({ s }) => {
				s.n = times++;
			};
		},
	],
])("a step that depends on %s", (_, make) => {
	const message = 'nondeterministic step: two runs of "second" from one state differ; a step may use only s, f and me';
	expect(failureOf(() => running(make()))).toMatchObject({ message, at: { file: here } });
});

test("a guard that depends on a captured variable, beside steps of other processes", () => {
	let times = 0;
	const build = () => {
		const sys = running(
			() => {},
			() => times++ % 2 === 0,
		);
		sys.process(
			"q",
			sys.routine("q", {}, [
				loop([
					step("of q", ({ s }) => {
						s.flag = !s.flag;
					}),
				]),
			]),
		);
		return sys;
	};
	const message = 'nondeterministic step: two runs of "second" from one state differ; a step may use only s, f and me';
	expect(failureOf(build)).toMatchObject({ message, at: { file: here } });
});

test("a guard that is false the first time only", () => {
	let times = 0;
	const sys = running(
		() => {},
		() => times++ > 0,
	);
	const message = 'nondeterministic step: two runs of "second" from one state differ; a step may use only s, f and me';
	expect(failureOf(() => sys)).toMatchObject({ message, at: { file: here } });
});

test.each([0, 8])("a step that is come to late, and is different after %i times", (often) => {
	const sys = system({ state: { n: range(0, 9_999), late: range(0, 60_000) } });
	let times = 0;
	const late = waitUntil<In<typeof sys>, string>(
		"late",
		({ s }) => s.n < 505,
		({ s }) => {
			s.n++;
			if (++times > often) s.late = times;
		},
	);
	const wait = waitUntil<In<typeof sys>, string>(
		"wait",
		({ s }) => s.n < 500,
		({ s }) => {
			s.n++;
		},
	);
	sys.process("p", sys.routine("p", {}, [...Array.from({ length: 500 }, () => wait), loop([late])]));
	expect(failureOf(() => sys).message).toMatch(/^nondeterministic step: two runs of "late"/);
});

test("a step that is different the first time only, where all steps run again for the images of a state anyway", () => {
	let times = 0;
	const sys = running(({ s }) => {
		s.n = times++ === 0 ? 1 : 0;
	});
	const item = sys.routine("item", { args: { id: Cpu } }, [
		step("of item", ({ s, f }) => {
			s.cpu[f.id].l.push(f.id);
		}),
	]);
	for (const id of Cpu.all) sys.process(`item${id}`, item, { args: { id } });
	const machine = compile(sys, { symmetry: true });
	expect(machine.group.swaps).toHaveLength(1);
	const limits = { states: 100, time: 60, memory: 2 ** 28, depth: Number.POSITIVE_INFINITY };
	expect(() => new Search(machine, limits).slice(1_000)).toThrow('nondeterministic step: two runs of "second"');
});

test("a step that is different once, whichever time that is, where ids are interchangeable", () => {
	let times = 0;
	const build = (odd: number) => () => {
		times = 0;
		const sys = world();
		const add = ({ s, f }: Here & { readonly f: { readonly id: Id<"cpu"> } }) => {
			s.cpu[f.id].l.push(f.id);
			if (++times === odd) s.n = 1;
		};
		const item = sys.routine("item", { args: { id: Cpu } }, [step("add", add), step("add again", add)]);
		for (const id of Cpu.all) sys.process(`item${id}`, item, { args: { id }, of: [Cpu.member(id)] });
		return sys;
	};
	const passes = (odd: number) => {
		const { failing, machine } = explore(build(odd), { symmetry: true });
		return failing === undefined && machine.group.refused.length === 0;
	};
	expect(passes(0)).toBe(true);
	const all = times;
	expect(all).toBeGreaterThan(20);
	for (let odd = 1; odd <= all; odd++) expect(passes(odd), `different at number ${odd} of ${all}`).toBe(false);
});

test("a step that depends on nothing else runs twice without complaint", () => {
	const sys = running(({ s }) => {
		s.n++;
	});
	expect(() => failureOf(() => sys)).toThrow("the model has no error");
});

test("an element that one step in a thousand puts another in place of", () => {
	const sys = system({ state: { n: range(0, 2_000), cpu: perId(Cpu, record({ n: range(0, 9) })) } });
	const count = waitUntil<In<typeof sys>, string>(
		"n++",
		({ s }) => s.n < 2_000,
		({ s }) => {
			const cpus: { -readonly [I in Id<"cpu">]: (typeof s.cpu)[I] } = s.cpu;
			if (++s.n === 1_234) cpus[Cpu.id(0)] = cpus[Cpu.id(1)];
		},
	);
	sys.process("p", sys.routine("p", {}, [loop([count])]));
	const message = "an element of cpu was assigned to: assign to its fields, or to all of cpu";
	expect(failureOf(() => sys)).toMatchObject({ message, expanded: 2_001 });
});

test("a field is written where an id is to stand before it", () => {
	const Cpu = ids("cpu", 2);
	const sys = system({ state: { cpu: perId(Cpu, record({ n: range(0, 1) })) } });
	const wrong = ({ s }: { s: object }) => void Reflect.set(Reflect.get(s, "cpu"), "n", 1);
	// Whichever process is looked at first.
	sys.process("before", sys.routine("before", {}, [step("nothing", () => {})]));
	sys.process("p", sys.routine("p", {}, [step("nothing", () => {}), step("cpu->n = 1", wrong)]));
	sys.process("after", sys.routine("after", {}, [step("nothing", () => {})]));
	expect(failureOf(() => sys)).toMatchObject({
		message: "cpu.n is written, and was not declared: cpu is indexed by an id first",
		during: "cpu->n = 1",
	});
});

/** What the reference interpreter says of the second step. */
function said(effect: (c: Here) => void): string {
	const model = reference(running(effect));
	const second = model.successors(model.initial)[0]?.state ?? model.initial;
	try {
		model.successors(second);
	} catch (error) {
		return error instanceof Error ? error.message : "";
	}
	return "";
}

test("a view used after its owner was overwritten", () => {
	const wrong = "a view of cpu[cpu0].l was used after cpu[cpu0].l was overwritten: read it again";
	const stale = ({ s }: Here) => {
		const { l } = s.cpu[Cpu.id(0)];
		s.cpu[Cpu.id(0)].l = s.spare;
		s.flag = l.length > 0;
	};
	expect(said(stale)).toBe(wrong);
	const owner = ({ s }: Here) => {
		const { l } = s.cpu[Cpu.id(0)];
		const { cpu } = s;
		s.cpu = cpu;
		l.push(Cpu.id(1));
	};
	expect(said(owner)).toContain("was used after cpu was overwritten: read it again");
	const fresh = ({ s }: Here) => {
		s.cpu[Cpu.id(0)].l = s.spare;
		const { l } = s.cpu[Cpu.id(0)];
		l.clear();
		s.flag = l.length === 0;
	};
	expect(said(fresh)).toBe("");
});

test("a view kept from one step to the next", () => {
	let kept: Here["s"]["spare"] | undefined;
	const sys = world();
	sys.process(
		"p",
		sys.routine("p", {}, [
			step("keep", ({ s }) => {
				kept = s.spare;
			}),
			step("use", ({ s }) => {
				s.flag = kept?.length === 0;
			}),
		]),
	);
	const model = reference(sys);
	const second = model.successors(model.initial)[0]?.state ?? model.initial;
	expect(() => model.successors(second)).toThrow("a view of spare was kept beyond its step: read it again from s or f");
});

test("an event in a guard", () => {
	const sys = system({ state: { n: bool }, events: { ping: [] } });
	const guard = ({ emit }: In<typeof sys>) => {
		emit.ping();
		return true;
	};
	sys.process("p", sys.routine("p", {}, [waitUntil("wait", guard)]));
	const model = reference(sys);
	expect(() => model.successors(model.initial)).toThrow('the guard of "wait" emits an event');
	// The packed machine notices where a ghost changes.
	const on = {
		ping: ({ g }: { g: { seen: boolean } }) => {
			g.seen = true;
			return true;
		},
	};
	const message = 'the guard of "wait" changes the state';
	expect(failureOf(() => sys.property("P", { title: "", statement: "", ghost: { seen: bool }, on })).message).toBe(
		message,
	);
});

test("a handler that changes more than its ghosts, if only now and then", () => {
	const sys = system({ state: { n: range(0, 9_999), flag: bool }, events: { ping: [] } });
	const count = step<In<typeof sys>, string>("count", ({ s, emit }) => {
		s.n = (s.n + 1) % 10_000;
		emit.ping();
	});
	sys.process("p", sys.routine("p", {}, [loop([count])]));
	const on = {
		ping: ({ s }: Pick<In<typeof sys>, "s">) => {
			if (s.n > 100) s.flag = !s.flag;
			return undefined;
		},
	};
	sys.property("P", { title: "", statement: "", on });
	expect(failureOf(() => sys)).toMatchObject({
		message: "property P changes the state",
		at: { file: here },
		during: "count",
	});
});
