// The layers, bottom up: each may import only what its row names.
const layers = {
	"src/lang": [],
	"src/kernel": ["src/lang"],
	"src/machine": ["src/lang"],
	"src/explore": ["src/machine"],
	"src/trace": ["src/lang", "src/machine", "src/explore"],
	"src/report": ["src/lang", "src/trace"],
	"src/cli": ["src/lang", "src/machine", "src/explore", "src/trace", "src/report"],
	specs: ["src/lang", "src/kernel"],
	models: ["src/lang", "src/kernel", "specs"],
	templates: ["src/lang", "src/kernel", "specs"],
};

/** The folders of `src/cli`, likewise; what they all use stands beside them. */
const folders = {
	load: [],
	plan: ["load"],
	verify: ["load", "plan"],
	output: ["plan"],
	run: ["load", "plan", "verify", "output"],
	gate: ["load", "plan"],
	check: ["load", "plan", "output", "run", "gate"],
	walk: ["plan", "verify", "output"],
};

module.exports = {
	forbidden: [
		{
			name: "no-cycles",
			severity: "error",
			from: {},
			to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
		},
		...Object.entries(layers).map(([layer, below]) => ({
			name: `layer ${layer}`,
			severity: "error",
			from: { path: `^${layer}/` },
			to: {
				path: "^(src|specs|models|templates|bench|test)/",
				pathNot: [`^${layer}/`, ...below.map((other) => `^${other}/`)],
			},
		})),
		...Object.entries(folders).map(([folder, below]) => ({
			name: `folder src/cli/${folder}`,
			severity: "error",
			from: { path: `^src/cli/${folder}/` },
			to: { path: "^src/cli/\\w+/", pathNot: [folder, ...below].map((other) => `^src/cli/${other}/`) },
		})),
		{
			name: "language only by its index",
			severity: "error",
			from: { path: "^(src|specs|models|templates)/", pathNot: "^src/lang/" },
			to: { path: "^src/lang/", pathNot: "^src/lang/index\\.ts$" },
		},
		{
			name: "two interpreters that share no way to run a model",
			severity: "error",
			from: { path: "^src/machine/reference/" },
			to: {
				path: "^src/machine/",
				pathNot: "^src/machine/(reference/|(answers|askable|complaints|machine|steperror|types|undeclared)\\.ts$)",
			},
		},
	],
	options: {
		parser: "swc",
		tsPreCompilationDeps: true,
		doNotFollow: { path: "node_modules" },
		// The page of the HTML report, which the parser cannot read; its own tsconfig.json knows no Node.
		exclude: { path: "\\.tsx$" },
		enhancedResolveOptions: { extensions: [".ts", ".js"], exportsFields: ["exports"], conditionNames: ["import"] },
	},
};
