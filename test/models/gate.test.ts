// Every model against its spec; docs/verdicts.md is what that comes to.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { page } from "../../scripts/verdicts/page.ts";
import type { Summary } from "../../scripts/verdicts/summary.ts";
import { check, folder, root } from "../support/check.ts";

test("every verdict is as expected, every design that holds has a mutant that is caught, and docs/verdicts.md says so", async () => {
	const file = join(folder({}), "summary.json");
	const { code, stdout, stderr } = await check(["--gate", "models", "--report", `summary=${file}`]);
	expect({
		code,
		stderr,
		stdout: stdout.replace(
			/^.*: as expected: .*\n|^coverage: as expected\n|^mutants: .*\n|^never violated: .*\n/gm,
			"",
		),
	}).toEqual({ code: 0, stderr: "", stdout: expect.stringMatching(/^\s*$/) });
	const written = page(JSON.parse(readFileSync(file, "utf8")) as Summary);
	expect(written, "npm run verdicts writes it anew").toBe(readFileSync(join(root, "docs/verdicts.md"), "utf8"));
}, 1_200_000);
