import { matrixOf } from "../matrix.ts";
import type { Paint } from "../paint.ts";
import { isBad, type ModelResult, type ScenarioResult } from "../result.ts";
import { rule, tableLine } from "./table.ts";
import { wrap } from "./wrap.ts";

/** Wider cells are wrapped. */
const WIDEST = 24;

/** One table of verdicts. */
export function matrix({ scenarios }: ModelResult, width: number, paint: Paint): string[] {
	const { down, across, rows } = matrixOf(scenarios);
	const cells = rows.map((row) => row.cells.map((scenario) => (scenario ? cellOf(scenario) : [])));
	const labels = rows.map(({ values }) => values.join("/") || (scenarios[0]?.name ?? ""));
	const measured = (title: string, heads: readonly string[]) => {
		const first = Math.max(title.length, ...labels.map((label) => label.length));
		const widths = heads.map((head, i) =>
			Math.max(head.length, ...cells.flatMap((row) => (row[i] ?? []).map((line) => line.length))),
		);
		return { title, heads, first, widths, fits: first + widths.reduce((sum, w) => sum + w + 2, 0) <= width };
	};
	const corner = down.join("/") || "scenario";
	const each = across?.values.map(String) ?? [];
	const full = measured(corner, across ? each.map((value) => `${across.name} ${value}`) : ["verdict"]);
	// Where there is no room to name the axis in each column, it stands in the corner.
	const layout = full.fits || !across ? full : measured(`${corner} \\ ${across.name}`, each);
	if (!layout.fits) return list(scenarios, width, paint);
	const { title, heads, first, widths } = layout;
	const columns = [first, ...widths];
	return [
		paint.bold(tableLine([title, ...heads], columns)),
		paint.dim(tableLine(rule(columns), columns)),
		...rows.flatMap((_, r) => {
			const row = cells[r] as string[][];
			const height = Math.max(1, ...row.map((cell) => cell.length));
			return Array.from({ length: height }, (_, h) =>
				[
					(h === 0 ? (labels[r] as string) : "").padEnd(first),
					...row.map((cell, i) => styled(cell[h] ?? (h === 0 ? "-" : ""), widths[i] as number, paint)),
				]
					.join("  ")
					.trimEnd(),
			);
		}),
	];
}

/** The same, a line for each scenario. */
function list(scenarios: readonly ScenarioResult[], width: number, paint: Paint): string[] {
	const first = Math.max(...scenarios.map(({ name }) => name.length));
	return scenarios.flatMap((scenario) => {
		const lines = wrap(cellOf(scenario, Number.POSITIVE_INFINITY).join(" "), Math.max(20, width - first - 2));
		return lines.map((line, i) => `${(i === 0 ? scenario.name : "").padEnd(first)}  ${styled(line, 0, paint)}`);
	});
}

/** What a cell says of a scenario. */
export function cellOf({ status, properties, stopped }: ScenarioResult, width = WIDEST): string[] {
	if (status === "error") return ["model error"];
	const bad = properties.filter(isBad).map((p) => (p.verdict === "never reached" ? { ...p, id: `no ${p.id}` } : p));
	const ids = bad.map(({ id, class: kind }) => (kind === "warning" ? `(${id})` : id));
	// Where nothing was put to the test, nothing is said by that all holds.
	if (status === "holds" && properties.length > 0 && properties.every(({ verdict }) => verdict === "vacuous"))
		return ["vacuous"];
	if (ids.length === 0) return [status];
	return wrap([...ids, ...(stopped ? ["incomplete"] : [])].join(" "), width);
}

function styled(cell: string, width: number, paint: Paint): string {
	const unsure = cell === "incomplete" || cell === "vacuous";
	const style = cell === "holds" ? paint.good : unsure ? paint.unsure : cell === "-" ? paint.dim : paint.bad;
	return style(cell) + " ".repeat(Math.max(0, width - cell.length));
}
