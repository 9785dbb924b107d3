// The matrix in README.md is that of specs/bio-task.ts, which `check --gate` holds the model to.
import { expect, test } from "vitest";
import model from "../../models/bio-task.ts";
import expectations from "../../specs/bio-task.ts";
import { blocks } from "./pages.ts";

test("README.md shows the matrix of models/bio-task.ts", () => {
	const [{ text } = { text: "" }] = blocks("README.md", "text");
	const [head = "", , ...rows] = text.trimEnd().split("\n");
	const columns = head.split(/ {2,}/).map((title) => title.replace("preempt ", ""));
	const shown = rows.flatMap((row) => {
		const [caller, ...cells] = row.split(/ {2,}/);
		return cells.map((cell, i) => [`v4/${caller}/${columns[i + 1]}`, cell]);
	});
	const { caller = [], preempt = [] } = { ...model.axes, ...model.defaults };
	const expected = caller.flatMap((c) =>
		preempt.map((p) => {
			const verdicts = expectations({ design: "v4", caller: c, preempt: p, cpus: 2, bios: 2 });
			const violated = Object.keys(verdicts).filter((id) => verdicts[id]?.verdict === "violated");
			const ids = violated.map((id) => (id === "P9" ? `(${id})` : id));
			return [`v4/${c}/${p}`, ids.join(" ") || "holds"];
		}),
	);
	expect(Object.fromEntries(shown)).toEqual(Object.fromEntries(expected));
});
