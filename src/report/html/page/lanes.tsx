import type { Race, RaceRow } from "../data.ts";
import { huesOf, subject } from "./hues.ts";
import type { Go } from "./stepper.tsx";

/** So many lanes fit in any window that is not very narrow. */
const FEW = 3;

/** A line with what is open in each lane while it stands there. */
interface Line {
	readonly row: RaceRow;
	/** The contexts that nest in each lane, outermost first. */
	readonly open: readonly (readonly string[])[];
}

/** The race: a lane for each CPU, time running down. A step is a button that goes there. */
export function Lanes({ race, now, go }: { race: Race; now: number; go: Go }) {
	const hues = huesOf(race);
	return (
		<section
			class={`lanes wide ${race.lanes.length <= FEW ? "few" : ""}`}
			aria-label="Steps"
			style={{ "--lanes": race.lanes.length }}
		>
			<div class="line heads" aria-hidden="true">
				<span class="number" />
				{race.lanes.map((title) => (
					<span key={title} class="lane title">
						{title}
					</span>
				))}
			</div>
			<ol>
				{groupsOf(race).map(({ lines, step }) => (
					<li
						key={step}
						class={`${step > now ? "later" : step === now ? "now" : ""} ${isCritical(race, step) ? "critical" : ""}`}
						data-opens={named(race, ({ after }) => after === step, "critical for", "from here")}
						data-closes={named(race, ({ before }) => before === step, "to here for")}
					>
						{lines.map((line, i) => (
							<LineOf key={i} line={line} race={race} now={now} go={go} hues={hues} />
						))}
					</li>
				))}
			</ol>
		</section>
	);
}

interface LineProps {
	readonly line: Line;
	readonly race: Race;
	readonly now: number;
	readonly go: Go;
	readonly hues: ReadonlyMap<string, number>;
}

function LineOf({ line: { row, open }, race, now, go, hues }: LineProps) {
	const step = row.number === undefined ? undefined : race.steps[row.number - 1];
	return (
		<div class={`line ${row.kind}`}>
			<span class="number" aria-hidden="true">
				{row.number}
			</span>
			{race.lanes.map((title, lane) => (
				<div key={title} class={`lane${lane === row.lane ? " here" : ""}`}>
					{open[lane]?.map((context, i) => (
						<span key={i} class={`bar ${context}`} />
					))}
					{lane === row.lane && (
						<div class="text" style={{ "--indent": row.indent }}>
							{step && row.number !== undefined ? (
								<button
									type="button"
									id={`step-${row.number}`}
									class="go"
									style={{ "--hue": hues.get(subject(step.process)) }}
									aria-current={row.number === now ? "step" : undefined}
									onClick={() => go(() => row.number as number)}
								>
									<span class="unseen">
										Step {row.number}, {title}, {step.process}:{" "}
									</span>
									<code>{breakable(row.text)}</code>
									{row.note && <span class="note">{` /* ${row.note} */`}</span>}
								</button>
							) : (
								<span class="says">{row.text}</span>
							)}
						</div>
					)}
				</div>
			))}
		</div>
	);
}

const isCritical = ({ windows }: Race, step: number): boolean =>
	windows.some(({ after, before }) => after < step && step < before);

/** The line about critical windows that open or close at a step; they may overlap, so that it says whose they are. */
function named({ windows }: Race, are: (window: Race["windows"][number]) => boolean, ...words: [string, string?]) {
	const processes = new Set(windows.filter(are).map(({ process }) => process));
	const [says, from] = words;
	return processes.size === 0 ? undefined : [says, [...processes].join(", "), from].filter(Boolean).join(" ");
}

/** A statement that may go on in the next line where a C programmer would break it. */
const breakable = (text: string) =>
	text
		.split(/(?<=[(,])(?!\))|(?=->)/)
		.map((part, i) => [
			i > 0 && <wbr key={i} />,
			part.startsWith("->") ? [<span class="arrow">{"->"}</span>, part.slice(2)] : part,
		]);

/** Each step with the lines that stand before it; after the last step there may be lines that end something. */
function groupsOf({ rows, lanes }: Race): { lines: Line[]; step: number }[] {
	const groups: { lines: Line[]; step: number }[] = [];
	const open: string[][] = lanes.map(() => []);
	let lines: Line[] = [];
	for (const row of rows) {
		if (row.kind === "end") open[row.lane]?.pop();
		lines.push({ row, open: open.map((contexts) => [...contexts]) });
		if (row.kind === "begin") open[row.lane]?.push(row.text.split(":")[0] as string);
		if (row.number === undefined) continue;
		groups.push({ lines, step: row.number });
		lines = [];
	}
	return groups;
}
