import type { IdSet } from "../../lang/index.ts";
import type { Bound } from "../bound.ts";
import type { AnyType } from "../types.ts";
import { type Group, type Refusal, type Relabelling, type Swap, TRIVIAL } from "./group.ts";
import { Asymmetry, type Permutation, withOwners } from "./permutation.ts";
import { relabelling } from "./relabel.ts";

/** A larger group costs more than it saves: sets are left out, the last declared first. */
const MOST = 720;

/** What is interchangeable in a system, except where `refused` says, by the name of a swap, why not. */
export function groupOf(bound: Bound, refused: ReadonlyMap<string, string>): Group {
	const sets = withOwners(setsIn(bound));
	const reasons: Refusal[] = [];
	const swaps: Exchange[] = [];
	const classes: { readonly set: IdSet<string>; readonly ids: readonly number[] }[] = [];
	let order = 1;
	for (const set of sets) {
		if (!isBase(set)) continue;
		for (const ids of classesOf(bound, sets, set, refused, swaps, reasons)) {
			if (order * factorial(ids.length) > MOST) {
				reasons.push({ over: names(set, ids), reason: `there would be more than ${MOST} permutations` });
				continue;
			}
			order *= factorial(ids.length);
			classes.push({ set, ids });
		}
	}
	if (classes.length === 0) return { ...TRIVIAL, refused: reasons };
	const bases = product(classes.map(({ set, ids }) => permutations(ids).map((to) => ({ set, ids, to }))));
	const elementOf = (moves: readonly Moves[]): Relabelling =>
		swaps.find((swap) => isAll(swap, moves))?.relabelling ?? relabelling(bound, sets, baseOf(moves));
	return {
		elements: bases.slice(1).map(elementOf),
		swaps,
		classes: classes.map(({ set, ids }) => names(set, ids)),
		refused: reasons,
	};
}

/** The ids of `set` by classes of interchangeable ones; swaps of neighbours in a class are added to `swaps`. */
function classesOf(
	bound: Bound,
	sets: ReadonlySet<IdSet<string>>,
	set: IdSet<string>,
	refused: ReadonlyMap<string, string>,
	swaps: Exchange[],
	reasons: Refusal[],
): number[][] {
	const classes: number[][] = [];
	for (const id of set.all) {
		const own = classes.find((ids) => {
			const last = ids.at(-1) as number;
			const name = names(set, [last, id]);
			try {
				const why = refused.get(name);
				if (why !== undefined) throw new Asymmetry(why);
				const base = baseOf([{ set, ids: [last, id], to: [id, last] }]);
				swaps.push({ name, set, ids: [last, id], relabelling: relabelling(bound, sets, base) });
				return true;
			} catch (error) {
				if (!(error instanceof Asymmetry)) throw error;
				reasons.push({ over: name, reason: error.message });
				return false;
			}
		});
		if (own) own.push(id);
		else classes.push([id]);
	}
	return classes.filter((ids) => ids.length > 1);
}

const names = (set: IdSet<string>, ids: readonly number[]): string => ids.map((id) => set.nameOf(id)).join(" and ");

/** Its members are interchangeable by declaration and belong to nobody. */
const isBase = (set: IdSet<string>): boolean =>
	set.interchangeable && set.count > 1 && set.all.every((id) => set.ownersOf(id).length === 0);

/** An exchange of two neighbours in a class. */
interface Exchange extends Swap {
	readonly set: IdSet<string>;
	readonly ids: readonly [number, number];
}

/** Whether this exchange is all that moves. */
function isAll({ set, ids }: Exchange, moves: readonly Moves[]): boolean {
	const moved = moves.flatMap((of) => of.ids.filter((id, i) => id !== of.to[i]).map((id) => ({ set: of.set, id })));
	return moved.length === 2 && moved.every((of) => of.set === set && ids.includes(of.id));
}

interface Moves {
	readonly set: IdSet<string>;
	readonly ids: readonly number[];
	readonly to: readonly number[];
}

function baseOf(moves: readonly Moves[]): Permutation {
	const base = new Map<IdSet<string>, number[]>();
	for (const { set, ids, to } of moves) {
		const images = base.get(set) ?? [...set.all];
		ids.forEach((id, i) => {
			images[id] = to[i] as number;
		});
		base.set(set, images);
	}
	return base;
}

/** All orders of `ids`, as they are given first. */
function permutations(ids: readonly number[]): number[][] {
	if (ids.length === 0) return [[]];
	return ids.flatMap((id, i) => permutations([...ids.slice(0, i), ...ids.slice(i + 1)]).map((rest) => [id, ...rest]));
}

const product = <T>(choices: readonly (readonly T[])[]): T[][] =>
	choices.reduce<T[][]>((all, some) => all.flatMap((chosen) => some.map((one) => [...chosen, one])), [[]]);

const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));

/** Every id set that the state, the frames or the processes use. */
function setsIn({ stateType, ghostTypes, programs }: Bound): Set<IdSet<string>> {
	const sets = new Set<IdSet<string>>();
	const add = (type: AnyType): void => {
		if ("set" in type) sets.add(type.set as IdSet<string>);
		if ("of" in type && typeof type.of === "object") add(type.of as AnyType);
		if ("fields" in type) for (const field of Object.values(type.fields)) add(field as AnyType);
	};
	for (const type of [stateType, ...ghostTypes]) add(type);
	for (const { instances, process } of programs) {
		for (const { set } of process.of) sets.add(set);
		for (const { fields } of instances) for (const type of Object.values(fields)) add(type);
	}
	return sets;
}
