import type { Race, RaceChange, RaceStep } from "../data.ts";

/** The step that was just taken: whose it is, its statement in the model, and what it changed. */
export function StepCard({
	race,
	now,
	excerpts,
}: {
	race: Race;
	now: number;
	excerpts: Readonly<Record<string, readonly string[]>>;
}) {
	const step = race.steps[now - 1];
	if (!step)
		return (
			<section class="card">
				<h2>Before the first step</h2>
				<p>This is the state in which everything begins.</p>
			</section>
		);
	const excerpt = step.source === undefined ? [] : (excerpts[step.source] ?? []);
	return (
		<section class="card" aria-label={`Step ${now}`}>
			<h2>
				<span class="kicker">
					{[now, race.lanes[step.lane], step.context].filter((each) => each && each !== step.process).join(" · ")}
				</span>{" "}
				{step.process}
			</h2>
			<p class="statement-of">
				<code>{step.label}</code>
				{step.note && <span class="note">{` /* ${step.note} */`}</span>}
			</p>
			{step.source && (
				<figure>
					<figcaption class="at">{step.source}</figcaption>
					{excerpt.length > 0 && <pre>{excerpt.join("\n").replaceAll("\t", "  ")}</pre>}
				</figure>
			)}
			<h3>Changed</h3>
			<ChangeList changes={step.changes.filter(([, , , of]) => of === "state")} />
			{step.frames.some(({ values }) => values.length > 0) && (
				<>
					<h3>Variables of {step.process}</h3>
					<dl class="frames">
						{step.frames.map(({ routine, values }, i) => (
							<div key={i}>
								<dt>{routine}()</dt>
								<dd>{values.length === 0 ? "none set" : values.map((each) => variable(step, routine, each))}</dd>
							</div>
						))}
					</dl>
				</>
			)}
		</section>
	);
}

/** What the step set stands out. */
function variable({ process, changes }: RaceStep, routine: string, [name, value]: readonly [string, string]) {
	const path = `${process}: ${routine}.${name}`;
	const set = changes.some(([changed]) => changed === path || changed.startsWith(`${path}.`));
	const text = `${name} = ${value}`;
	return <span key={name}>{set ? <ins>{text}</ins> : text}</span>;
}

export function ChangeList({ changes }: { changes: readonly RaceChange[] }) {
	if (changes.length === 0) return <p class="none">nothing</p>;
	return (
		<ul class="changes">
			{changes.map(([path, from, to]) => (
				<li key={path}>
					<code>{path}</code> <del>{from}</del>
					<span aria-hidden="true"> → </span>
					<ins>{to}</ins>
				</li>
			))}
		</ul>
	);
}
