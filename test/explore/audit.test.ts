// What is rare passes a search that looks at a sample; with an audit it does not.
import { expect, test } from "vitest";
import bioTask from "../../models/bio-task.ts";
import {
	choose,
	type Id,
	type In,
	ids,
	loop,
	perId,
	range,
	record,
	type Stmt,
	step,
	system,
	waitUntil,
} from "../../src/lang/index.ts";
import { failureOf } from "../support/failure.ts";
import { explore, verdicts } from "../support/reduced.ts";

const MOST = 40;

/** Each of these items has a counter that goes up to `MOST`; `tells` says where a step of the first item does more than that. */
function counters(items: number, tells: (n: readonly number[]) => boolean) {
	const Item = ids("item", items);
	const sys = system({
		events: { counted: [Item] },
		state: { item: perId(Item, record({ n: range(0, MOST) })), told: range(0, 60_000) },
	});
	const count = sys.routine("count", { args: { item: Item } }, [
		loop([
			waitUntil(
				"n++",
				({ s, f }) => s.item[f.item].n < MOST,
				({ s, f, emit }) => {
					if (f.item === Item.id(0) && tells(Item.all.map((each) => s.item[each].n))) s.told = 1;
					s.item[f.item].n++;
					emit.counted(f.item);
				},
			),
		]),
	]);
	for (const item of Item.all) sys.process(`counter${item}`, count, { args: { item }, of: [Item.member(item)] });
	return sys;
}

const standing = ({ item }: { readonly item: { readonly [I in Id<"item">]: { readonly n: number } } }): string =>
	Object.values(item)
		.map(({ n }) => n)
		.join();

const told = "steps tell them apart";

test("ids that one state in hundreds tells apart", () => {
	const build = () => counters(2, (n) => n.join() === "37,33");
	expect(explore(build, { symmetry: true }).machine.group.refused).toEqual([]);
	const refused = [{ over: "item0 and item1", reason: told }];
	expect(explore(build, { symmetry: true, audit: true }).machine.group.refused).toEqual(refused);
});

test.each(["3,9,6", "6,3,9", "9,3,6", "3,6,9", "6,9,3", "9,6,3"])("three ids, told apart only at %s", (at) => {
	const build = () => counters(3, (n) => n.join() === at);
	const [off, on] = [explore(build), explore(build, { symmetry: true, audit: true })];
	expect(on.machine.group.refused[0]?.reason).toBe(told);
	expect(verdicts(on)).toEqual(verdicts(off));
});

test.each(["37,33", "33,37"])("ids that an invariant tells apart at %s", (at) => {
	const build = () => {
		const sys = counters(2, () => false);
		const invariant = ({ s }: Pick<In<typeof sys>, "s">) => standing(s) !== at;
		return sys.property("P", { title: "", statement: "", invariant });
	};
	const refused = [{ over: "item0 and item1", reason: "a property tells them apart" }];
	expect(explore(build, { symmetry: true, audit: true }).machine.group.refused).toEqual(refused);
});

test.each<[string, (times: number) => boolean, string]>([
	["each time but the first", (times) => times > 1, 'two runs of "n++" from one state differ'],
	["every other time", (times) => times % 2 === 0, "one state went on in two ways"],
])("a step that is different in one state, %s", (_, differs, message) => {
	let times = 0;
	const build = () => counters(2, (n) => n.join() === "37,33" && differs(++times));
	expect(() => failureOf(build)).toThrow("the model has no error");
	times = 0;
	expect(failureOf(build, { audit: true }).message).toMatch(`nondeterministic step: ${message}`);
});

test.each(["37,33", "33,37"])("ids that what hears of an event tells apart at %s", (at) => {
	const build = () => {
		const sys = counters(2, () => false);
		const counted = ({ s }: Pick<In<typeof sys>, "s">, item: number) => item !== 0 || standing(s) !== at;
		return sys.property("P", { title: "", statement: "", on: { counted } });
	};
	expect(explore(build, { symmetry: true }).machine.group.refused).toEqual([]);
	const refused = [{ over: "item0 and item1", reason: "a property tells them apart" }];
	expect(explore(build, { symmetry: true, audit: true }).machine.group.refused).toEqual(refused);
});

test("ids that only tell how many steps lead to a state apart", () => {
	const build = () => {
		const sys = counters(2, () => false);
		const tell = (told: (s: In<typeof sys>["s"]) => number): Stmt<In<typeof sys>, string> =>
			step("tell", ({ s }) => {
				s.told = told(s);
			});
		const either = tell((s) => (standing(s) === "37,33" ? 1 : 2));
		sys.process("p", sys.routine("p", {}, [choose([tell(() => 1)], [either], [tell(() => 2)])]));
		return sys;
	};
	const refused = [{ over: "item0 and item1", reason: told }];
	expect(explore(build, { symmetry: true, audit: true }).machine.group.refused).toEqual(refused);
});

test("an audit leaves what is counted as it is", () => {
	for (const caller of ["task", "direct"]) {
		const build = () => bioTask.build({ design: "v4", caller, preempt: "full", cpus: 2, bios: 1 });
		const counts = (audit: boolean) => {
			const { machine, progress } = explore(build, { symmetry: true, quotient: true, audit });
			return [[...machine.taken], [...machine.came], progress.transitions, progress.states];
		};
		expect(counts(true)).toEqual(counts(false));
	}
});

test("an invariant that changes one state of many", () => {
	const build = () => {
		const sys = counters(2, () => false);
		const invariant = ({ s }: In<typeof sys>) => {
			if (standing(s) === "37,33") s.told = 2;
			return true;
		};
		return sys.property("P", { title: "", statement: "", invariant: invariant as never });
	};
	expect(() => failureOf(build)).toThrow("the model has no error");
	expect(failureOf(build, { audit: true }).message).toBe("property P changes the state");
});
