// The sessions that docs/by-hand.md shows, typed again.
import { expect, test } from "vitest";
import { check, folder } from "../support/check.ts";
import { blocks, files } from "./pages.ts";

test("docs/by-hand.md shows what its commands print", async () => {
	const cwd = folder(files("README.md", "rest.ts"));
	for (const { text } of blocks("docs/by-hand.md", "console")) {
		const [command = "", ...shown] = text.trimEnd().split("\n");
		const input = shown.flatMap((line) => /^\d+> (.*)$/.exec(line)?.[1] ?? []);
		const args = command.slice("$ npx check ".length).split(" ");
		const { stdout, stderr } = await check(args, { cwd, input: input.map((line) => `${line}\n`).join("") });
		expect(stderr).toBe("");
		// The page leaves out what `...` stands for.
		let from = 0;
		for (const piece of `${shown.join("\n")}\n`.split(/^\.\.\.\n/m)) {
			expect(stdout.slice(from)).toContain(piece.trimEnd());
			from = stdout.indexOf(piece.trimEnd(), from) + piece.trimEnd().length;
		}
	}
});
