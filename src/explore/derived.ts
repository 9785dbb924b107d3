import type { Machine } from "../machine/index.ts";

/** The same machine, but for what `own` says. */
export function derived(machine: Machine, own: Partial<Machine>): Machine {
	return {
		// Its fields; accessors and methods belong to its class.
		...machine,
		get symmetric() {
			return machine.symmetric;
		},
		set symmetric(symmetric) {
			machine.symmetric = symmetric;
		},
		get pricing() {
			return machine.pricing;
		},
		set pricing(pricing) {
			machine.pricing = pricing;
		},
		emit: () => machine.emit(),
		canonicalise: (states, p) => machine.canonicalise(states, p),
		mark: () => machine.mark(),
		recover: () => machine.recover(),
		settle: (sample) => machine.settle(sample),
		askWhere: (points) => machine.askWhere(points),
		focus: (on) => machine.focus(on),
		initial: () => machine.initial(),
		load: (states, p) => machine.load(states, p),
		expand: () => machine.expand(),
		violated: () => machine.violated(),
		violatedAtEnd: () => machine.violatedAtEnd(),
		holds: (index, condition) => machine.holds(index, condition),
		take: (edge) => machine.take(edge),
		store: (states, p) => machine.store(states, p),
		assign: (variable, code) => machine.assign(variable, code),
		describe: () => machine.describe(),
		place: (process) => machine.place(process),
		running: () => machine.running(),
		explain: (index) => machine.explain(index),
		...own,
	};
}
