// What a model gets wrong is a compile error: `tsc --noEmit` fails where one of these is none.
import { describe, expectTypeOf, test } from "vitest";
import {
	again,
	anyOf,
	block,
	bool,
	breakIf,
	call,
	callOneOf,
	choose,
	forget,
	giveBack,
	type Id,
	type In,
	ids,
	ifdef,
	type LabelsOf,
	leave,
	list,
	loop,
	maybe,
	model,
	oneOf,
	perId,
	range,
	record,
	setOf,
	step,
	system,
	waitUntil,
	when,
} from "../../src/lang/index.ts";

const Cpu = ids("cpu", 2);
const Bio = ids("bio", 2);
const sys = system({
	state: {
		cpu: perId(Cpu, record({ irqoff: bool, list: list(Bio, 2), who: maybe(Bio), mask: setOf(Cpu) })),
		mode: oneOf("idle", "busy"),
		n: range(0, 3),
	},
	events: { handled: [Bio, Cpu], done: [] },
	me: (s) => s.cpu[Cpu.id(0)],
});
type Here = In<typeof sys>;

/** Only for the type checker. */
const unrun = (_: (...args: never[]) => void) => {};

test("an if on the frame with an else has the context of where it stands", () => {
	sys.routine("either", { args: { bio: Bio }, locals: { first: bool } }, [
		when(
			({ f }) => f.first,
			[step("n++", ({ s }) => s.n++)],
			[step("handled", ({ s, f, emit }) => emit.handled(f.bio, Cpu.id(s.n)))],
		),
	]);
});

describe("state", () => {
	test("has the types declared", () => {
		expectTypeOf<Here["s"]["mode"]>().toEqualTypeOf<"idle" | "busy">();
		expectTypeOf<Here["s"]["n"]>().toEqualTypeOf<number>();
		expectTypeOf<Here["me"]["who"]>().toEqualTypeOf<Id<"bio"> | null>();
		expectTypeOf<ReturnType<Here["me"]["list"]["shift"]>>().toEqualTypeOf<Id<"bio">>();
		expectTypeOf<Parameters<Here["emit"]["handled"]>>().toEqualTypeOf<[Id<"bio">, Id<"cpu">]>();
	});

	test("refuses what does not fit", () => {
		unrun(({ s, me, emit }: Here) => {
			const [cpu, bio] = [Cpu.id(0), Bio.id(0)];
			// @ts-expect-error no such field
			s.count = 1;
			// @ts-expect-error no such field of a record
			s.cpu[cpu].irq_off = true;
			// @ts-expect-error not one of the constants
			s.mode = "asleep";
			// @ts-expect-error a comparison that can never hold
			if (s.mode === "asleep") s.n = 0;
			// @ts-expect-error another type
			s.n = "1";
			// @ts-expect-error a number is no bool
			me.irqoff = 1;
			// @ts-expect-error a set indexed with the ids of another
			s.cpu[bio].irqoff = true;
			// @ts-expect-error nor with just any number
			s.cpu[1].irqoff = true;
			// @ts-expect-error an element of another set
			me.list.push(cpu);
			// @ts-expect-error a member of another set
			me.mask.add(bio);
			// @ts-expect-error what may be absent is none of the set before that is tested
			me.list.push(me.who);
			// @ts-expect-error no list can be assigned to a record
			s.cpu[cpu] = me.list;
			// @ts-expect-error members of a perId are written field by field
			s.cpu[cpu] = me;
			// @ts-expect-error another event
			emit.queued(bio);
			// @ts-expect-error arguments in another order
			emit.handled(cpu, bio);
			// @ts-expect-error an argument too few
			emit.handled(bio);
			// @ts-expect-error an argument too many
			emit.done(bio);
		});
	});
});

const add = sys.routine("bio_list_add", { args: { bio: Bio }, locals: { batch: Cpu, n: range(0, 3) } }, [
	step("batch = this_cpu_ptr()", ({ f }) => {
		f.batch = Cpu.id(0);
	}),
	when("irqs off", ({ me }) => me.irqoff, [step("inner", () => {})]),
	loop([breakIf("enough", ({ s }) => s.n > 2)]),
]);
const count = sys.routine("count", { args: { of: Cpu }, returns: range(0, 3) }, [giveBack(() => 1)]);
const finish = sys.routine("finish", {}, [step("finish()", ({ s }) => s.n)]);

describe("routines", () => {
	test("keep their labels, arguments and results", () => {
		expectTypeOf<LabelsOf<typeof add>>().toEqualTypeOf<"batch = this_cpu_ptr()" | "irqs off" | "inner" | "enough">();
		const nested = sys.routine("nested", {}, [
			loop([choose([step("a", () => {}), leave()], [waitUntil("b", ({ s }) => s.n > 0), again()])]),
			block(
				step("c", () => {}),
				call(finish),
			),
			block(),
			ifdef(true, [step("d", () => {})], [step("e", () => {})]),
			anyOf(Cpu, (c) => [step(`f ${c}`, () => {})], [step("g", () => {})]),
			when(() => true, [call(finish)]),
			when("h", ({ s }) => s.n > 0, []),
		]);
		expectTypeOf<LabelsOf<typeof nested>>().toEqualTypeOf<"a" | "b" | "c" | "d" | "e" | `f ${Id<"cpu">}` | "g" | "h">();
		const none = sys.routine("none", {}, [call(finish), loop([leave()])]);
		expectTypeOf<LabelsOf<typeof none>>().toEqualTypeOf<never>();
		expectTypeOf<NonNullable<(typeof count)["_types"]>["result"]>().toEqualTypeOf<number>();
	});

	test("refuse a frame, arguments and results that do not fit", () => {
		unrun(() => {
			sys.routine("r", { args: { bio: Bio }, locals: { l: list(Bio, 2), text: bool } }, [
				step("frame", ({ f }) => {
					f.l.push(f.bio);
					// @ts-expect-error no such local
					f.cpu = Cpu.id(0);
					// @ts-expect-error another type of local
					f.text = "yes";
					// @ts-expect-error another set's id
					f.bio = Cpu.id(0);
				}),
				// @ts-expect-error a condition without a label sees no state
				when(({ s }) => s.n > 0, []),
				// @ts-expect-error nor does an argument
				call(add, ({ s }) => ({ bio: s.cpu[Cpu.id(0)].list.at(0) })),
				// @ts-expect-error nor does a returned value
				giveBack(({ s }) => s.n),
				when(({ f }) => {
					// @ts-expect-error a condition writes nothing
					f.text = true;
					return true;
				}, []),
				// @ts-expect-error no such local to forget
				forget("bios"),
			]);
			sys.routine("caller", { locals: { x: range(0, 3), flag: bool } }, [
				// @ts-expect-error the argument is missing
				call(add, () => ({})),
				// @ts-expect-error the argument has another name
				call(add, () => ({ bios: Bio.id(0) })),
				// @ts-expect-error the argument is of another set
				call(add, () => ({ bio: Cpu.id(0) })),
				call(count, () => ({ of: Cpu.id(0) }), "x"),
				// @ts-expect-error the result does not fit that local
				call(count, () => ({ of: Cpu.id(0) }), "flag"),
				// @ts-expect-error there is no such local
				call(count, () => ({ of: Cpu.id(0) }), "y"),
				// @ts-expect-error a key without its routine
				callOneOf((): "a" | "b" => "a", { a: finish }),
				waitUntil(
					"guard",
					// @ts-expect-error a guard tells whether
					() => {},
				),
			]);
			const other = system({ state: { other: bool } });
			const foreign = other.routine("foreign", {}, [
				step("other", ({ s }) => {
					s.other = true;
				}),
			]);
			// @ts-expect-error a routine of a system with another state
			sys.routine("calls foreign", {}, [call(foreign)]);
			// @ts-expect-error nor can it be a process here
			sys.process("foreign", foreign);
		});
	});
});

describe("processes", () => {
	test("refuse arguments that do not fit", () => {
		unrun(() => {
			sys.process("fits", add, { args: { bio: Bio.id(0) }, me: (s) => s.cpu[Cpu.id(1)] });
			// @ts-expect-error the argument is missing
			sys.process("missing", add, { args: {} });
			// @ts-expect-error the argument is of another set
			sys.process("wrong", add, { args: { bio: Cpu.id(0) } });
			// @ts-expect-error me is another record
			sys.process("other", add, { args: { bio: Bio.id(0) }, me: (s) => s.cpu[Cpu.id(1)].list });
			// @ts-expect-error a gate sees no frame
			sys.process("gate", finish, { gate: { when: ({ f }) => f.bio === 0 } });
		});
	});
});

describe("properties", () => {
	test("see the state, their ghosts and where processes stand", () => {
		unrun(() => {
			sys.property("fits", {
				title: "",
				statement: "",
				ghost: { last: maybe(Bio) },
				invariant: ({ s, g, at }) =>
					s.n < 3 && g.last !== Bio.id(0) && at(add, ["enough", "inner"], (f) => f.bio === Bio.id(0)),
				on: { handled: ({ g, me }, bio, cpu) => me.mask.has(cpu) && g.last === bio },
			});
			const about = { title: "", statement: "" };
			// @ts-expect-error no such label in the routine
			sys.property("label", { ...about, invariant: ({ at }) => at(add, ["outer"], () => true) });
			// @ts-expect-error no such local in the routine
			sys.property("local", { ...about, invariant: ({ at }) => at(add, "anywhere", (f) => f.cpu === 0) });
			// @ts-expect-error no such ghost
			sys.property("ghost", { ...about, ghost: { x: bool }, terminal: ({ g }) => g.y });
			// @ts-expect-error no such event
			sys.property("event", { ...about, on: { queued: () => true } });
			// @ts-expect-error the event's first argument is a bio
			sys.property("argument", { ...about, on: { handled: ({ s }, bio) => s.cpu[bio].irqoff } });
			// @ts-expect-error a property tells whether it holds
			sys.property("void", { ...about, invariant: () => {} });
			// @ts-expect-error no such class
			sys.property("class", { ...about, class: "fatal" });
		});
	});
});

describe("scenarios", () => {
	test("have the values of their axes", () => {
		unrun(() => {
			model("m", {
				about: "",
				axes: { preempt: ["none", "full"], fix: [0, 1] },
				sizes: { cpus: { default: 2, min: 1, max: 4 } },
				defaults: { preempt: ["full"] },
				refuses: ({ preempt, fix }) => (preempt === "full" && fix === 1 ? "no" : undefined),
				build: (scenario) => {
					expectTypeOf(scenario.preempt).toEqualTypeOf<"none" | "full">();
					expectTypeOf(scenario.fix).toEqualTypeOf<0 | 1>();
					expectTypeOf(scenario.cpus).toEqualTypeOf<number>();
					return sys;
				},
			});
			const declaration = { about: "", build: () => sys };
			// @ts-expect-error the axis has no such value
			model("m", { ...declaration, axes: { preempt: ["none", "full"] }, defaults: { preempt: ["rt"] } });
			// @ts-expect-error there is no such axis
			model("m", { ...declaration, axes: { preempt: ["none"] }, build: ({ caller }) => (caller ? sys : sys) });
			// @ts-expect-error a comparison that can never hold
			model("m", { ...declaration, axes: { fix: [0, 1] }, build: ({ fix }) => (fix === 2 ? sys : sys) });
		});
	});
});

describe("types", () => {
	test("hold scalars where one number is wanted", () => {
		unrun(() => {
			// @ts-expect-error a list of lists
			list(list(Bio, 2), 2);
			// @ts-expect-error an absent record
			maybe(record({ n: bool }));
			// @ts-expect-error a set of what are no ids
			setOf(bool);
			// @ts-expect-error a field that does not exist is fixed
			perId(Cpu, record({ n: bool }), { fixed: () => ["m"] });
			// @ts-expect-error a bare scalar for each id has no name
			perId(Cpu, bool);
		});
	});
});
