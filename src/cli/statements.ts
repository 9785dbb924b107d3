import type { Machine } from "../machine/index.ts";
import type { Statement } from "../report/index.ts";
import { isMark, type Sources } from "../trace/index.ts";

/** The model's statements, each once however often it is inlined, with how many transitions took it. */
export function statementsOf({ steps, taken }: Machine, sources: Sources): Statement[] {
	const all = new Map<string, Statement & { taken: number }>();
	for (const { id, label, origin, instance } of steps) {
		if (isMark(label)) continue;
		const { routine } = instance;
		const { author } = origin;
		const key = `${routine.name}\0${label}\0${author?.file}:${author?.line}:${author?.column}`;
		const known = all.get(key);
		if (known) known.taken += taken[id] as number;
		else
			all.set(key, {
				key,
				routine: routine.name,
				label,
				get source() {
					return sources.ofStep(origin, routine.origin);
				},
				taken: taken[id] as number,
			});
	}
	return [...all.values()];
}
