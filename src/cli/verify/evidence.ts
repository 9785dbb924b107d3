import type { Minimise } from "../../explore/best.ts";
import type { Exploration } from "../../explore/exploration.ts";
import type { Path } from "../../explore/path.ts";
import type { Finding } from "../../explore/search.ts";
import { StepError } from "../../machine/index.ts";
import type { Counterexample } from "../../report/index.ts";
import {
	bestOf,
	type Ending,
	type Explanation,
	explained,
	rebuild,
	type Sources,
	type Subject,
	staying,
	type Trace,
} from "../../trace/index.ts";
import { failureOf } from "../failure.ts";

/** A way that leads to a violation, as data that one thread can hand to another. */
export interface Found extends Path {
	readonly property: string;
	/** Of a run that comes to the most of a cost: what each step costs. */
	readonly prices?: readonly number[];
}

export const foundBy = (search: Exploration, finding: Finding): Found => ({
	property: finding.property,
	...search.path(finding),
});

/** All that is told of a counterexample, as data that one thread can hand to another. */
export interface Told {
	readonly trace: Trace;
	readonly fewest: Minimise | undefined;
	readonly explanation: Explanation;
}

export const toldOf = ({ trace, fewest, explanation }: Counterexample): Told => ({
	trace: trace(),
	fewest: fewest(),
	explanation: explanation(),
});

/**
 * The counterexample that was found. It keeps its path, not the search, which would hold all states. `told` is what
 * another thread may have made of it.
 */
export function counterexampleOf(
	{ property, steps: found, message }: Found,
	subject: () => Subject,
	sources: Sources,
	minimise: Minimise,
	told: () => Told | undefined,
): Counterexample {
	const ending: Ending = message === undefined ? { kind: "false", property } : { kind: "raised", message };
	const best = once(() => bestOf(subject(), property, minimise));
	const path = once(() => staying(subject().machine, best() ?? found));
	const trace = once(() => told()?.trace ?? rebuild(subject(), path(), ending, sources));
	const about = {
		trace,
		fewest: once(() => (told() ?? { fewest: best() && minimise }).fewest),
		explanation: once(() => told()?.explanation ?? explained(subject(), property, path(), trace())),
	};
	if (minimise === "steps") {
		const plain = once(() => rebuild(subject(), staying(subject().machine, found), ending, sources));
		return { length: found.length, rank: found.length, ...about, found: () => ({ trace: plain(), fewest: undefined }) };
	}
	const asFound = () => ({ trace: trace(), fewest: about.fewest() });
	// Which scenario shows it best is known only when each has been looked at.
	const { steps, contextSwitches } = trace();
	return { length: steps.length, rank: contextSwitches * 2 ** 24 + steps.length, ...about, found: asFound };
}

/** A run that was found, of which nothing is false; it is explained by what its steps cost. */
export function runOf({ steps, prices = [] }: Found, subject: () => Subject, sources: Sources): Counterexample {
	const explanation = {
		critical: { tried: 0, undecided: 0, wrong: 0, windows: [], together: [] },
		involved: [],
		standing: [],
	};
	const trace = once(() => ({
		...rebuild(subject(), steps, { kind: "reached" }, sources),
		explanation: priced(prices),
	}));
	return {
		length: steps.length,
		rank: steps.length,
		trace,
		fewest: () => undefined,
		found: () => ({ trace: trace(), fewest: undefined }),
		explanation: () => explanation,
	};
}

/** `steps 11, 18 cost 1 each`, a line for each price, the highest first. */
function priced(prices: readonly number[]): string[] {
	const dearestFirst = [...new Set(prices)].filter((price) => price > 0).sort((a, b) => b - a);
	return dearestFirst.map((price) => {
		const steps = prices.flatMap((each, i) => (each === price ? [i + 1] : []));
		return steps.length === 1 ? `step ${steps[0]} costs ${price}` : `steps ${steps.join(", ")} cost ${price} each`;
	});
}

/** What `make` makes, made when first asked for. */
export function once<T>(make: () => T): () => T {
	let made: { readonly value: T } | undefined;
	return () => {
		made ??= { value: make() };
		return made.value;
	};
}

/** The steps that lead to a model error; none where a model is too erratic to be led there again. */
export function traceTo(search: Exploration, subject: Subject, sources: Sources): Trace | undefined {
	if (!search.failing) return undefined;
	try {
		const { steps, error } = search.pathToError();
		const { message } = failureOf(error, sources);
		return rebuild(subject, steps, { kind: "failed", message, byStep: error instanceof StepError }, sources);
	} catch {
		return undefined;
	}
}
