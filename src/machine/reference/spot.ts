import { ModelError } from "../../lang/index.ts";
import type { Plain, PlainRecord } from "./values.ts";

/** What the holder of a view may do. */
export interface Access {
	readonly session: Session;
	/** Who looks at the moment, and must not write; undefined may write. */
	reader: string | undefined;
	/** Whether a local without value is undefined, and no error. */
	readonly peeks: boolean;
}

/** When views may be used: while the step or the question runs for which they were given. */
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
	#views: Map<string, { readonly of: Container; readonly view: object }> | undefined;

	constructor(
		readonly access: Access,
		/** What error messages call it, seen from its owner. */
		readonly name: string,
		readonly fixed: Fixed,
		readonly owner: Spot | undefined,
		readonly key: string | number,
		value?: Container,
	) {
		this.#value = value;
	}

	/** As error messages name it. */
	get path(): string {
		return (this.owner?.path ?? "") + this.name;
	}

	/** The value, to read. */
	get value(): Container {
		const { access, owner, key } = this;
		if (!access.session.open)
			throw new ModelError(`a view of ${this.path || "the state"} was kept beyond its step: read it again from s or f`);
		const now = owner ? (Reflect.get(owner.value, key) as Container) : this.#value;
		this.#value ??= now;
		if (now === undefined || now !== this.#value)
			throw new ModelError(`a view of ${this.path} was used after ${this.path} was overwritten: read it again`);
		return now;
	}

	/** The value, to change. */
	get writable(): Container {
		const { value } = this;
		if (this.access.reader !== undefined) throw new ModelError(`${this.access.reader} changes the state`);
		return value;
	}

	/** The view of what lies in field `name`; made anew only when something else lies there. */
	view(name: string, of: Container, make: () => object): object {
		this.#views ??= new Map();
		const known = this.#views.get(name);
		if (known?.of === of) return known.view;
		const view = make();
		this.#views.set(name, { of, view });
		return view;
	}

	/** Whether field `name`, or without a name all that lies here, can no longer change. */
	holds(name?: string): boolean {
		if (this.access.session.initialising) return false;
		return this.fixed === "all" || (name !== undefined && this.fixed.includes(name));
	}
}
