import fc, { type Arbitrary } from "fast-check";

/** A statement of a random program. Numbers choose among the guards, conditions and effects of vocabulary.ts. */
export type Source =
	| { readonly kind: "step"; readonly effect: number }
	| { readonly kind: "wait"; readonly guard: number; readonly effect: number }
	| { readonly kind: "when"; readonly local: boolean; readonly test: number; readonly yes: Body; readonly no: Body }
	| { readonly kind: "breakIf"; readonly local: boolean; readonly test: number }
	| { readonly kind: "loop" | "block"; readonly body: Body }
	| { readonly kind: "choose"; readonly branches: readonly Body[] }
	| { readonly kind: "call"; readonly routine: number; readonly arg: number; readonly into: boolean }
	| { readonly kind: "dispatch"; readonly arg: number }
	| { readonly kind: "return"; readonly value: number }
	| { readonly kind: "forget"; readonly name: number }
	| { readonly kind: "leave" | "again" };
export type Body = readonly Source[];

export interface Program {
	readonly routines: readonly Body[];
	readonly processes: readonly {
		readonly routine: number;
		readonly gate: boolean;
		/** Whether to enter its gate is a step by itself, where that binds, where it waits, or both. */
		readonly enters: { readonly binds: boolean; readonly waits: boolean; readonly only: boolean } | undefined;
		readonly placed: boolean;
		readonly exits: boolean;
		readonly background: boolean;
	}[];
}

const some = fc.nat(99);
const step: Arbitrary<Source> = fc.record({ kind: fc.constant("step"), effect: some });
const wait: Arbitrary<Source> = fc.record({ kind: fc.constant("wait"), guard: some, effect: some });

function body(depth: number, inLoop: boolean, min = 1): Arbitrary<Body> {
	return fc.array(statement(depth, inLoop), { minLength: min, maxLength: 3 });
}

function statement(depth: number, inLoop: boolean): Arbitrary<Source> {
	const flat: fc.WeightedArbitrary<Source>[] = [
		{ weight: 8, arbitrary: step },
		{ weight: 3, arbitrary: wait },
		{
			weight: 3,
			arbitrary: fc.record({ kind: fc.constant("call"), routine: some, arg: some, into: fc.boolean() }),
		},
		{ weight: 1, arbitrary: fc.record({ kind: fc.constant("dispatch"), arg: some }) },
		{ weight: 1, arbitrary: fc.record({ kind: fc.constant("return"), value: some }) },
		{ weight: 1, arbitrary: fc.record({ kind: fc.constant("forget"), name: some }) },
	];
	if (inLoop)
		flat.push(
			{ weight: 1, arbitrary: fc.record({ kind: fc.constantFrom("leave", "again") }) },
			{ weight: 2, arbitrary: fc.record({ kind: fc.constant("breakIf"), local: fc.boolean(), test: some }) },
		);
	if (depth === 0) return fc.oneof(...flat);
	const nested: fc.WeightedArbitrary<Source>[] = [
		{
			weight: 4,
			arbitrary: fc.record({
				kind: fc.constant("when"),
				local: fc.boolean(),
				test: some,
				yes: body(depth - 1, inLoop),
				no: body(depth - 1, inLoop, 0),
			}),
		},
		{ weight: 3, arbitrary: fc.record({ kind: fc.constant("loop"), body: body(depth - 1, true) }) },
		{ weight: 1, arbitrary: fc.record({ kind: fc.constant("block"), body: body(depth - 1, inLoop) }) },
		{ weight: 3, arbitrary: choice(depth, inLoop) },
	];
	return fc.oneof(...flat, ...nested);
}

/** Each branch begins with something that can be chosen: a step, a labelled condition, or a block or choice of them. */
function choice(depth: number, inLoop: boolean): Arbitrary<Source> {
	const first: Arbitrary<Source>[] = [step, wait];
	if (depth > 1) {
		first.push(choice(depth - 1, inLoop));
		const [yes, no] = [body(0, inLoop), body(0, inLoop, 0)];
		first.push(fc.record({ kind: fc.constant("when"), local: fc.constant(false), test: some, yes, no }));
	}
	const branch = fc
		.tuple(fc.oneof(...first), body(depth - 1, inLoop, 0), fc.boolean())
		.map(([head, rest, wrapped]): Body => [wrapped ? { kind: "block", body: [head] } : head, ...rest]);
	return fc.record({ kind: fc.constant("choose"), branches: fc.array(branch, { minLength: 1, maxLength: 3 }) });
}

/** Three routines, of which the later are called by the earlier and the last also by itself, and two or three processes. */
export const program: Arbitrary<Program> = fc.record({
	routines: fc.tuple(body(2, false), body(2, false), body(1, false)),
	processes: fc.array(
		fc.record({
			routine: fc.nat(1),
			gate: fc.nat(3).map((n) => n === 0),
			enters: fc.option(fc.record({ binds: fc.boolean(), waits: fc.boolean(), only: fc.boolean() }), {
				nil: undefined,
			}),
			placed: fc.nat(3).map((n) => n === 0),
			exits: fc.nat(2).map((n) => n === 0),
			background: fc.nat(5).map((n) => n === 0),
		}),
		{ minLength: 2, maxLength: 3 },
	),
});
