import { useEffect } from "preact/hooks";
import type { PageData, PageProperty, PageVerdict } from "../data.ts";
import { Overview } from "./overview.tsx";
import { linkTo, type Place, usePlace } from "./place.ts";
import { RaceView } from "./race.tsx";
import { ScenarioView } from "./scenario.tsx";
import { ThemeButton } from "./theme.tsx";

export function App({ data }: { data: PageData }) {
	const place = usePlace();
	const view = [place.model, place.scenario, place.property].join("\0");
	// A new view is read from its top.
	useEffect(() => {
		const title = document.querySelector("h1");
		// At first the page is read from its beginning.
		if (place.model !== undefined) title?.focus({ preventScroll: true });
		// A step that the address names is what is to be seen.
		if (place.step === undefined) scrollTo(0, 0);
	}, [view]);
	return (
		<>
			<header class="top">
				<a href={linkTo({})}>
					<strong>{data.tool.name}</strong> {data.tool.version}
				</a>
				<nav aria-label="Where this is">{trail(place)}</nav>
				<ThemeButton />
			</header>
			<main>{viewOf(data, place)}</main>
		</>
	);
}

function trail({ model, scenario, property }: Place) {
	if (model === undefined || scenario === undefined) return null;
	return (
		<ol class="trail">
			<li>
				<a href={linkTo({})}>{model}</a>
			</li>
			<li>{property === undefined ? scenario : <a href={linkTo({ model, scenario })}>{scenario}</a>}</li>
			{property === undefined ? null : <li>{property || "model error"}</li>}
		</ol>
	);
}

function viewOf(data: PageData, place: Place) {
	const model = data.models.find(({ name }) => name === place.model);
	const scenario = model?.scenarios.find(({ name }) => name === place.scenario);
	if (!model || !scenario) return <Overview models={data.models} />;
	if (place.property === undefined) return <ScenarioView model={model} scenario={scenario} />;
	const property = model.properties.find(({ id }) => id === place.property);
	const verdict = scenario.verdicts.find(({ id }) => id === place.property);
	const race = property ? verdict?.race : scenario.failure?.race;
	if (!race) return <ScenarioView model={model} scenario={scenario} />;
	const view = [place.model, place.scenario, place.property].join("\0");
	const at = { model: model.name, scenario: scenario.name, property: place.property };
	return (
		<RaceView
			key={view}
			race={race}
			title={property ? `${property.id}: ${property.title}` : "model error"}
			statement={property?.statement ?? ""}
			outcome={outcomeOf(property, verdict)}
			wrong={property?.class !== "cost"}
			scenario={scenario}
			command={verdict?.command ?? scenario.command}
			excerpts={data.excerpts}
			first={place.step}
			link={(step) => linkTo({ ...at, step })}
		/>
	);
}

/** What the steps lead to. */
function outcomeOf(property: PageProperty | undefined, verdict: PageVerdict | undefined): string {
	if (!property) return "Met";
	if (property.class === "cost") return `A run that comes to the most (${verdict?.verdict})`;
	if (verdict?.verdict === "reached") return "Reached";
	return property.class === "warning" ? "A warning, violated" : "Violated";
}
