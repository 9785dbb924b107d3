import {
	type Answer,
	type AnyRoutine,
	type BuiltSystem,
	type Fields,
	ModelError,
	type Process,
	type Property,
} from "../../lang/index.ts";
import { askable, requireLabels, requireVisit, type Where } from "../askable.ts";
import { localType } from "../types.ts";
import type { Control } from "./rest.ts";
import { type Access, type Session, Spot } from "./spot.ts";
import type { PlainRecord } from "./values.ts";
import { recordView } from "./views.ts";

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

/** The views of one state, for one step that runs on it, or for questions about it. */
export class Scene {
	/** Whether what runs is no step, but makes the initial state. */
	readonly initialising: boolean;
	readonly #session: Session;
	readonly #heard: Heard[];
	/** Of steps, and of whoever only looks. */
	readonly #acting: Access;
	readonly #looking: Access;
	readonly #states = new Map<Access, object>();

	constructor(
		readonly system: BuiltSystem,
		readonly properties: readonly Property[],
		readonly data: Data,
		readonly controls: readonly Control[],
		{ initialising = false, heard = [] }: { initialising?: boolean; heard?: Heard[] } = {},
	) {
		const session = { open: false, initialising };
		this.initialising = initialising;
		this.#session = session;
		this.#heard = heard;
		this.#acting = { session, reader: undefined, peeks: false };
		this.#looking = { session, reader: "", peeks: false };
	}

	/** Views can be used only while `run` does. */
	during<R>(run: () => R): R {
		this.#session.open = true;
		try {
			return run();
		} finally {
			this.#session.open = false;
		}
	}

	/** The shared state, for `reader` to look at or for a step to change. */
	state(reader?: string): object {
		const access = this.#access(reader);
		let view = this.#states.get(access);
		if (!view) {
			view = recordView(this.system.state.fields, new Spot(access, "", [], undefined, "", this.data.shared));
			this.#states.set(access, view);
		}
		return view;
	}

	/** A frame of process `p`. */
	frame(p: number, depth: number, routine: AnyRoutine, reader?: string): object {
		return this.#frame(p, depth, routine, this.#access(reader));
	}

	#frame(p: number, depth: number, routine: AnyRoutine, access: Access): object {
		const spot = new Spot(access, routine.name, [], undefined, "", this.data.frames[p]?.[depth]);
		return recordView(fieldsOf(routine), spot, ": ");
	}

	/** What the gate of process `p` sees. */
	own(p: number, reader?: string): { s: object; me: object } {
		const s = this.state(reader);
		return { s, me: (this.system.processes[p] as Process).me(s as never) };
	}

	/** What process `p` sees at its end. */
	exiting(p: number): object {
		return { ...this.own(p), emit: this.#emitters(p, undefined) };
	}

	/** What a step of the routine that process `p` is in sees; a condition with a label may emit, a guard may not. */
	context(p: number, reader?: string, mayEmit = reader === undefined): object {
		const { active } = this.controls[p] as Control;
		const f = this.frame(p, active.length - 1, (active.at(-1) as { routine: AnyRoutine }).routine, reader);
		const emitters = () => this.#emitters(p, mayEmit ? undefined : reader);
		const { s, me } = this.own(p, reader);
		return {
			s,
			me,
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
		const g = recordView(ghost, new Spot(access, id, [], undefined, "", this.data.ghosts[i]));
		return { s: this.state(reader), g, at: (routine, labels, visit) => this.#at(reader, routine, labels, visit) };
	}

	/** Only one looks at a time: whoever does so now. */
	#access(reader: string | undefined): Access {
		if (reader === undefined) return this.#acting;
		this.#looking.reader = reader;
		return this.#looking;
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
		const { reader } = this.#looking;
		this.properties.forEach(({ id, on, sometimes }, property) => {
			const handle = on[event] as ((v: object, ...args: readonly unknown[]) => Answer) | undefined;
			if (!handle) return;
			const { me } = this.own(p, `property ${id}`);
			const answer = handle({ ...this.sight(property, "ghosts"), me }, ...args);
			if (answer !== undefined && !sometimes) this.#heard.push({ property, holds: answer === true });
		});
		this.#looking.reader = reader;
	}

	#at(reader: string, routine: object, labels: Parameters<Where>[1], visit: Parameters<Where>[2]): boolean {
		const access = { session: this.#session, reader, peeks: true };
		const there = askable(routine, this.system.processes);
		if (labels !== "anywhere") requireLabels(routine, there, labels);
		return this.controls.some(({ active, steps, returned }, p) =>
			active.some(
				(activation, depth) =>
					!returned &&
					activation.routine === routine &&
					(labels === "anywhere" ||
						(depth === active.length - 1 && steps.some((step) => labels.includes(step.label)))) &&
					requireVisit(visit(this.#frame(p, depth, activation.routine, access), p), routine),
			),
		);
	}
}
