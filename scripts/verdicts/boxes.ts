type Value = string | number;

/** Scenarios that are all the choices of one of these values for each axis. */
export type Box = readonly (readonly Value[])[];

/** Few boxes that have these tuples of values and no others. */
export function boxesOf(tuples: readonly (readonly Value[])[]): Box[] {
	let boxes: Box[] = tuples.map((tuple) => tuple.map((value) => [value]));
	for (let before = -1; before !== boxes.length; ) {
		before = boxes.length;
		for (let axis = (tuples[0]?.length ?? 0) - 1; axis >= 0; axis--) boxes = mergedAlong(boxes, axis);
	}
	return boxes;
}

/** Boxes that differ in one axis alone become one. */
function mergedAlong(boxes: readonly Box[], axis: number): Box[] {
	const merged = new Map<string, Box>();
	for (const box of boxes) {
		const key = JSON.stringify(box.toSpliced(axis, 1));
		const known = merged.get(key);
		merged.set(key, known ? box.with(axis, [...(known[axis] ?? []), ...(box[axis] ?? [])]) : box);
	}
	return [...merged.values()];
}

/** The values of one axis of a box, `any` where it has all that there are. */
export function valuesText(values: readonly Value[], all: readonly Value[]): string {
	if (all.length > 1 && all.every((value) => values.includes(value))) return "any";
	return all.filter((value) => values.includes(value)).join(", ");
}

/** A box in words: `task with preempt full, rt`. Axes that may be anything are left out. */
export function boxText(box: Box, names: readonly string[], all: readonly (readonly Value[])[]): string {
	const parts = names.flatMap((name, i) => {
		const text = valuesText(box[i] ?? [], all[i] ?? []);
		return text === "any" || (all[i] ?? []).length < 2 ? [] : [`${name} ${text}`];
	});
	return parts.join(", ") || "everywhere";
}
