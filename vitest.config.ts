import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

const at = (path: string) => new URL(path, import.meta.url).pathname;

/** The longest first, so that no core is idle while the last of them runs. */
class LongestFirst extends BaseSequencer {
	override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
		const long = ({ moduleId }: TestSpecification) => Number(moduleId.includes("/test/models/"));
		return (await super.sort(files)).sort((a, b) => long(b) - long(a));
	}
}

export default defineConfig({
	resolve: {
		alias: [
			{ find: /^preempt$/, replacement: at("src/lang/index.ts") },
			{ find: /^preempt\/linux$/, replacement: at("src/kernel/index.ts") },
			{ find: /^preempt\/specs$/, replacement: at("specs/index.ts") },
		],
	},
	test: {
		include: ["test/**/*.test.ts"],
		testTimeout: 120_000,
		maxWorkers: "100%",
		sequence: { sequencer: LongestFirst },
	},
});
