import { useMemo, useState } from "preact/hooks";
import type { Race } from "../data.ts";
import { type Group, groupsOf, statesOf } from "./states.ts";
import { Wide } from "./wide.tsx";

/** The shared state after the step, with what the step changed marked. */
export function State({ race, now }: { race: Race; now: number }) {
	const [all, setAll] = useState(false);
	const states = useMemo(() => statesOf(race), [race]);
	const groups = useMemo(() => groupsOf(race, all), [race, all]);
	const values = states[now] as ReadonlyMap<string, string>;
	const before = new Map(
		race.steps[now - 1]?.changes.filter(([, , , of]) => of === "state").map(([path, from]) => [path, from]),
	);
	return (
		<section class="state" aria-label="State">
			<h2>State {now === 0 ? "at first" : `after step ${now}`}</h2>
			<label class="switch">
				<input type="checkbox" checked={all} onChange={(event) => setAll(event.currentTarget.checked)} /> also what
				never changes
			</label>
			{groups.length === 0 && <p class="none">No step of this race changes the shared state.</p>}
			{groups.map((group) => (
				<GroupOf key={group.name} group={group} values={values} before={before} />
			))}
		</section>
	);
}

interface GroupProps {
	readonly group: Group;
	readonly values: ReadonlyMap<string, string>;
	/** Values that the step changed, as they were. */
	readonly before: ReadonlyMap<string, string>;
}

function GroupOf({ group: { name, members, fields }, values, before }: GroupProps) {
	return (
		<Wide name={`State of ${name}`}>
			<table>
				<thead>
					<tr>
						<th scope="col">{name}</th>
						{members.map((member) => (
							<th key={member} scope="col">
								{member || "value"}
							</th>
						))}
					</tr>
				</thead>
				<tbody>
					{fields.map(({ field, paths }) => (
						<tr key={field}>
							<th scope="row">{field}</th>
							{paths.map((path, i) => {
								const was = before.get(path);
								const value = values.get(path);
								const dull = value === undefined || DULL.has(value);
								return (
									<td key={members[i]} class={was !== undefined ? "changed" : dull ? "dull" : ""}>
										{was !== undefined && (
											<>
												<del>{was}</del> <span aria-hidden="true">→ </span>
											</>
										)}
										{was === undefined ? (value ?? "") : <ins>{value}</ins>}
									</td>
								);
							})}
						</tr>
					))}
				</tbody>
			</table>
		</Wide>
	);
}

/** Values that say that nothing is there. */
const DULL = new Set(["none", "false", "0", "[]", "unset"]);
