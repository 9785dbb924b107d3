// What --typecheck says: the place, what is wrong, why, and the line, in place of types of a thousand characters.
import { expect, test } from "vitest";
import { shorten } from "../../src/cli/load/type-errors.ts";
import { check, folder } from "../support/check.ts";

const MODEL = `import { call, ids, model, step, system } from "preempt";
const [Cpu, Item] = [ids("cpu", 2), ids("item", 2)];
export default model("typed", { about: "an id of another set", build() {
	const sys = system({ state: {} });
	const callee = sys.routine("callee", { args: { cpu: Cpu } }, [step("a step", ({ f }) => void f.cqu)]);
	sys.process("p", sys.routine("p", { locals: { item: Item } }, [
		step("item = 0", ({ f }) => void (f.item = Item.id(0))), call(callee, ({ f }) => ({ cpu: f.item })), step("and another", () => {}),
	]));
	return sys;
} });
`;

test("an error is its place, what is wrong and the innermost reason, with the line", async () => {
	const cwd = folder({ "typed.ts": MODEL });
	const { stderr, code } = await check(["typed.ts", "--typecheck"], { cwd });
	expect(code).toBe(2);
	expect(stderr.split("\n")).toEqual([
		`typed.ts:5: type error: Property 'cqu' does not exist on type 'FrameOf<{ args: { cpu: IdSet<"cpu">; }; }>'.`,
		'    …nst callee = sys.routine("callee", { args: { cpu: Cpu } }, [step("a step", ({ f }) => void f.cqu)]);',
		"                                                                                                  ^",
		`typed.ts:7: type error: Argument of type '({…}: {…}) => { cpu: Id<…>; }' is not assignable to parameter of type '(c: {…}) => RecordOf<{…}>'.`,
		`    Type 'Id<"item">' is not assignable to type 'Id<"cpu">'.`,
		'    …f }) => void (f.item = Item.id(0))), call(callee, ({ f }) => ({ cpu: f.item })), step("and another",…',
		"                                                       ^",
		"",
	]);
});

const short = (text: string) => shorten(`m.ts(1,3): error TS1: ${text}\n`, () => []);

test("of a long type the outside is shown, of a short one all", () => {
	expect(short("Type 'A<B<C>>' can't be 'D'.")).toBe("m.ts:1: type error: Type 'A<B<C>>' can't be 'D'.\n");
	const inner = "x: number; ".repeat(5).trim();
	expect(short(`Type '({ f }: { readonly f: { ${inner} } }) => void'.`)).toBe(
		"m.ts:1: type error: Type '({ f }: { readonly f: {…} }) => void'.\n",
	);
	// The compiler has cut it short.
	expect(short(`Type 'Routine<{ a: { ${inner} }, 1, Em...'.`)).toBe(
		"m.ts:1: type error: Type 'Routine<{ a: {…}, 1, Em...'.\n",
	);
});

test("what has no place in a file stays as it is", () => {
	const text = "error TS5012: Cannot read file.\n  It is not there.\n";
	expect(shorten(text, () => [])).toBe(text);
});
