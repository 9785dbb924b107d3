import type { CarriedError } from "./carry.ts";
import type { Finding } from "./findings.ts";

/** A table that replaces another. */
export interface NewTable {
	/** Tells it from all others. */
	readonly number: number;
	readonly lines: number;
	readonly entries: Int32Array;
}

/** What a thread has to say to whoever leads the search. */
export type News =
	| { readonly finding: Finding }
	/** An error of the model, and the state that was being expanded. */
	| { readonly state: number; readonly error: CarriedError };

export type Message = { readonly table: NewTable } | { readonly news: News };

/**
 * Carries messages from each thread of a search to all others. Who has seen a store to shared memory can receive what
 * was sent before it.
 */
export interface Line {
	send(message: Message): void;
	/** The next message of another thread, if there is one. */
	receive(): Message | undefined;
}

/** One thread's end of the line. */
export class Bus {
	#tables: NewTable[] = [];
	#news: News[] = [];

	constructor(readonly line: Line) {}

	send(message: Message): void {
		this.line.send(message);
	}

	/** The table of that number, which another thread has sent. */
	table(number: number): NewTable {
		this.#receive();
		const found = this.#tables.find((table) => table.number === number);
		if (!found) throw new Error(`no table ${number} has come from another thread`);
		this.#tables = [];
		return found;
	}

	/** What was heard since it was last asked. */
	news(): News[] {
		this.#receive();
		const heard = this.#news;
		this.#news = [];
		return heard;
	}

	#receive(): void {
		for (let message = this.line.receive(); message; message = this.line.receive())
			if ("table" in message) this.#tables.push(message.table);
			else this.#news.push(message.news);
	}
}
