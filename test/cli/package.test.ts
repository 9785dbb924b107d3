// The package as a stranger gets it: packed, installed into an empty project, and a model written there.
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { folder, root, run } from "../support/check.ts";

const model = (field: string): string => `import { model, step, record, perId } from "preempt";
import { Kernel, addTask, local_irq_disable, local_irq_enable } from "preempt/linux";

export default model("mine", {
	about: "a task that switches interrupts off and on",
	axes: { preempt: ["none", "full"] },
	build({ preempt }) {
		const k = new Kernel({ cpus: 1, preempt });
		const sys = k.system();
		const routine = sys.routine("quiet", {}, [
			local_irq_disable(k),
			step("nothing", ({ s, me }) => { if (!s.cpu[me.cpu].${field}) throw new Error("interrupts are on"); }),
			local_irq_enable(k),
		]);
		addTask(k, sys, "task", routine);
		sys.property("on", {
			title: "interrupts are on at the end",
			statement: "When the task is done, interrupts are on.",
			terminal: ({ s }) => k.Cpu.all.every((c) => !s.cpu[c].irqs_off),
		});
		return sys;
	},
});
`;

test("npm pack, installed elsewhere, type-checks and checks a model", { timeout: 120_000 }, async () => {
	const project = folder({
		"package.json": '{ "name": "mine", "private": true, "type": "module" }',
		"tsconfig.json": JSON.stringify({
			compilerOptions: { strict: true, module: "nodenext", target: "es2023", noEmit: true, types: [] },
		}),
		"mine.ts": model("irqs_off"),
	});
	const npm = (...args: string[]) => run("npm", args, { cwd: project });
	await run("npm", ["pack", "--ignore-scripts", "--pack-destination", project], { cwd: root });
	const [tarball = ""] = readdirSync(project).filter((name) => name.endsWith(".tgz"));
	const install = await npm("install", `./${tarball}`, "--prefer-offline", "--no-audit", "--no-fund");
	expect(install.code, install.stderr).toBe(0);

	expect(await run("npx", ["tsc"], { cwd: project })).toMatchObject({ stdout: "", code: 0 });
	const { stdout, stderr, code } = await run("npx", ["check", "mine.ts", "--typecheck"], { cwd: project });
	expect(stderr).not.toContain("error");
	expect(stdout).toMatch(/^none +holds$/m);
	expect(code).toBe(0);

	const page = await run("npx", ["check", "mine.ts", "--format", "html"], { cwd: project });
	expect(page.stdout).toContain("<title>mine: verdicts</title>");

	writeFileSync(join(project, "mine.ts"), model("irqs_of"));
	const wrong = await run("npx", ["tsc"], { cwd: project });
	expect(wrong.stdout).toMatch(/mine\.ts.*irqs_of/);
});
