import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "../support/check.ts";

const specs = readdirSync(join(root, "models"))
	.filter((name) => name.endsWith(".ts"))
	.map((name) => `../../specs/${name}`);

test.each(specs)("%s says what is expected and how each design that holds can be broken", async (path) => {
	expect(await import(path)).toMatchObject({ default: expect.any(Function), mutants: expect.any(Object) });
});
