/** The width that each column needs. */
export function widthsOf(rows: readonly (readonly string[])[]): number[] {
	const [first = []] = rows;
	return first.map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
}

/** A line of a table: each cell in its column, two blanks between. */
export function tableLine(cells: readonly string[], widths: readonly number[]): string {
	return cells
		.map((cell, i) => cell.padEnd(widths[i] as number))
		.join("  ")
		.trimEnd();
}

export const rule = (widths: readonly number[]): string[] => widths.map((width) => "-".repeat(width));
