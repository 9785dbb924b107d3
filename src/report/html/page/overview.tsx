import type { PageModel, PageProperty, PageStatement } from "../data.ts";
import { Failure } from "./failure.tsx";
import { Matrix } from "./matrix.tsx";
import { linkTo } from "./place.ts";
import { Remarks } from "./remarks.tsx";
import { Wide } from "./wide.tsx";

/** Every model with its matrix, its properties and what the verdicts rely on. */
export function Overview({ models }: { models: readonly PageModel[] }) {
	return (
		<>
			<h1 tabIndex={-1}>Verdicts</h1>
			{models.length > 1 && (
				<p class="models">
					{models.map(({ name }) => (
						<a key={name} href={`#${name}`} onClick={(event) => jump(event, name)}>
							{name}
						</a>
					))}
				</p>
			)}
			{models.map((model) => (
				<Model key={model.name} model={model} />
			))}
		</>
	);
}

/** The address is taken by the view, so that a section is gone to by hand. */
function jump(event: Event, name: string): void {
	event.preventDefault();
	const title = document.getElementById(`model-${name}`);
	title?.scrollIntoView();
	title?.focus({ preventScroll: true });
}

function Model({ model }: { model: PageModel }) {
	return (
		<section class="model">
			<h2 id={`model-${model.name}`} tabIndex={-1}>
				{model.name}
			</h2>
			<p class="about">
				{model.about} <code>{model.file}</code>
			</p>
			{model.scenarios.map((scenario) => (
				<Failure key={scenario.name} model={model} scenario={scenario} />
			))}
			{model.gate && <Gate model={model} gate={model.gate} />}
			{model.scenarios.length > 0 && <Matrix model={model} />}
			{model.properties.length > 0 && <Properties model={model} />}
			<Remarks remarks={model.remarks} />
		</section>
	);
}

function Gate({ model, gate }: { model: PageModel; gate: NonNullable<PageModel["gate"]> }) {
	return (
		<>
			<Verdicts model={model} gate={gate} />
			{gate.coverage !== undefined && <Coverage spec={gate.spec} coverage={gate.coverage} />}
			{gate.mutants !== undefined && <Mutants model={model.name} mutants={gate.mutants} />}
		</>
	);
}

type GateMutants = NonNullable<NonNullable<PageModel["gate"]>["mutants"]>;

/** What shows that the verdicts could be otherwise: designs that were broken on purpose, and what told so. */
function Mutants({ model, mutants: { caught, neverViolated } }: { model: string; mutants: GateMutants }) {
	return (
		<div class="gate">
			{caught.length > 0 && (
				<details>
					<summary>{caught.length === 1 ? "1 mutant was caught" : `${caught.length} mutants were caught`}</summary>
					<ul>
						{caught.map(({ design, scenario, property, because }) => (
							<li key={design}>
								of {design}, by <a href={linkTo({ model, scenario, property })}>{property}</a> in{" "}
								<a href={linkTo({ model, scenario })}>{scenario}</a>
								{because !== undefined && `: ${because}`}
							</li>
						))}
					</ul>
				</details>
			)}
			{neverViolated.length > 0 && <p>Violated in no scenario: {neverViolated.join(", ")}.</p>}
		</div>
	);
}

function Coverage({ spec, coverage }: { spec: string; coverage: readonly PageStatement[] | "unknown" }) {
	if (coverage === "unknown")
		return <p class="gate">Coverage was not compared, for not every scenario was explored to its end.</p>;
	if (coverage.length === 0) return <p class="gate good">Coverage is as expected.</p>;
	return (
		<div class="gate">
			<p class="bad">
				Coverage is not as <code>{spec}</code> expects:
			</p>
			<ul>
				{coverage.map(({ text, source }) => (
					<li key={`${text} ${source}`}>
						{text} {source && <span class="at">{source}</span>}
					</li>
				))}
			</ul>
		</div>
	);
}

function Verdicts({ model, gate }: { model: PageModel; gate: NonNullable<PageModel["gate"]> }) {
	const { spec, differences } = gate;
	if (differences.length === 0)
		return (
			<p class="gate good">
				As expected: every verdict agrees with <code>{spec}</code>.
			</p>
		);
	return (
		<div class="gate">
			<p class="bad">
				{differences.length === 1 ? "1 verdict differs" : `${differences.length} verdicts differ`} from{" "}
				<code>{spec}</code>:
			</p>
			<Wide name="Differences from the spec">
				<table>
					<thead>
						<tr>
							{["scenario", "property", "expected", "actual", "expected because"].map((title) => (
								<th key={title} scope="col">
									{title}
								</th>
							))}
						</tr>
					</thead>
					<tbody>
						{differences.map(({ scenario, property, expected, actual, because }) => (
							<tr key={`${scenario} ${property}`}>
								<td>
									<a href={linkTo({ model: model.name, scenario })}>{scenario}</a>
								</td>
								<td>
									{actual === "violated" ? (
										<a href={linkTo({ model: model.name, scenario, property })}>{property}</a>
									) : (
										property
									)}
								</td>
								<td>{expected}</td>
								<td>{actual}</td>
								<td>{because}</td>
							</tr>
						))}
					</tbody>
				</table>
			</Wide>
		</div>
	);
}

function Properties({ model }: { model: PageModel }) {
	return (
		<>
			<h3>Properties</h3>
			<ul class="properties">
				{model.properties.map((property) => (
					<li key={property.id}>
						<span class="id">{property.id}</span>
						<div>
							<p>
								{property.title} <Tally model={model} property={property} />
							</p>
							{property.statement !== property.title && <p class="statement">{property.statement}</p>}
						</div>
					</li>
				))}
			</ul>
		</>
	);
}

function Tally({ model, property }: { model: PageModel; property: PageProperty }) {
	const { id, tally, class: kind, best } = property;
	if (best === undefined) return <span class="tally">{tally}</span>;
	const [colour, what, of] = kind === "cost" ? ["", "dearest run", "of"] : [COLOURS[kind], "counterexample", "to"];
	return (
		<span class={`tally ${colour}`}>
			{tally}
			{kind === "warning" && " (a warning)"};{" "}
			<a href={linkTo({ model: model.name, scenario: best, property: id })}>
				{what}
				<span class="unseen">
					{" "}
					{of} {id}
				</span>
			</a>
		</span>
	);
}

const COLOURS = { error: "bad", warning: "warn" };
