import { existsSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import type { Expectations, Expected, Mutants, Unreachable } from "../../lang/index.ts";
import { failureLine } from "../../report/index.ts";
import type { Sources } from "../../trace/index.ts";
import { UsageError } from "../exit.ts";
import { failureOf } from "../failure.ts";
import { load, stem } from "../load/load.ts";

/** What a model's spec demands. */
export interface Spec {
	readonly path: string;
	readonly expect: Expectations;
	/** Where the spec demands that all else is reached. */
	readonly unreachable: Unreachable | undefined;
	/** Where the spec demands that every design that holds can be broken. */
	readonly mutants: Mutants | undefined;
}

/** The spec of the model in file `path`: the one given, or `../specs/NAME.ts` seen from the model. */
export async function specFor(path: string, given: string | undefined, sources: Sources): Promise<Spec> {
	const file = given ?? relative(process.cwd(), join(dirname(path), "..", "specs", `${stem(path)}.ts`));
	if (!existsSync(file)) throw new UsageError(`${path}: its spec ${file} does not exist; name another with --spec`);
	const { default: expect, unreachable, mutants } = (await load(file, sources)).exports;
	if (typeof expect !== "function")
		throw new UsageError(`${file}: its default export is not a function from scenario to expected verdicts`);
	if (unreachable !== undefined && !isUnreachable(unreachable))
		throw new UsageError(`${file}: its export unreachable is not a list of { routine, label, because }`);
	if (mutants !== undefined && !isMutants(mutants))
		throw new UsageError(`${file}: its export mutants is not { design: { scenario, caughtBy, because? } }`);
	return {
		path: file,
		unreachable,
		mutants,
		expect: (scenario) => {
			let expected: ReturnType<Expectations>;
			try {
				expected = (expect as Expectations)(scenario);
			} catch (error) {
				throw new UsageError(failureLine(failureOf(error, sources), file));
			}
			return requireExpected(file, expected);
		},
	};
}

const VERDICTS: readonly unknown[] = ["holds", "violated", "vacuous", "reached", "never reached", "unbounded"];

/** A spec need not have been type-checked. */
function requireExpected(file: string, expected: ReturnType<Expectations> | undefined): ReturnType<Expectations> {
	for (const [id, each] of Object.entries(expected ?? {})) {
		const { verdict, because } = (each ?? {}) as Partial<Expected>;
		if (!VERDICTS.includes(verdict) && !/^at most \d+$/.test(String(verdict)))
			throw new UsageError(`${file}: ${id} has the verdict ${verdict}; it is ${VERDICTS.join(", ")} or at most N`);
		if (typeof because !== "string") throw new UsageError(`${file}: ${id} has no because, a text that says why`);
	}
	return expected ?? {};
}

const isUnreachable = (value: unknown): value is Unreachable =>
	Array.isArray(value) &&
	value.every((each: unknown) => {
		const { routine, label, because } = (each ?? {}) as Record<string, unknown>;
		return [routine, label, because].every((text) => typeof text === "string");
	});

const isMutants = (value: unknown): value is Mutants =>
	typeof value === "object" &&
	value !== null &&
	Object.values(value)
		.flat()
		.every((each: unknown) => {
			const { scenario, caughtBy, because = "" } = (each ?? {}) as Record<string, unknown>;
			const texts = [caughtBy, because].every((text) => typeof text === "string");
			return texts && typeof scenario === "object" && scenario !== null;
		});
