import { fault } from "../../lang/index.ts";
import type { Kernel, Sees } from "../kernel.ts";

/**
 * Inside a step that lowers a count: at zero, something is enabled, let go of or ended more often than it was
 * disabled, taken or begun. The kernel warns or dies then; here the path ends. `what` is the statement.
 */
export function requirePositive(k: Kernel, { me }: Sees, count: number, what: string, name: string): void {
	if (count > 0) return;
	fault("negative-count", `${what} by ${k.Context.nameOf(me.id)} on CPU ${me.cpu}: ${name} falls below zero`);
}
