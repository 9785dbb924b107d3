import type { Race } from "../data.ts";
import { ChangeList } from "./step-card.tsx";

/** For paper, where nobody can step: what each step changed. */
export function Changes({ race: { steps } }: { race: Race }) {
	return (
		<section class="paper">
			<h2>What each step changed</h2>
			<ol>
				{steps.map(({ label, process, changes }, i) => (
					<li key={i}>
						<strong>{process}</strong> <code>{label}</code>
						<ChangeList changes={changes} />
					</li>
				))}
			</ol>
		</section>
	);
}
