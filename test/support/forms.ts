/**
 * Numbers values of plain data: equal ones alike, and no others. An object's number is found once, so that what states
 * share is looked at once.
 */
export class Forms {
	readonly #numbers = new Map<string, number>();
	readonly #known = new WeakMap<object, number>();

	of(value: unknown): number {
		if (typeof value !== "object" || value === null) return this.#number(`${typeof value} ${String(value)}`);
		const known = this.#known.get(value);
		if (known !== undefined) return known;
		let text = Array.isArray(value) ? "[" : "{";
		for (const name of Object.keys(value)) text += `${name}:${this.of(Reflect.get(value, name))},`;
		const number = this.#number(text);
		if (Object.isFrozen(value)) this.#known.set(value, number);
		return number;
	}

	#number(text: string): number {
		let number = this.#numbers.get(text);
		if (number === undefined) {
			number = this.#numbers.size;
			this.#numbers.set(text, number);
		}
		return number;
	}
}
