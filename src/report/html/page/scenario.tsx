import type { PageModel, PageProperty, PageScenario } from "../data.ts";
import { Command } from "./command.tsx";
import { Failure } from "./failure.tsx";
import { linkTo } from "./place.ts";

/** One scenario: its verdicts, and the label that they stand under. */
export function ScenarioView({ model, scenario }: { model: PageModel; scenario: PageScenario }) {
	const at = { model: model.name, scenario: scenario.name };
	return (
		<>
			<h1 tabIndex={-1}>
				<span class="kicker">{model.name}</span> {scenario.name}
			</h1>
			<Failure model={model} scenario={scenario} />
			<div class="halves">
				<section>
					<h2>Verdicts</h2>
					<ul class="verdicts">
						{scenario.verdicts.map(({ id, verdict, race }) => {
							const property = model.properties.find((each) => each.id === id);
							return (
								<li key={id}>
									<span class="id">{id}</span>
									<span>{property?.title}</span>
									<span class={`verdict ${kindOf(verdict, property)}`}>
										{race ? (
											<a href={linkTo({ ...at, property: id })}>
												{verdict}
												{property?.class === "cost" ? ": a run of" : " in"} {race.steps.length} steps
											</a>
										) : (
											verdict
										)}
									</span>
								</li>
							);
						})}
					</ul>
				</section>
				<Label scenario={scenario} />
			</div>
			<Command text={scenario.command} />
		</>
	);
}

/** How a verdict is coloured. */
function kindOf(verdict: string, property: PageProperty | undefined): string {
	if (property?.class === "cost") return "figure";
	if (verdict === "violated" || verdict === "never reached") return property?.class === "warning" ? "warn" : "bad";
	return verdict === "reached" ? "holds" : verdict;
}

/** What the verdicts of a scenario rely on. */
export function Label({ scenario }: { scenario: PageScenario }) {
	return (
		<section class="label">
			<h2>What this relies on</h2>
			<dl>
				{scenario.facts.map(([name, value]) => (
					<div key={name}>
						<dt>{name}</dt>
						<dd>{value}</dd>
					</div>
				))}
			</dl>
			{scenario.unreached.length > 0 && (
				<details>
					<summary>Statements that no run took ({scenario.unreached.length})</summary>
					<ul class="unreached">
						{scenario.unreached.map(({ text, source }, i) => (
							<li key={i}>
								<code>{text}</code> {source && <span class="at">{source}</span>}
							</li>
						))}
					</ul>
				</details>
			)}
		</section>
	);
}
