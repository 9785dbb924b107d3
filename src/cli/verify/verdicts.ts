import type { Exploration } from "../../explore/exploration.ts";
import type { Finding } from "../../explore/search.ts";
import type { Property } from "../../lang/index.ts";
import type { PropertyResult } from "../../report/index.ts";

/** The verdict of every property of a search that has ended, and of faults that the model did not declare. */
export function verdictsOf<C>(
	search: Exploration,
	only: ReadonlySet<string> | undefined,
	counterexample: (finding: Finding) => C,
): PropertyResult<C>[] {
	const { machine, findings, stopped } = search;
	// Paths may end where a step raises an error, and go on otherwise.
	const isCut = [...findings.values()].some(({ message }) => message !== undefined);
	const judged = machine.properties.filter(({ class: kind }) => kind !== "cost");
	const declared = judged.map((property): PropertyResult<C> => {
		const { id, title, statement, class: kind } = property;
		const finding = findings.get(id);
		// A raised property that listens to events is put to the test by them; one that does not, by every step.
		const always = property.raised && Object.keys(property.on).length === 0;
		const tried = always || machine.exercised[machine.properties.indexOf(property)] === 1;
		const about = { id, title, statement, class: kind, declared: true };
		const shown = finding && counterexample(finding);
		if (property.sometimes) {
			const verdict = finding ? "reached" : stopped ? "incomplete" : "never reached";
			return { ...about, verdict, counterexample: undefined, witness: shown };
		}
		const verdict = finding ? "violated" : stopped ? "incomplete" : tried ? "holds" : "vacuous";
		const endless = verdict === "vacuous" && !isCut && asksOnlyAtEnds(property);
		return { ...about, verdict, endless, counterexample: shown, witness: undefined };
	});
	const known = new Set(machine.properties.map(({ id }) => id));
	const undeclared = [...findings.values()].filter(({ property: id }) => !known.has(id) && (!only || only.has(id)));
	return [
		...declared,
		...undeclared.map(
			(finding): PropertyResult<C> => ({
				...titled(finding),
				declared: false,
				verdict: "violated",
				counterexample: counterexample(finding),
				witness: undefined,
			}),
		),
	];
}

/** Whether it is put to the test wherever a run ends, and nowhere else. */
const asksOnlyAtEnds = ({ terminal, invariant, antecedent, on }: Property): boolean =>
	terminal !== undefined && invariant === undefined && antecedent === undefined && Object.keys(on).length === 0;

/** A property that exists only because a step raised it. What the step said stands with the trace, where its ids are those of the trace. */
function titled({ property: id }: Finding): Pick<Property, "id" | "title" | "statement" | "class"> {
	return { id, title: RAISED.get(id) ?? `no step raises ${id}`, statement: "", class: "error" };
}

/** Titles of what no model need declare, for the language or the library of Linux raises it. */
export const RAISED: ReadonlyMap<string, string> = new Map([
	["assert", "assertions hold"],
	["P11", "nothing is used after it was freed"],
	["P14", "no spin deadlock"],
	["P15", "nothing sleeps in atomic context"],
	["P16", "calls nest no deeper than declared"],
	["P18", "no node is put on a list that it is on"],
	["negative-count", "no count falls below zero"],
	["timer-pending", "no timer is armed that is armed"],
]);
