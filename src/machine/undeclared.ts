import { ModelError } from "../lang/index.ts";

/** What JavaScript itself asks of any object. */
const ASKED = new Set(["toJSON", "then"]);

/**
 * The prototype of a record's views behind that which has its fields: there a name is only looked for that was not declared.
 * Misspelt, it would be undefined, and a condition on it come out in silence. `nameOf` says what a field of a view is called.
 */
export function undeclared(nameOf: (view: object, name: string) => string): object {
	return new Proxy(Object.prototype, {
		get(plain, name, view) {
			if (typeof name === "symbol" || name in plain || ASKED.has(name)) return Reflect.get(plain, name, view);
			throw new ModelError(`${nameOf(view, name)} is read, and was not declared`);
		},
	});
}

const paths = new WeakMap<object, () => string>();

/** Behind the methods of arrays of views. */
const beyond = new Proxy(Array.prototype, {
	get(plain, name, array) {
		if (typeof name === "symbol" || name in plain || ASKED.has(name) || !isName(name))
			return Reflect.get(plain, name, array);
		const path = paths.get(array)?.() ?? "";
		throw new ModelError(`${path}.${name} is read, and was not declared: ${path} is indexed by an id first`);
	},
});
const methods = Object.create(
	beyond,
	Object.getOwnPropertyDescriptors(Array.prototype) as unknown as PropertyDescriptorMap,
) as object;

/** An id, or none, is no name. */
const isName = (name: string): boolean => name !== "null" && name !== "undefined" && Number.isNaN(Number(name));

/** What stands behind an array of views, by id: it is an error, too, to read a field of its elements without an id. */
export function indexed<A extends object>(array: A, pathOf: () => string): A {
	paths.set(array, pathOf);
	return Object.setPrototypeOf(array, methods) as A;
}
