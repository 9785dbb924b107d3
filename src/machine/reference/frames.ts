import { type AnyRoutine, type Closure, ModelError, type Origin, type Process } from "../../lang/index.ts";
import { FrameAlone, requireDone, requireTruth } from "../answers.ts";
import { hand } from "../complaints.ts";
import type { AnyType } from "../types.ts";
import type { Frames } from "./control.ts";
import type { NodeOf } from "./rest.ts";
import { fieldsOf, type Scene } from "./scene.ts";
import { initial, initialRecord, type PlainRecord } from "./values.ts";

/** The call stack of process `p`, as the step that runs in `scene` changes it. */
export class CallStack implements Frames {
	readonly #scene: Scene;
	readonly #p: number;
	readonly #routines: AnyRoutine[];

	constructor(scene: Scene, p: number, routines: readonly AnyRoutine[]) {
		this.#scene = scene;
		this.#p = p;
		this.#routines = [...routines];
	}

	decide({ condition, origin }: NodeOf<"branch">): boolean {
		const what = "a condition without a label";
		return requireTruth(this.#evaluate(condition, what), what, origin);
	}

	enter({ args, origin }: NodeOf<"call">, routine: AnyRoutine): void {
		const needed = Object.keys(routine.args).length > 0;
		this.push(routine, needed && args ? this.#evaluate(args, `an argument of ${routine.name}`) : {}, origin);
	}

	/** Begins `routine` with arguments `values`, as called at `where`. */
	push(routine: AnyRoutine, values: unknown, where: Origin): void {
		this.#frames.push(initialRecord(fieldsOf(routine)));
		this.#routines.push(routine);
		const f = this.#view(0);
		for (const name of Object.keys(routine.args)) {
			if (!Object.hasOwn(values as object, name))
				throw new ModelError(`${routine.name} is called without its argument ${name}`, where.author);
			hand(f, name, Reflect.get(values as object, name), where);
		}
	}

	forget(names: readonly string[]): void {
		const fields = fieldsOf(this.#routines.at(-1) as AnyRoutine);
		const frame = this.#frames.at(-1) as PlainRecord;
		for (const name of names) frame[name] = initial(fields[name] as AnyType);
	}

	end(): boolean {
		const { name, exit, origin } = this.#scene.system.processes[this.#p] as Process;
		if (!exit) return true;
		if (this.#scene.initialising) return false;
		const what = `whether ${name} ends with its last step`;
		const ends = requireTruth(exit.when?.(this.#scene.own(this.#p, what) as never) ?? false, what, origin);
		if (ends) requireDone(exit.enter(this.#scene.exiting(this.#p) as never), exit.label, origin);
		return ends;
	}

	leave(value: NodeOf<"return"> | undefined, call: NodeOf<"call"> | undefined): void {
		const routine = this.#routines.at(-1) as AnyRoutine;
		const result = value?.value && this.#evaluate(value.value, `the value of ${routine.name}`);
		if (call?.into !== undefined) hand(this.#view(1), call.into, result, call.origin);
		this.#frames.pop();
		if (call) this.#routines.pop();
		else this.#frames.push(initialRecord(fieldsOf(routine)));
	}

	get #frames(): PlainRecord[] {
		return this.#scene.data.frames[this.#p] as PlainRecord[];
	}

	/** The frame `up` calls above the innermost. */
	#view(up: number, reader?: string): object {
		const depth = this.#routines.length - 1 - up;
		return this.#scene.frame(this.#p, depth, this.#routines[depth] as AnyRoutine, reader);
	}

	/** What stands between steps sees the frame alone. */
	#evaluate(closure: Closure, reader: string): unknown {
		return closure(new FrameAlone(this.#view(0, reader)) as never);
	}
}
