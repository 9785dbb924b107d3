// Composite values: both interpreters agree, and on a number of states that can be counted by hand.
import { expect, test } from "vitest";
import {
	anyOf,
	bool,
	ids,
	list,
	loop,
	maybe,
	perId,
	range,
	record,
	setOf,
	step,
	system,
	waitUntil,
} from "../../src/lang/index.ts";
import { agree } from "../support/agree.ts";

const Cpu = ids("cpu", 2);
const Item = ids("item", 3);
const box = () => record({ list: list(Item, 3), set: setOf(Item), low: range(-3, 3), last: maybe(Item) });
const boxes = () =>
	system({
		state: { box: perId(Cpu, box()), spare: box(), grid: perId(Cpu, perId(Cpu, record({ n: range(0, 2) }))) },
	});

test("assignment copies composites of every kind", () => {
	const sys = boxes();
	const [a, b] = [Cpu.id(0), Cpu.id(1)];
	sys.process(
		"p",
		sys.routine("p", { locals: { l: list(Item, 2), m: setOf(Item), r: box(), all: perId(Cpu, box()) } }, [
			step("fill box a", ({ s }) => {
				const { list, set } = s.box[a];
				list.push(Item.id(2));
				list.push(Item.id(0));
				set.add(Item.id(1));
				s.box[a].low = -2;
				s.box[a].last = Item.id(2);
			}),
			step("b = a", ({ s }) => {
				s.spare = s.box[a];
			}),
			step("change a", ({ s }) => {
				s.box[a].list.push(Item.id(1));
				s.box[a].set.delete(Item.id(1));
				s.box[a].low = 3;
			}),
			step("l = spare.list; m = spare.set", ({ s, f }) => {
				f.l = s.spare.list;
				f.m = s.spare.set;
				f.r = s.spare;
				f.all = s.box;
			}),
			step("clear spare", ({ s, f }) => {
				s.spare.list.clear();
				s.spare.set.clear();
				f.l.shift();
				f.r.list.remove(Item.id(2));
				f.all[b].low = 1;
			}),
			step("box = all; spare = { literal }", ({ s, f }) => {
				s.box = f.all;
				s.box[b].list = f.l;
				const { list } = s.box[a];
				s.box[a].list = list;
				s.grid[a][b].n = 2;
			}),
			step("copy a grid", ({ s }) => {
				const { n } = s.grid[a][b];
				s.grid[b][a].n = n;
				const grid = s.grid;
				s.grid = grid;
			}),
		]),
	);
	sys.property("lists", {
		title: "",
		statement: "",
		terminal: ({ s }) =>
			s.box[a].list.length === 3 &&
			s.box[b].list.toArray().join() === "0" &&
			s.box[a].low === 3 &&
			s.box[b].low === 1 &&
			s.grid[a][b].n === 2 &&
			s.spare.list.length === 0 &&
			!s.box[a].set.has(Item.id(1)),
	});
	expect(agree(sys)).toMatchObject({ states: 8, errors: [], violated: [] });
});

test("lists, sets and maybes do what they say", () => {
	const sys = boxes();
	const a = Cpu.id(0);
	sys.process(
		"p",
		sys.routine("p", {}, [
			loop([
				anyOf(
					Item,
					(i) => [
						waitUntil(
							`push ${i}`,
							({ s }) => !s.box[a].list.includes(i),
							({ s }) => {
								s.box[a].list.push(i);
								s.box[a].set.add(i);
								s.box[a].last = i;
							},
						),
					],
					[
						waitUntil(
							"shift",
							({ s }) => s.box[a].list.length > 1,
							({ s }) => {
								s.box[a].set.delete(s.box[a].list.shift());
							},
						),
					],
					[
						waitUntil(
							"remove the last",
							({ s }) => s.box[a].last !== null && s.box[a].list.includes(s.box[a].last),
							({ s }) => {
								const last = s.box[a].last;
								if (last !== null) s.box[a].list.remove(last);
								if (last !== null) s.box[a].set.delete(last);
								s.box[a].last = null;
							},
						),
					],
				),
			]),
		]),
	);
	sys.property("same members", {
		title: "",
		statement: "",
		invariant: ({ s }) => {
			const { list, set } = s.box[a];
			return list.length === set.size && list.toArray().every((i) => set.has(i));
		},
	});
	expect(agree(sys)).toMatchObject({ errors: [], violated: [] });
});

test("fixed fields, of scalars and of lists, keep their initial value", () => {
	const sys = system({
		state: {
			cpu: perId(Cpu, record({ id: Cpu, queue: list(Item, 2), n: range(0, 1) }), {
				fixed: (id) => (id === 0 ? ["id", "queue"] : ["id"]),
			}),
		},
		init: (s) => {
			for (const c of Cpu.all) s.cpu[c].id = c;
			s.cpu[Cpu.id(0)].queue.push(Item.id(2));
		},
	});
	sys.process(
		"p",
		sys.routine("p", {}, [
			step("write what is there already", ({ s }) => {
				s.cpu[Cpu.id(1)].id = Cpu.id(1);
				s.cpu[Cpu.id(1)].queue = s.cpu[Cpu.id(0)].queue;
				s.cpu[Cpu.id(0)].queue = s.cpu[Cpu.id(1)].queue;
			}),
			step("n", ({ s }) => {
				s.cpu[s.cpu[Cpu.id(1)].id].n = s.cpu[Cpu.id(1)].queue.length === 1 ? 1 : 0;
			}),
		]),
	);
	sys.property("n", { title: "", statement: "", terminal: ({ s }) => s.cpu[Cpu.id(1)].n === 1 });
	expect(agree(sys)).toMatchObject({ states: 3, violated: [], errors: [] });
});

test("fields may have any name that is one in C", () => {
	const sys = system({ state: { o: range(0, 2), p: list(Item, 2), fixed: bool, copy: record({ W: bool }) } });
	sys.process(
		"p",
		sys.routine("p", { args: { p: maybe(Item), o0: bool }, locals: { o: range(0, 2), path: bool } }, [
			step("write all", ({ s, f }) => {
				s.o = 2;
				s.p.push(Item.id(1));
				s.fixed = true;
				s.copy.W = true;
				f.o = s.o;
				f.path = f.o0;
				f.p = Item.id(2);
			}),
			step("read all", ({ s, f }) => {
				s.o = f.o - (f.path ? 1 : 0);
			}),
		]),
		{ args: { p: null, o0: true } },
	);
	sys.property("o", { title: "", statement: "", terminal: ({ s }) => s.o === 1 && s.p.at(0) === 1 && s.copy.W });
	expect(agree(sys)).toMatchObject({ states: 3, violated: [] });
});
