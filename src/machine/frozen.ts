import type { Vector } from "./bank.ts";
import { complain } from "./complaints.ts";

const WRITING = ["push", "shift", "remove", "clear", "add", "delete", "$copy"];

/**
 * Makes `view`, of a list or set that is declared fixed, refuse to change `slots`. `free` is another view of them.
 * Only these views carry methods of their own, so that all others stay fast.
 */
export function freeze(view: object, free: object, slots: Vector, path: string): void {
	for (const name of WRITING) {
		const write: unknown = Reflect.get(free, name);
		if (typeof write !== "function") continue;
		const value = (...args: unknown[]): unknown => {
			const before = slots.slice();
			const result: unknown = Reflect.apply(write, free, args);
			if (slots.some((code, i) => code !== before[i])) complain.fixed(path);
			return result;
		};
		Object.defineProperty(view, name, { value });
	}
}
