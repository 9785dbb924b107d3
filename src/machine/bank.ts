import { complain } from "./complaints.ts";
import type { Slot } from "./layout.ts";
import { undeclared } from "./undeclared.ts";

/** A working vector: one number a slot. */
export type Vector = Uint8Array | Uint16Array;

/** Slots of a bank, at least: enough for some hundred machines. */
const ROOM = 1 << 16;

/** Behind the fields of every record. */
const BEHIND = undeclared((view, name) => Reflect.get(view, "$p") + name);

/**
 * A long vector that machines made one after the other have their working vectors in, and the view classes that read
 * and write it. Machines that share a class share what V8 has learnt of it and compiled for it, and so do the
 * closures that use their views: code that one scenario has warmed up is warm for the next.
 */
export class Bank {
	readonly #classes = new Map<string, unknown>();
	#used = 0;

	/** `cells` is the vector as accessors read it. */
	constructor(readonly cells: Vector) {}

	/** Zeros that nobody else has; undefined where there is no room left. */
	allot(slots: number): Vector | undefined {
		if (this.#used + slots > this.cells.length) return undefined;
		this.#used += slots;
		return this.part(this.#used - slots, this.#used);
	}

	protected part(from: number, to: number): Vector {
		return this.cells.subarray(from, to);
	}

	/** The class of this name, which is made from `source` if it is new. */
	classOf(name: string, source: () => string): unknown {
		let made = this.#classes.get(name);
		if (made === undefined) {
			made = new Function("W", "E", "U", `"use strict"; ${source()}`)(this.cells, complain, BEHIND);
			this.#classes.set(name, made);
		}
		return made;
	}
}

/** A bank of which it is noted what is read. Reading takes far longer than from others. */
export class WatchedBank extends Bank {
	/** By cell from the `first` on: becomes 1 where it is read. */
	read: Uint8Array = new Uint8Array(0);
	first = 0;
	readonly #cells: Vector;

	constructor(cells: Vector) {
		super(
			new Proxy(cells, {
				get: (target, key) => {
					if (typeof key !== "symbol") this.read[Number(key) - this.first] = 1;
					return target[key as never];
				},
			}),
		);
		this.#cells = cells;
	}

	protected override part(from: number, to: number): Vector {
		return this.#cells.subarray(from, to);
	}
}

type Width = typeof Uint8Array | typeof Uint16Array;
type Allotted<B> = { readonly vector: Vector; readonly bank: B };

/** The one that has room left, of each width. */
const open = new Map<Width, Bank>();
const openWatched = new Map<Width, WatchedBank>();

/** Room for these slots, as narrow as it may be and whole 32-bit words long, and the bank that it is part of. */
export const allot = (slots: readonly Slot[]): Allotted<Bank> => allotIn(open, slots, (cells) => new Bank(cells));

/** As `allot`, in a bank of which it is noted what is read. */
export const allotWatched = (slots: readonly Slot[]): Allotted<WatchedBank> =>
	allotIn(openWatched, slots, (cells) => new WatchedBank(cells));

function allotIn<B extends Bank>(open: Map<Width, B>, slots: readonly Slot[], make: (cells: Vector) => B): Allotted<B> {
	const Width = widthFor(slots);
	const length = lengthFor(slots);
	const bank = open.get(Width);
	const vector = bank?.allot(length);
	if (bank && vector) return { bank, vector };
	open.set(Width, make(new Width(Math.max(ROOM, length))));
	return allotIn(open, slots, make);
}

/** A vector for these slots that is part of no bank. */
export const vectorOf = (slots: readonly Slot[]): Vector => new (widthFor(slots))(lengthFor(slots));

const widthFor = (slots: readonly Slot[]) => (slots.some(({ size }) => size > 256) ? Uint16Array : Uint8Array);

const lengthFor = ({ length }: readonly Slot[]): number => Math.ceil(Math.max(1, length) / 4) * 4;

/** The vector by 32-bit words. */
export const inWords = ({ buffer, byteOffset, byteLength }: Vector): Int32Array =>
	new Int32Array(buffer, byteOffset, byteLength >> 2);
