import { expect, test } from "vitest";
import bioTask from "../../../models/bio-task.ts";
import { Search } from "../../../src/explore/search.ts";
import type { BuiltSystem } from "../../../src/lang/index.ts";
import { compile } from "../../../src/machine/index.ts";
import { agree } from "../../support/agree.ts";

/** The reference interpreter is slow: larger graphs take minutes. */
const LARGEST = 50_000;

const { design, caller, preempt } = bioTask.axes;
type Choice = { readonly caller: readonly string[]; readonly preempt?: readonly string[] };

/**
 * Both interpreters build the same complete graph of every scenario with these callers and preemption models: at the
 * default sizes where it has fewer than 50,000 states, and with one bio where it has more.
 */
export function agreeOn(choice: Choice): void {
	const chosen = (axis: readonly unknown[] | undefined, among: readonly string[] | undefined) =>
		(axis ?? []).filter((value) => !among || among.includes(value as string)) as string[];
	const scenarios = chosen(design, undefined)
		.flatMap((d) =>
			chosen(caller, choice.caller).flatMap((c) => chosen(preempt, choice.preempt).map((p) => [d, c, p] as const)),
		)
		.filter(([design, caller, preempt]) => bioTask.refuses({ design, caller, preempt }) === undefined);
	test.each(scenarios)(
		"%s/%s/%s",
		(design, caller, preempt) => {
			const build = (bios: number) => bioTask.build({ design, caller, preempt, cpus: 2, bios });
			const { complete, errors } = agree(build(isSmall(build(2)) ? 2 : 1), LARGEST);
			expect({ complete, errors }).toEqual({ complete: true, errors: [] });
		},
		600_000,
	);
}

function isSmall(system: BuiltSystem): boolean {
	const search = new Search(compile(system), { states: LARGEST, time: 600, memory: 2 ** 28, depth: 10_000 });
	while (search.slice(1_000));
	return search.stopped === undefined;
}
