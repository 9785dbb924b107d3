import type { IdSet, Member } from "../../lang/index.ts";

/** By id set, where each member goes. A set that is not in it stays as it is. */
export type Permutation = ReadonlyMap<IdSet<string>, readonly number[]>;

/** Why ids cannot be exchanged: something tells them apart. */
export class Asymmetry extends Error {}

export const image = (permutation: Permutation, set: IdSet<string>, id: number): number =>
	permutation.get(set)?.[id] ?? id;

/** Adds to a permutation of sets whose members belong to nobody the sets whose members belong to theirs. */
export function extend(base: Permutation, sets: Iterable<IdSet<string>>): Permutation {
	const extended = new Map(base);
	const add = (set: IdSet<string>): void => {
		if (extended.has(set)) return;
		const owners = set.all.map((id) => set.ownersOf(id));
		if (owners.every((of) => of.length === 0)) return;
		for (const of of owners) for (const { set: owner } of of) add(owner);
		extended.set(
			set,
			follow(owners, extended, (id) => `${set.name} ${set.nameOf(id)}`),
		);
	};
	for (const set of sets) add(set);
	return extended;
}

/** Where things go that belong to `owners`, by number: the n-th of its owners becomes the n-th of theirs. */
export function follow(
	owners: readonly (readonly Member[])[],
	permutation: Permutation,
	nameOf: (i: number) => string,
): number[] {
	const key = (of: readonly Member[]): string => of.map(({ set, id }) => `${set.name}=${id}`).join();
	const groups = new Map<string, number[]>();
	owners.forEach((of, i) => {
		const group = groups.get(key(of));
		if (group) group.push(i);
		else groups.set(key(of), [i]);
	});
	return owners.map((of, i) => {
		const rank = (groups.get(key(of)) as number[]).indexOf(i);
		const moved = of.map(({ set, id }) => ({ set, id: image(permutation, set, id) }));
		const to = groups.get(key(moved))?.[rank];
		if (to === undefined) throw new Asymmetry(`${nameOf(i)} has no counterpart`);
		return to;
	});
}

/** All sets that occur in the owners of these sets' members, and these. */
export function withOwners(sets: Iterable<IdSet<string>>): Set<IdSet<string>> {
	const all = new Set<IdSet<string>>();
	const add = (set: IdSet<string>): void => {
		if (all.has(set)) return;
		all.add(set);
		for (const id of set.all) for (const { set: owner } of set.ownersOf(id)) add(owner);
	};
	for (const set of sets) add(set);
	return all;
}
