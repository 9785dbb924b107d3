import type { Machine } from "../machine/index.ts";

/** Does `work` with a machine that heeds this property alone and takes states for one only if they are equal. */
export function alone<T>(machine: Machine, property: string, work: (machine: Machine) => T): T {
	const { symmetric } = machine;
	machine.focus(new Set([property]));
	machine.symmetric = false;
	try {
		return work(machine);
	} finally {
		machine.symmetric = symmetric;
		machine.focus();
	}
}
