import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../support/check.ts";

/** A fenced block of a page of documentation. */
export interface Block {
	/** The word after the fence. */
	readonly kind: string;
	readonly text: string;
	/** Line of its first line in the page, from 1. */
	readonly line: number;
}

export const page = (name: string): string => readFileSync(join(root, name), "utf8");

/** The fenced blocks of one kind, in order. */
export function blocks(name: string, kind: string): Block[] {
	const found: Block[] = [];
	const lines = page(name).split("\n");
	for (let i = 0; i < lines.length; i++) {
		const fence = /^```(\w+)$/.exec(lines[i] as string);
		if (!fence) continue;
		const end = lines.indexOf("```", i + 1);
		if (fence[1] === kind) found.push({ kind, text: `${lines.slice(i + 1, end).join("\n")}\n`, line: i + 2 });
		i = end;
	}
	return found;
}

/** The TypeScript of a page as files: a block whose first line is `// NAME.ts` is one, all others together another. */
export function files(name: string, rest: string): Readonly<Record<string, string>> {
	const made: Record<string, string> = {};
	for (const { text } of blocks(name, "ts")) {
		const file = /^\/\/ ([\w.-]+\.ts)\n/.exec(text)?.[1] ?? rest;
		made[file] = `${made[file] ?? ""}${text}`;
	}
	return made;
}
