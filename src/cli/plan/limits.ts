import { availableParallelism, totalmem } from "node:os";
import type { Keep, Limits } from "../../explore/search.ts";
import { UsageError } from "../exit.ts";
import type { Options } from "./options.ts";

const UNITS = { "": 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 };

/** Limits of one scenario's search. Without a choice: half of the memory there is, and nothing else. */
export function limitsOf(options: Partial<Options> = {}): Limits {
	const { maxStates, maxMemory, maxTime, maxDepth } = options;
	const unlimited = Number.POSITIVE_INFINITY;
	return {
		states: whole("--max-states", maxStates) ?? unlimited,
		memory: maxMemory === undefined ? available() / 2 : bytes(maxMemory),
		time: positive("--max-time", maxTime) ?? unlimited,
		depth: whole("--max-depth", maxDepth) ?? unlimited,
		keep: keepOf(options),
	};
}

function keepOf({ compress, hashCompact, bitstate }: Partial<Options>): Keep {
	const chosen = [
		...(compress ? (["compressed"] as const) : []),
		...(hashCompact ? (["hashed"] as const) : []),
		...(bitstate ? (["bits"] as const) : []),
	];
	if (chosen.length > 1) throw new UsageError("--compress, --hash-compact and --bitstate exclude each other");
	return chosen[0] ?? "whole";
}

/** How many threads may search: one for each core, if it is not chosen. */
export const workersOf = ({ workers }: Partial<Options> = {}): number =>
	whole("--workers", workers) ?? availableParallelism();

function whole(option: string, value: number | undefined): number | undefined {
	if (value !== undefined && !(Number.isInteger(value) && value > 0))
		throw new UsageError(`${option} takes a whole number above 0`);
	return value;
}

function positive(option: string, value: number | undefined): number | undefined {
	if (value !== undefined && !(value > 0)) throw new UsageError(`${option} takes a number above 0`);
	return value;
}

function bytes(text: string): number {
	const match = /^(\d+(?:\.\d+)?)([kmgt]?)(?:i?b)?$/i.exec(text);
	// A number alone that is so small was meant in another unit.
	const isBare = match?.[2] === "" && Number(match[1]) < UNITS.m;
	if (!match || Number(match[1]) <= 0 || isBare)
		throw new UsageError(`--max-memory ${text}: give a size such as 512M or 2G`);
	return Math.floor(Number(match[1]) * UNITS[(match[2] ?? "").toLowerCase() as keyof typeof UNITS]);
}

function available(): number {
	const constrained = process.constrainedMemory();
	return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
}
