#!/usr/bin/env node
import { hideBin } from "yargs/helpers";
import manifest from "../../package.json" with { type: "json" };
import { parse } from "./commands/parse.ts";
import { EXIT, UsageError } from "./exit.ts";
import { explain } from "./explain.ts";
import { compileLater } from "./run/tiers.ts";

const tool = { name: manifest.name, version: manifest.version };

// What a model calls may end the process, too: then nothing was verified.
let isDone = false;
process.on("exit", (code) => {
	if (isDone || code !== EXIT.holds) return;
	process.stderr.write("check: the process was ended before there was a report, by something that the model calls\n");
	process.exitCode = EXIT.model;
});

// A reader that has seen enough, as in `check … | head`, is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
	isDone = true;
	if (error.code === "EPIPE") process.exit();
	process.exit(explain(new UsageError(`standard output cannot be written: ${error.message}`)));
});

async function main(): Promise<number> {
	compileLater();
	const action = await parse(hideBin(process.argv), tool);
	return action ? action() : EXIT.holds;
}

process.exitCode = await main().catch(explain);
isDone = true;
