import type { Finding } from "../findings.ts";
import type { CarriedError } from "./carry.ts";

/** What a thread has to say to whoever leads the search. */
export type News =
	| { readonly finding: Finding }
	/** An error of the model, and the state that was being expanded. */
	| { readonly state: number; readonly error: CarriedError };

/**
 * Carries what threads of a search have to say to all others. Who has seen a change of memory that they share can
 * receive what was sent before it.
 */
export interface Line {
	send(news: News): void;
	/** The next that another thread has sent, if there is one. */
	receive(): News | undefined;
}

/** One thread's end of the line. */
export class Bus {
	constructor(readonly line: Line) {}

	send(news: News): void {
		this.line.send(news);
	}

	/** What was heard since it was last asked. */
	news(): News[] {
		const heard: News[] = [];
		for (let news = this.line.receive(); news; news = this.line.receive()) heard.push(news);
		return heard;
	}
}
