import type { PageModel, PageScenario } from "../data.ts";
import { linkTo } from "./place.ts";
import { Wide } from "./wide.tsx";

/** The table of verdicts. A cell leads to its scenario, and what is violated there to its counterexample. */
export function Matrix({ model }: { model: PageModel }) {
	const { down, across, rows } = model;
	return (
		<Wide name={`Verdicts of ${model.name}`}>
			<table class="matrix">
				<thead>
					<tr>
						{down.length > 0 ? (
							down.map((name) => (
								<th key={name} scope="col">
									{name}
								</th>
							))
						) : (
							<th scope="col">scenario</th>
						)}
						{across ? (
							across.values.map((value) => (
								<th key={value} scope="col">
									<span class="axis">{across.name}</span> {value}
								</th>
							))
						) : (
							<th scope="col">verdict</th>
						)}
					</tr>
				</thead>
				<tbody>
					{rows.map(({ values, cells }, r) => (
						<tr key={values.join("/")} class={values[0] === rows[r - 1]?.values[0] ? "" : "first"}>
							{down.length > 0 ? (
								values.map((value, i) => <RowHead key={down[i]} model={model} row={r} column={i} value={value} />)
							) : (
								<th scope="row">{model.scenarios[0]?.name}</th>
							)}
							{cells.map((scenario, i) => (
								<td key={across?.values[i] ?? ""}>
									{scenario === null ? (
										<span class="none">not explored</span>
									) : (
										<Cell model={model} scenario={model.scenarios[scenario] as PageScenario} />
									)}
								</td>
							))}
						</tr>
					))}
				</tbody>
			</table>
		</Wide>
	);
}

/** A value that the row above has too is said once, over all the rows that begin with the same values. */
function RowHead({
	model,
	row,
	column,
	value,
}: {
	model: PageModel;
	row: number;
	column: number;
	value: string | number;
}) {
	const { rows, down } = model;
	const same = (r: number) =>
		rows[row]?.values.slice(0, column + 1).every((each, i) => each === rows[r]?.values[i]) === true;
	if (column === down.length - 1) return <th scope="row">{value}</th>;
	if (row > 0 && same(row - 1)) return null;
	let span = 1;
	while (row + span < rows.length && same(row + span)) span++;
	return (
		<th scope="rowgroup" rowSpan={span}>
			{value}
		</th>
	);
}

function Cell({ model, scenario }: { model: PageModel; scenario: PageScenario }) {
	const at = { model: model.name, scenario: scenario.name };
	const violated = scenario.verdicts.filter(({ verdict }) => verdict === "violated");
	const missed = scenario.verdicts.filter(({ verdict }) => verdict === "never reached");
	const vacuous = scenario.verdicts.filter(({ verdict }) => verdict === "vacuous");
	const surprises = model.gate?.differences.filter((difference) => difference.scenario === scenario.name) ?? [];
	const warning = (id: string) => model.properties.find((property) => property.id === id)?.class === "warning";
	const rest = violated.length + missed.length === 0 || scenario.status === "error" || scenario.status === "incomplete";
	return (
		<div class="cell">
			{rest && (
				<a class={`status ${scenario.status}`} href={linkTo(at)}>
					{STATUS[scenario.status]}
					<span class="unseen"> in {scenario.name}</span>
				</a>
			)}
			{violated.map(({ id }) => (
				<a key={id} class={`chip ${warning(id) ? "warn" : "bad"}`} href={linkTo({ ...at, property: id })}>
					{id}
					<span class="unseen">
						{warning(id) ? " warns" : " violated"} in {scenario.name}
					</span>
				</a>
			))}
			{missed.map(({ id }) => (
				<a key={id} class={`chip ${warning(id) ? "warn" : "bad"}`} href={linkTo(at)}>
					no {id}
					<span class="unseen"> is reached in {scenario.name}</span>
				</a>
			))}
			{surprises.length > 0 && (
				<span class="aside bad">≠ spec: {surprises.map(({ property }) => property).join(" ")}</span>
			)}
			{violated.length > 0 && (
				<a class="aside" href={linkTo(at)}>
					details<span class="unseen"> of {scenario.name}</span>
				</a>
			)}
			{vacuous.length > 0 && violated.length === 0 && (
				<span class="aside" title={`never put to the test: ${vacuous.map(({ id }) => id).join(", ")}`}>
					{vacuous.length} vacuous
				</span>
			)}
		</div>
	);
}

const STATUS = { holds: "holds", violated: "violated", incomplete: "incomplete", error: "model error" };
