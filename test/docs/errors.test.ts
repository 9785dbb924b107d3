// Every model error that docs/language.md shows is raised with that message, and the page shows no others.
import { expect, test } from "vitest";
import {
	breakIf,
	call,
	choose,
	type In,
	ids,
	leave,
	list,
	loop,
	maybe,
	model,
	must,
	perId,
	type Routine,
	range,
	record,
	type Stmt,
	step,
	system,
	type Where,
	waitUntil,
} from "../../src/lang/index.ts";
import { reference } from "../../src/machine/index.ts";
import { failureOf } from "../support/failure.ts";
import { page } from "./pages.ts";

const Item = ids("item", 2);
const world = () =>
	system({
		state: {
			n: range(0, 3),
			queue: list(Item, 1),
			spare: list(Item, 1),
			owner: maybe(Item),
			cell: perId(Item, record({ id: Item }), { fixed: () => ["id"] }),
		},
		events: { ping: [] },
	});
type Here = In<ReturnType<typeof world>, { x: number }>;

function running(...body: Stmt<Here>[]) {
	const sys = world();
	sys.process("p", sys.routine("p", { locals: { x: range(0, 3) } }, [step("first", () => {}), ...body]));
	return sys;
}
const wrong = (effect: (c: Here) => void) => () => running(step("wrong", effect));

const item = Item.id(0);
let times = 0;
const builds: (() => ReturnType<typeof world>)[] = [
	wrong(({ s }) => {
		s.n = 4;
	}),
	wrong(({ s }) => void Object.assign(s, { n: undefined })),
	wrong(({ s }) => {
		s.queue.push(item);
		s.queue.push(item);
	}),
	wrong(({ s }) => void s.queue.shift()),
	wrong(({ s }) => void s.queue.at(1)),
	wrong(({ s, f }) => {
		s.n = f.x;
	}),
	wrong(({ s }) => void must(s.owner, "owner")),
	wrong(({ s }) => {
		s.cell[item].id = Item.id(1);
	}),
	wrong(({ s }) => void Object.assign(s, { m: 1 })),
	wrong(({ s }) => void Object.assign(s.cell, { n: 1 })),
	() => running(waitUntil("wait", ({ s }) => !Reflect.get(s, "m"))),
	() => running(waitUntil("wait", (() => 1) as unknown as () => boolean)),
	wrong(() => step("inner", () => {})),
	() => running(loop([breakIf<Here>((({ s }: Here) => s.n === 0) as unknown as () => boolean)])),
	() => running(leave as unknown as Stmt<Here>),
	() => running().property("P1", { title: "", statement: "", on: { freed: () => true } as object }),
	() => {
		const sys = world();
		const p = sys.routine("p", {}, [step("first", () => {})]);
		const invariant = ({ at }: { at: Where }) => !at(p, ["fisrt" as "first"], () => true);
		return sys.property("P1", { title: "", statement: "", invariant });
	},
	() => {
		const sys = world();
		sys.process("p", sys.routine("p", {}, [step("first", () => {})]), { backgroud: true } as object);
		return sys;
	},
	wrong(({ s }) => void Object.assign(s.cell, { [item]: s.cell[Item.id(1)] })),
	wrong(() => void Item.id(2)),
	() => running(waitUntil("wait", ({ s }) => Boolean(Object.assign(s, { n: 1 })))),
	wrong(({ s }) => {
		s.n = times++ & 3;
	}),
	wrong(({ s }) => {
		s.n = Math.random() < 0.5 ? 0 : 1;
	}),
	wrong(async () => {}),
	() => running(loop([])),
	() => running(choose<Here, never>([loop([])])),
	() => running(leave()),
	() => {
		const sys = world();
		const again: Routine<Record<never, never>, undefined, In<typeof sys>, string> = sys.routine("again", {}, [
			step("once", () => {}),
			call(() => again),
		]);
		sys.process("p", again);
		return sys;
	},
	() => running(call(world().routine("callee", { args: { n: range(0, 3) } }, [step("n", () => {})]))),
	() => {
		range(0, Number.POSITIVE_INFINITY);
		return world();
	},
	() => running().property("P1", { title: "", statement: "" }),
	() => {
		const sys = running();
		sys.process("p", sys.routine("p", {}, []));
		return sys;
	},
	() => {
		model("m", { about: "", axes: { a: ["x", "y"] }, defaults: { a: ["z" as "x"] }, build: world });
		return world();
	},
	() => {
		record({ "2nd": range(0, 1) });
		return world();
	},
];

/** What only the reference interpreter notices. */
const slow: (() => ReturnType<typeof world>)[] = [
	wrong(({ s }) => {
		const { queue } = s;
		s.queue = s.spare;
		queue.clear();
	}),
	() => {
		let kept: Here["s"]["queue"] | undefined;
		return running(
			step("keep", ({ s }) => {
				kept = s.queue;
			}),
			step("use", () => void kept?.clear()),
		);
	},
	() =>
		running(
			waitUntil("wait", ({ emit }) => {
				emit.ping();
				return true;
			}),
		),
];

/** What the reference interpreter says when it goes on from the initial state, one step after the other. */
function said(build: () => ReturnType<typeof world>): string {
	const model = reference(build());
	try {
		for (let state = model.initial; ; ) {
			const [next] = model.successors(state);
			if (!next?.state) return "";
			state = next.state;
		}
	} catch (error) {
		return (error as Error).message;
	}
}

test("the table of model errors is what the checker says", () => {
	const [, table = ""] = page("docs/language.md").split("\n## Model errors\n");
	const shown = [...table.matchAll(/^\| .* \| `(.*)` +\|$/gm)].map(([, message]) => message);
	const messages = [...builds.map((build) => failureOf(build).message), ...slow.map(said)];
	expect(messages).toEqual(shown);
});
