import type { Position, Target } from "./program.ts";

/** Puts first the positions that control can come to from `entry`, renumbers them all, and returns how many those are. */
export function orderByReach(positions: Position[], entry: Target): number {
	const reached = new Set<Position>();
	const seen = new Set<Target>();
	const open = [entry];
	for (let at = open.pop(); at; at = open.pop()) {
		if (seen.has(at)) continue;
		seen.add(at);
		open.push(...following(at));
		if (at.kind !== "position" || reached.has(at.position)) continue;
		reached.add(at.position);
		for (const { after, otherwise } of at.position.edges) open.push(after, ...(otherwise ? [otherwise] : []));
	}
	positions.sort((a, b) => Number(reached.has(b)) - Number(reached.has(a)));
	positions.forEach((position, i) => {
		position.index = i;
	});
	return reached.size;
}

function following(target: Target): Target[] {
	switch (target.kind) {
		case "position":
			return [];
		case "jump":
			return target.to ? [target.to] : [];
		case "test":
			return [target.yes, target.no];
		case "end":
			return [target.next, target.otherwise];
		default:
			return [target.next];
	}
}
