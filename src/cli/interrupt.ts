/** Ctrl-C: the first asks for an end with an honest report, the second ends at once. */
export class Interrupt {
	pressed = false;
	readonly #listener = () => {
		if (this.pressed) process.exit(130);
		this.pressed = true;
	};

	constructor() {
		process.on("SIGINT", this.#listener);
	}

	ignore(): void {
		process.off("SIGINT", this.#listener);
	}
}
