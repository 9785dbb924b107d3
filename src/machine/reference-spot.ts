import { ModelError } from "../lang/index.ts";
import type { Plain, PlainRecord } from "./reference-values.ts";

/** What the holder of a view may do. */
export interface Access {
	readonly session: Session;
	/** Who looks and must not write; undefined may write. */
	readonly reader: string | undefined;
	/** Whether a local without value is undefined, and no error. */
	readonly peeks: boolean;
}

/** The time a view may be used: while the step runs for which it was made. */
export interface Session {
	open: boolean;
	/** Fields declared fixed take their value while the initial state is made. */
	readonly initialising: boolean;
}

/** Which fields of a record are declared never to change; all means its composites' contents too. */
export type Fixed = readonly string[] | "all";

export type Container = PlainRecord | Plain[];

/** Where a composite value lies. Its views are stale once its owner holds another value there. */
export class Spot {
	#value: Container | undefined;

	constructor(
		readonly access: Access,
		/** As error messages name it. */
		readonly path: string,
		readonly fixed: Fixed,
		readonly owner: { readonly spot: Spot; readonly key: string | number } | undefined,
		value?: Container,
	) {
		this.#value = value;
	}

	/** The value, to read. */
	get value(): Container {
		const { access, owner, path } = this;
		if (!access.session.open)
			throw new ModelError(`a view of ${path || "the state"} was kept beyond its step: read it again from s or f`);
		const now = owner ? (Reflect.get(owner.spot.value, owner.key) as Container) : this.#value;
		this.#value ??= now;
		if (now === undefined || now !== this.#value)
			throw new ModelError(`a view of ${path} was used after ${path} was overwritten: read it again`);
		return now;
	}

	/** The value, to change. */
	get writable(): Container {
		const { value } = this;
		if (this.access.reader !== undefined) throw new ModelError(`${this.access.reader} changes the state`);
		return value;
	}

	/** Whether field `name`, or without a name all that lies here, can no longer change. */
	holds(name?: string): boolean {
		if (this.access.session.initialising) return false;
		return this.fixed === "all" || (name !== undefined && this.fixed.includes(name));
	}
}
