import { ModelError } from "../lang/index.ts";

const kernels = new WeakMap<object, object>();

/** Notes that `kernel` has made this system. */
export function made<S extends object>(kernel: object, sys: S): S {
	kernels.set(sys, kernel);
	return sys;
}

/** Refuses what is added to the system of another kernel, whose contexts and CPUs are others. */
export function requireOwn(kernel: object, sys: object, what: string): void {
	if (kernels.get(sys) !== kernel)
		throw new ModelError(`${what} is added to a system that k.system() of this kernel has not made`);
}

/** A model's fields and events stand beside the kernel's and never in their place. */
export function requireOthers(what: string, own: object = {}, kernels: object): void {
	for (const name of Object.keys(own))
		if (Object.hasOwn(kernels, name))
			throw new ModelError(`${what} ${name} of the model would replace ${what} ${name} of the kernel: rename yours`);
}
