import { Search } from "../../src/explore/search.ts";
import type { BuiltSystem } from "../../src/lang/index.ts";
import { type Compilation, compile, NotInterchangeable } from "../../src/machine/index.ts";

const unlimited = Number.POSITIVE_INFINITY;

type Reductions = Pick<Compilation, "symmetry" | "quotient" | "audit">;

/** A search with these reductions, begun again where one turns out not to be possible. */
export function explore(build: () => object, reductions: Reductions = {}, states = 3_000_000): Search {
	const limits = { states, time: unlimited, memory: 2 ** 31, depth: unlimited };
	const refused = new Map<string, string>();
	for (;;) {
		const search = new Search(compile(build() as BuiltSystem, { ...reductions, refused }), limits);
		try {
			while (search.slice(60_000));
			return search;
		} catch (error) {
			if (!(error instanceof NotInterchangeable)) return search;
			refused.set(error.swap, error.message);
		}
	}
}

/** What must not depend on reductions: the violated properties with their lengths, and which were put to the test. */
export function verdicts({ machine, findings, failing }: Search) {
	return {
		failed: failing !== undefined,
		violated: failing
			? undefined
			: [...findings.values()].map(({ property, length }) => `${property} ${length}`).sort(),
		exercised: failing ? undefined : [...machine.exercised],
	};
}

/** The canonical states of those that a search without symmetry has stored, as text. */
export function kindsOf({ store, machine }: Search, canonical: Search["machine"]): Set<string> {
	const kinds = new Set<string>();
	for (let i = 0; i < store.count; i++) {
		const state = store.arena.slice(i * machine.words, (i + 1) * machine.words);
		canonical.canonicalise(state, 0);
		kinds.add(state.join());
	}
	return kinds;
}

export function statesOf({ store, machine }: Search): Set<string> {
	const states = new Set<string>();
	for (let i = 0; i < store.count; i++)
		states.add(store.arena.slice(i * machine.words, (i + 1) * machine.words).join());
	return states;
}
