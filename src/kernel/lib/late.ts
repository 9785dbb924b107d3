import { type AnyRoutine, call, routines, type Stmt } from "../../lang/index.ts";
import type { ContextRecord, In, KernelEvents, KernelState } from "../kernel.ts";

const routine = routines<KernelState, ContextRecord, KernelEvents>();

/** Statements that are made when the system is complete, so that what was declared after them counts as well. */
export function late(name: string, body: () => readonly Stmt<In, string>[]): Stmt<In, string> {
	let made: AnyRoutine | undefined;
	return call<In, object, undefined, string>((() => (made ??= routine(name, {}, body()))) as never);
}
