import {
	type AnyRoutine,
	type BuiltSystem,
	type Fields,
	ModelError,
	type Process,
	type Property,
} from "../lang/index.ts";
import type { Control } from "./reference-rest.ts";
import { type Access, type Session, Spot } from "./reference-spot.ts";
import type { PlainRecord } from "./reference-values.ts";
import { recordView } from "./reference-views.ts";
import { localType } from "./types.ts";
import type { Where } from "./where.ts";

/** All that steps can change. */
export interface Data {
	shared: PlainRecord;
	/** By property. */
	ghosts: PlainRecord[];
	/** By process, the process's own routine first. */
	frames: PlainRecord[][];
}

/** What properties met while a step ran. */
export interface Heard {
	readonly property: number;
	readonly holds: boolean;
}

const frameFields = new WeakMap<AnyRoutine, Fields>();

/** Arguments and locals of a routine, as its frames keep them. */
export function fieldsOf(routine: AnyRoutine): Fields {
	const known = frameFields.get(routine);
	if (known) return known;
	const entries = Object.entries({ ...routine.args, ...routine.locals });
	const fields = Object.fromEntries(entries.map(([name, type]) => [name, localType(type)]));
	frameFields.set(routine, fields);
	return fields;
}

/** The views of one state while one step runs on it, or one condition looks at it. */
export class Scene {
	readonly #session: Session;
	readonly #heard: Heard[];

	constructor(
		readonly system: BuiltSystem,
		readonly properties: readonly Property[],
		readonly data: Data,
		readonly controls: readonly Control[],
		{ initialising = false, heard = [] }: { initialising?: boolean; heard?: Heard[] } = {},
	) {
		this.#session = { open: true, initialising };
		this.#heard = heard;
	}

	/** Views can no longer be used. */
	close(): void {
		this.#session.open = false;
	}

	/** The shared state, for `reader` to look at or for a step to change. */
	state(reader?: string): object {
		return recordView(this.system.state.fields, new Spot(this.#access(reader), "", [], undefined, this.data.shared));
	}

	/** A frame of process `p`. */
	frame(p: number, depth: number, routine: AnyRoutine, reader?: string, peeks = false): object {
		const frame = this.data.frames[p]?.[depth];
		const spot = new Spot(this.#access(reader, peeks), routine.name, [], undefined, frame);
		return recordView(fieldsOf(routine), spot, ": ");
	}

	/** What the gate of process `p` sees. */
	own(p: number, reader?: string): { s: object; me: object } {
		const s = this.state(reader);
		return { s, me: (this.system.processes[p] as Process).me(s as never) };
	}

	/** What a step of the routine that process `p` is in sees; a condition with a label may emit, a guard may not. */
	context(p: number, reader?: string, mayEmit = reader === undefined): object {
		const { active } = this.controls[p] as Control;
		const f = this.frame(p, active.length - 1, (active.at(-1) as { routine: AnyRoutine }).routine, reader);
		const emitters = () => this.#emitters(p, mayEmit ? undefined : reader);
		return {
			...this.own(p, reader),
			f,
			get emit() {
				return emitters();
			},
		};
	}

	/** What the conditions of property `i` see; `writes` lets them change its ghosts. */
	sight(i: number, writes: "ghosts" | "nothing"): { s: object; g: object; at: Where } {
		const { id, ghost } = this.properties[i] as Property;
		const reader = `property ${id}`;
		const access = this.#access(writes === "ghosts" ? undefined : reader);
		const g = recordView(ghost, new Spot(access, id, [], undefined, this.data.ghosts[i]));
		return { s: this.state(reader), g, at: (routine, labels, visit) => this.#at(reader, routine, labels, visit) };
	}

	#access(reader: string | undefined, peeks = false): Access {
		return { session: this.#session, reader, peeks };
	}

	#emitters(p: number, reader: string | undefined): object {
		const emitter = (event: string) => {
			return (...args: unknown[]) => {
				if (reader !== undefined) throw new ModelError(`${reader} emits an event`);
				this.#tell(p, event, args);
			};
		};
		return Object.fromEntries(this.system.events.map((event) => [event, emitter(event)]));
	}

	/** Calls the properties that listen to `event`. */
	#tell(p: number, event: string, args: readonly unknown[]): void {
		this.properties.forEach(({ id, on, sometimes }, property) => {
			const handle = on[event] as ((v: object, ...args: readonly unknown[]) => boolean | undefined) | undefined;
			if (!handle) return;
			const { me } = this.own(p, `property ${id}`);
			const holds = handle({ ...this.sight(property, "ghosts"), me }, ...args);
			if (holds !== undefined && !sometimes) this.#heard.push({ property, holds });
		});
	}

	#at(reader: string, routine: object, labels: Parameters<Where>[1], visit: Parameters<Where>[2]): boolean {
		return this.controls.some(({ active, steps, ended }, p) =>
			active.some(
				(activation, depth) =>
					!ended &&
					activation.routine === routine &&
					(labels === "anywhere" ||
						(depth === active.length - 1 && steps.some((step) => labels.includes(step.label)))) &&
					visit(this.frame(p, depth, activation.routine, reader, true), p),
			),
		);
	}
}
