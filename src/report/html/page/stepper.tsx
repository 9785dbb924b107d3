import type { Race } from "../data.ts";

/** Goes to a step, told from where. */
export type Go = (to: Move, byKey?: boolean) => void;

/** The slider and its buttons. */
export function Stepper({ race, now, go }: { race: Race; now: number; go: Go }) {
	const last = race.steps.length;
	const told = toldOf(race, now);
	return (
		<fieldset class="stepper" aria-label="Walk through the steps">
			<button type="button" aria-label="To the beginning" disabled={now === 0} onClick={() => go(() => 0)}>
				<Icon path="M3 2v12M13 2 5 8l8 6z" />
			</button>
			<button type="button" aria-label="One step back" disabled={now === 0} onClick={() => go((from) => from - 1)}>
				<Icon path="M12 2 4 8l8 6z" />
			</button>
			<button type="button" aria-label="One step on" disabled={now === last} onClick={() => go((from) => from + 1)}>
				<Icon path="M4 2l8 6-8 6z" />
			</button>
			<button type="button" aria-label="To the last step" disabled={now === last} onClick={() => go(() => last)}>
				<Icon path="M13 2v12M3 2l8 6-8 6z" />
			</button>
			<input
				type="range"
				min={0}
				max={last}
				value={now}
				aria-label="Step"
				aria-valuetext={told}
				onInput={(event) => {
					const to = Number(event.currentTarget.value);
					go(() => to);
				}}
			/>
			<output class="count">
				{now} / {last}
			</output>
			<p class="unseen" aria-live="polite">
				{told}
			</p>
			<p class="hint">Arrow keys walk, Home and End jump.</p>
		</fieldset>
	);
}

/** Drawn, for not every font has these signs. */
const Icon = ({ path }: { path: string }) => (
	<svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
		<path d={path} fill="currentColor" stroke="currentColor" stroke-width="1.5" stroke-linejoin="round" />
	</svg>
);

function toldOf({ steps, lanes }: Race, now: number): string {
	const step = steps[now - 1];
	if (!step) return "before the first step";
	return `step ${now} of ${steps.length}, ${lanes[step.lane]}, ${step.process}: ${step.label}`;
}

type Move = (from: number) => number;

/** Where a key leads; nowhere for other keys, and for those that some control wants for itself. */
export function keyed(event: KeyboardEvent, last: number): Move | undefined {
	if (event.ctrlKey || event.altKey || event.metaKey) return undefined;
	const at = event.target as HTMLElement;
	if (at.matches("input, select, textarea, summary, .wide")) return undefined;
	switch (event.key) {
		case "ArrowRight":
		case "ArrowDown":
		case "j":
			return (from) => from + 1;
		case "ArrowLeft":
		case "ArrowUp":
		case "k":
			return (from) => from - 1;
		case "Home":
			return () => 0;
		case "End":
			return () => last;
		default:
			return undefined;
	}
}
