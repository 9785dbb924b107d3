import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { PageScenario, Race } from "../data.ts";
import { Changes } from "./changes.tsx";
import { Command } from "./command.tsx";
import { Lanes } from "./lanes.tsx";
import { Remarks } from "./remarks.tsx";
import { Label } from "./scenario.tsx";
import { State } from "./state.tsx";
import { StepCard } from "./step-card.tsx";
import { type Go, keyed, Stepper } from "./stepper.tsx";

interface Shown {
	readonly race: Race;
	readonly title: string;
	readonly statement: string;
	/** What the steps lead to: `Violated`, and the like. */
	readonly outcome: string;
	/** Whether that should not be. */
	readonly wrong: boolean;
	readonly scenario: PageScenario;
	readonly command: string;
	readonly excerpts: Readonly<Record<string, readonly string[]>>;
	/** Where to begin; the last step where that is open. */
	readonly first: number | undefined;
	readonly link: (step: number) => string;
}

/** A counterexample to walk through. Step 0 is the state before the first step. */
export function RaceView({ race, title, statement, outcome, wrong, scenario, command, excerpts, first, link }: Shown) {
	const last = race.steps.length;
	// An object, so that to go to the step at hand brings it into view again.
	const [place, setPlace] = useState({ now: clamp(first ?? last, last) });
	const { now } = place;
	const focus = useRef(false);
	/** Until something is done the view is read from its top. */
	const moved = useRef(false);
	// Keys may come faster than the page is drawn: each goes on from where the last one led.
	const go: Go = (to, byKey = false) => {
		focus.current = byKey;
		moved.current = true;
		setPlace((from) => ({ now: clamp(to(from.now), last) }));
	};
	useLayoutEffect(() => {
		const { now } = place;
		if (!moved.current) {
			if (first !== undefined) document.getElementById(`step-${now}`)?.scrollIntoView({ block: "center" });
			return;
		}
		history.replaceState(null, "", link(now));
		const button = document.getElementById(`step-${now}`);
		// Who stands on a step goes along with it; who holds the slider stays there.
		if (focus.current && document.activeElement?.classList.contains("go")) button?.focus({ preventScroll: true });
		button?.scrollIntoView({ block: "nearest" });
	}, [place, first, link]);
	useEffect(() => {
		const pressed = (event: KeyboardEvent) => {
			const to = keyed(event, last);
			if (!to) return;
			event.preventDefault();
			go(to, true);
		};
		addEventListener("keydown", pressed);
		return () => removeEventListener("keydown", pressed);
	});
	return (
		<article class="race">
			<h1 tabIndex={-1}>{title}</h1>
			<p class="where">
				{outcome} in <strong>{scenario.bounded}</strong>; {race.length}
			</p>
			{statement && <p class="statement">{statement}</p>}
			{race.explanation.length > 0 && (
				<section class={wrong ? "why wrong" : "why"} aria-label="Why">
					{race.explanation.map((line, i) => (
						<p key={i}>{line}</p>
					))}
				</section>
			)}
			<Stepper race={race} now={now} go={go} />
			<div class="stage">
				<Lanes race={race} now={now} go={go} />
				<div class="beside">
					<StepCard race={race} now={now} excerpts={excerpts} />
					<State race={race} now={now} />
				</div>
			</div>
			<Remarks remarks={race.remarks} />
			<Changes race={race} />
			<Label scenario={scenario} />
			<Command text={command} />
		</article>
	);
}

const clamp = (step: number, last: number): number => Math.max(0, Math.min(last, Math.trunc(step) || 0));
