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
