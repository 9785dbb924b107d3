import type { PageModel, PageScenario } from "../data.ts";
import { linkTo } from "./place.ts";

/** What is wrong in the model itself, if that is how the scenario ended. */
export function Failure({ model, scenario }: { model: PageModel; scenario: PageScenario }) {
	const { failure, name } = scenario;
	if (!failure) return null;
	return (
		<p class="gate bad">
			The model is wrong: {failure.message} <code>{failure.at}</code>{" "}
			{failure.race && (
				<a href={linkTo({ model: model.name, scenario: name, property: "" })}>the steps that lead there</a>
			)}
			{failure.before !== undefined && <>. Violated before: {failure.before}.</>}
		</p>
	);
}
