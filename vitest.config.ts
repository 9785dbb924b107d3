import { defineConfig } from "vitest/config";

const at = (path: string) => new URL(path, import.meta.url).pathname;

export default defineConfig({
	resolve: {
		alias: [
			{ find: /^preempt$/, replacement: at("src/lang/index.ts") },
			{ find: /^preempt\/linux$/, replacement: at("src/kernel/index.ts") },
			{ find: /^preempt\/specs$/, replacement: at("specs/index.ts") },
		],
	},
	test: { include: ["test/**/*.test.ts"], testTimeout: 60_000 },
});
