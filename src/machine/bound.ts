import { type Answer, type BuiltSystem, ModelError, type Property, record } from "../lang/index.ts";
import { FrameAlone } from "./answers.ts";
import type { Where } from "./askable.ts";
import { allot, type Vector, vectorOf } from "./bank.ts";
import { Decisions } from "./decisions.ts";
import { Layout, width } from "./layout.ts";
import { link } from "./link.ts";
import type { StepViolation } from "./machine.ts";
import type { Edge, Program } from "./program.ts";
import type { AnyType } from "./types.ts";
import { Views } from "./views.ts";
import { where } from "./where.ts";

/** What a property's conditions see. */
export interface Sighted {
	readonly s: object;
	readonly g: object;
	readonly at: Where;
}

/** What a process's gate sees, and with a frame its steps. */
export interface Own {
	readonly s: object;
	readonly me: object;
}

/** What properties met while steps ran. */
export interface Monitor {
	readonly found: StepViolation[];
	readonly exercised: Uint8Array;
	/** By property: 1 if it is not heeded. */
	readonly ignored: Uint8Array;
	/** Number of the successor being made. */
	readonly successor: () => number;
	/** Whether costs are met, too. */
	pricing: boolean;
	/** Told of what property `index` hears, while that is of interest. */
	heard: ((index: number, event: string, process: number, args: readonly unknown[]) => void) | undefined;
}

/** A property's handler of an event. */
type Handle = (sight: object, ...args: unknown[]) => Answer | number;

/** A system laid out over one working vector: its linked programs, and the views that its closures run on. */
export class Bound {
	readonly layout = new Layout();
	readonly properties: readonly Property[];
	readonly programs: readonly Program[];
	readonly steps: Edge[] = [];
	readonly vector: Vector;
	readonly counters: Vector;
	readonly stateType: AnyType;
	readonly state: object;
	/** By property. */
	readonly ghostTypes: readonly AnyType[];
	/** The slots of all properties' ghosts. */
	readonly ghosts: { readonly from: number; readonly to: number };
	/** By property. */
	readonly sights: readonly Sighted[];
	/** By process. */
	readonly contexts: readonly Own[];
	readonly running: BuiltSystem["running"];
	/** Whether handlers of events are watched for changes of more than ghosts: it is slow. */
	watching = false;
	readonly decisions: Decisions;
	readonly #views: Views;
	/** Room for a copy of the vector. */
	readonly #before: Vector;
	/** By property: its ghosts' first slot. */
	readonly #ghostsAt: readonly number[];

	constructor(system: BuiltSystem, only: ReadonlySet<string> | undefined) {
		const { layout } = this;
		this.properties = [...system.properties, ...system.costs].filter((p) => !only || only.has(p.id));
		this.running = system.running;
		this.stateType = system.state as AnyType;
		layout.allocate(this.stateType);
		this.ghostTypes = this.properties.map((p) => record(p.ghost) as AnyType);
		this.#ghostsAt = this.ghostTypes.map((type) => layout.allocate(type));
		this.ghosts = { from: width(this.stateType), to: layout.slots.length };
		let edges = 0;
		this.programs = system.processes.map((process, i) => link(process, i, layout, () => edges++));
		this.decisions = new Decisions(this.programs);
		for (const { positions } of this.programs)
			for (const { edges: taken } of positions) for (const edge of taken) this.steps[edge.id] = edge;
		const { vector, bank } = allot(layout.slots);
		this.vector = vector;
		this.#before = vector.slice();
		this.counters = vectorOf(layout.counters);
		this.#views = new Views(vector, bank);
		this.state = this.#views.make(this.stateType, 0, "");
		const at = where(this.programs, this.counters);
		this.sights = this.sightsBy(this.#views, this.state, at);
		this.contexts = system.processes.map((process) => ({ s: this.state, me: process.me(this.state as never) }));
	}

	/** What properties see by other views than this system's own, with `state` as the view of the state. */
	sightsBy(views: Views, state: object, at: Where): Sighted[] {
		return this.properties.map(({ id }, i) => ({
			s: state,
			g: views.make(this.ghostTypes[i] as AnyType, this.#ghostsAt[i] as number, id),
			at,
		}));
	}

	/** Gives every frame its view, and its steps their context; events go to `monitor`. */
	bind(events: readonly string[], monitor: Monitor): void {
		for (const program of this.programs) {
			const { me } = this.contexts[program.index] as Own;
			const emit = Object.fromEntries(events.map((event) => [event, this.#emitter(event, program.index, me, monitor)]));
			for (const instance of new Set([program.root, ...program.instances])) {
				const f = this.#views.frame(instance.fields, instance.offsets, `${instance.routine.name}: `);
				const peek = this.#views.frame(instance.fields, instance.offsets, `${instance.routine.name}: `, true);
				Object.assign(instance, { peek, context: { s: this.state, f, me, emit }, local: new FrameAlone(f) });
			}
		}
	}

	/** From here on, fields declared fixed cannot change. */
	freeze(): void {
		this.#views.freezeFixed();
	}

	/** What closures have put in place of views. */
	get views(): Pick<Views, "check" | "mend" | "settle"> {
		return this.#views;
	}

	/** Calls the properties that listen to `event`. */
	#emitter(event: string, process: number, me: object, monitor: Monitor): (...args: unknown[]) => void {
		const listeners = this.properties.flatMap((property, i) => {
			const handle = property.on[event] as Handle | undefined;
			if (!handle) return [];
			const silent: Handle = (...all) => void handle(...all);
			const isCost = property.class === "cost";
			return [
				{ i, isCost, handle: property.sometimes ? silent : handle, sight: { ...(this.sights[i] as Sighted), me } },
			];
		});
		if (listeners.length === 0) return () => {};
		const carefully = (...args: unknown[]) => {
			for (const { i, isCost, handle, sight } of listeners) {
				if (monitor.ignored[i] === 1) continue;
				monitor.heard?.(i, event, process, args);
				if (isCost) monitor.exercised[i] = 1;
				if (isCost && !monitor.pricing) continue;
				// Costs are few, and no other look at the states has had them.
				const watched = this.watching || isCost;
				this.#note(i, watched ? this.#watched(i, () => handle(sight, ...args)) : handle(sight, ...args), monitor);
			}
		};
		// Arguments that nobody keeps are not even put into an array.
		return (...args) => {
			if (this.watching || monitor.heard || monitor.pricing) return carefully(...args);
			for (const { i, isCost, handle, sight } of listeners)
				if (monitor.ignored[i] === 1) continue;
				else if (isCost) monitor.exercised[i] = 1;
				else this.#note(i, handle(sight, ...args), monitor);
		};
	}

	/** Notes what property `i` says of an event. */
	#note(i: number, answer: Answer | number, monitor: Monitor): void {
		if (answer === undefined) return;
		const property = this.properties[i] as Property;
		const isCost = property.class === "cost";
		if (!isCost) monitor.exercised[i] = 1;
		if (answer === true) return;
		const why = typeof answer === "string" && !isCost ? answer : undefined;
		// A cost is noted as often as it says. All are objects of one shape: of one property that is often violated there are many.
		for (let n = answer === false || why !== undefined ? 1 : priceOf(property, answer); n > 0; n--)
			monitor.found.push({ property: property.id, edge: -1, message: undefined, why, successor: monitor.successor() });
	}

	/** Calls a handler of property `i`, which may change nothing but ghosts. */
	#watched<R>(i: number, handler: () => R): R {
		const { vector, ghosts } = this;
		const before = this.#before;
		before.set(vector);
		const result = handler();
		for (let slot = 0; slot < vector.length; slot++)
			if (vector[slot] !== before[slot] && (slot < ghosts.from || slot >= ghosts.to)) {
				const { id, origin } = this.properties[i] as Property;
				throw new ModelError(`property ${id} changes the state`, origin.author);
			}
		return result;
	}
}

/** So much may one event cost. */
const DEAREST = 255;

function priceOf({ id, origin }: Property, price: number | string): number {
	if (typeof price === "number" && Number.isInteger(price) && price >= 0 && price <= DEAREST) return price;
	throw new ModelError(`cost ${id}: an event costs a whole number from 0 to ${DEAREST}, not ${price}`, origin.author);
}
