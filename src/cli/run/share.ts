import { type ScenarioResult, type Shown, shortest } from "../../report/index.ts";
import { prepare } from "./prepare.ts";
import type { Team, Wanted } from "./team.ts";

/** Milliseconds in which a thread whose machine is warm explains what takes another, which has to make one first, longer. */
const WARM = 500;

/**
 * Has each counterexample that is shown made where it was found: `here`, or by another thread. What others have not come
 * to a while after all is done here is made here too, the last first: who is first has done it.
 */
export async function share(
	scenarios: readonly ScenarioResult[],
	here: ReadonlySet<number>,
	team: Team,
	interrupted: () => boolean,
): Promise<void> {
	const shown = shortest({ scenarios });
	const wanted = shown.map(({ scenario, property }) => ({
		scenario: scenarios.indexOf(scenario),
		property: property.id,
	}));
	const isHere = (i: number) => here.has((wanted[i] as Wanted).scenario);
	team.want(wanted);
	await prepare(
		shown.filter((_, i) => isHere(i)),
		() => !interrupted(),
	);
	const [begun, ...rest] = wanted.filter((_, i) => !isHere(i));
	const last = rest.at(-1);
	if (last) await team.telling(last, WARM);
	for (const each of rest.toReversed()) {
		const isOpen = () => !interrupted() && !team.told(each.scenario, each.property);
		await prepare([shown[wanted.indexOf(each)] as Shown], isOpen);
	}
	if (begun) await team.telling(begun);
}
