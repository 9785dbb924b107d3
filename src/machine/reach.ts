import { type Position, type Target, targetsFrom } from "./program.ts";

/** Puts first the positions that control can come to from `entry`, renumbers them all, and returns how many those are. */
export function orderByReach(positions: Position[], entry: Target): number {
	const reached = new Set<Position>();
	const open = new Set([entry]);
	for (const target of open)
		for (const at of targetsFrom(target)) {
			if (at.kind !== "position" || reached.has(at.position)) continue;
			reached.add(at.position);
			for (const { after, otherwise } of at.position.edges) {
				open.add(after);
				if (otherwise) open.add(otherwise);
			}
		}
	positions.sort((a, b) => Number(reached.has(b)) - Number(reached.has(a)));
	positions.forEach((position, i) => {
		position.index = i;
	});
	return reached.size;
}
