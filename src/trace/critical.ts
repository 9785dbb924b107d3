import type { Kept } from "../explore/atomic.ts";
import { type Budget, necessary, type Undecided } from "../explore/necessary.ts";
import type { BuiltSystem } from "../lang/index.ts";
import { compile, type Machine, NotInterchangeable } from "../machine/index.ts";
import { type Section, sectionsAround } from "./sections.ts";
import type { Subject } from "./subject.ts";
import { type Window, windowsOf } from "./windows.ts";

/** States that are looked at again, in all, to explain one counterexample: about a second's work. */
const ENOUGH = 1 << 19;

/** A window, or where none is, several statements of a process, that every counterexample to the property passes through. */
export interface CriticalWindow {
	readonly process: string;
	/** The innermost routine at the second statement. */
	readonly routine: string;
	/** Numbers of the steps of the trace, from 1; the second is undefined where the trace ends first. */
	readonly steps: readonly [number, number | undefined];
	/** The two statements. */
	readonly between: readonly [string, string];
	/**
	 * Who must step in: somebody on the same CPU, by interrupt, preemption or migration; somebody, where one on another
	 * CPU will do; anybody else, where the model has no CPUs. Undefined for windows that are not necessary by themselves.
	 */
	readonly by: "own CPU" | "any CPU" | "anybody" | undefined;
}

/** What came of looking for the window that matters. */
export interface Critical {
	/** How many points of the trace were tried, and how many of them were not decided: for an error in the model, or in time. */
	readonly tried: number;
	readonly undecided: number;
	/** At how many of the undecided a search met an error in the model. */
	readonly wrong: number;
	/** Each is necessary by itself. */
	readonly windows: readonly CriticalWindow[];
	/** Where none is: the fewest found that every counterexample passes through at least one of; empty where there are none. */
	readonly together: readonly CriticalWindow[];
}

/**
 * Makes one point after the other atomic at which a process of the counterexample `path` was held up, and searches for
 * a counterexample to `property` again. Where there is none left, the point is critical.
 */
export function criticalWindows({ system, machine }: Subject, property: string, path: readonly number[]): Critical {
	const budget = { states: ENOUGH };
	const reduced = new Reduced(system, property, machine);
	const without = ({ points }: Pick<Window, "points">, kept: Kept) => reduced.necessary(points, kept, budget);
	const nameOf = (window: Window, by: CriticalWindow["by"]): CriticalWindow => ({
		process: system.processes[window.process]?.name ?? "",
		routine: window.next.instance.routine.name,
		steps: [window.after + 1, window.before === undefined ? undefined : window.before + 1],
		between: [machine.steps[path[window.after] as number]?.label ?? "", window.next.label],
		by,
	});
	const byOf = (some: Pick<Window, "points">, lane: Window["lane"]): CriticalWindow["by"] => {
		if (lane === undefined) return "anybody";
		return without(some, "lane") === true ? "own CPU" : "any CPU";
	};
	const sections = (around: readonly Window[]): CriticalWindow[] => {
		for (const window of around)
			for (const section of sectionsAround({ system, machine }, path, window)) {
				if (without(section, "everybody") !== true) continue;
				const { routine, from, to, labels, points } = shortest(section, (some) => without(some, "everybody") === true);
				const process = system.processes[window.process]?.name ?? "";
				const steps = [from + 1, to === undefined ? undefined : to + 1] as const;
				return [{ process, routine, steps, between: labels, by: byOf({ points }, window.lane) }];
			}
		return [];
	};
	const windows = windowsOf({ system, machine }, path);
	const verdicts = windows.map((window) => {
		// A way found with everybody kept out here is one with those of other CPUs let in, too: most windows end at this.
		const necessary = without(window, "everybody");
		return necessary === true ? { by: byOf(window, window.lane) } : necessary;
	});
	const critical = windows.flatMap((window, i) => {
		const verdict = verdicts[i];
		return typeof verdict === "object" ? [nameOf(window, verdict.by)] : [];
	});
	const undecided = verdicts.filter((verdict) => typeof verdict === "string");
	const none = verdicts.every((verdict) => verdict === false);
	const together =
		none && windows.length > 1 ? fewest(windows, (some) => without({ points: union(some) }, "everybody") === true) : [];
	const wider = none && together.length === 0 ? windows : [];
	return {
		tried: windows.length,
		undecided: undecided.length,
		wrong: undecided.filter((why) => why === "the model is wrong").length,
		windows: [...critical, ...sections(wider)],
		together: together.map((window) => nameOf(window, undefined)),
	};
}

/** Searches of one property that look at as few states as they may. */
class Reduced {
	readonly #refused = new Map<string, string>();
	/** The machine at hand, if all ids that are declared interchangeable are: what is decided must not depend on it. */
	#machine: Machine | undefined;

	constructor(
		readonly system: BuiltSystem,
		readonly property: string,
		machine: Machine,
	) {
		const { group, quotient } = machine;
		const isWhole = group.elements.length > 0 && group.refused.length === 0;
		this.#machine = isWhole && (quotient ? !quotient.refused : !system.quotient) ? machine : undefined;
	}

	/** The points must be such as an exchange of ids leaves as they are. */
	necessary(points: Uint8Array, kept: Kept, budget: Budget): boolean | Undecided {
		const { system, property } = this;
		for (;;) {
			this.#machine ??= compile(system, {
				only: new Set([property]),
				symmetry: true,
				quotient: true,
				refused: this.#refused,
			});
			const machine = this.#machine;
			const { symmetric } = machine;
			machine.symmetric = true;
			// Whether a process at such a point is moved must be known.
			machine.askWhere(points);
			try {
				return necessary(machine, property, points, kept, budget);
			} catch (error) {
				if (!(error instanceof NotInterchangeable)) throw error;
				this.#refused.set(error.swap, error.message);
				this.#machine = undefined;
			} finally {
				machine.symmetric = symmetric;
				machine.askWhere();
			}
		}
	}
}

/** Leaves out the first statements, then the last, that `enough` can do without. */
function shortest(section: Section, enough: (some: Section) => boolean): Section {
	let left = section;
	for (const end of [0, 1])
		for (let less = left.shorter()[end]; less && enough(less); less = left.shorter()[end]) left = less;
	return left;
}

/** Leaves out of `all` one after the other what `enough` can do without; nothing where all of them are not enough. */
function fewest(all: readonly Window[], enough: (some: readonly Window[]) => boolean): readonly Window[] {
	if (!enough(all)) return [];
	let left = all;
	for (const window of all) {
		const without = left.filter((other) => other !== window);
		if (enough(without)) left = without;
	}
	return left;
}

const union = (windows: readonly Window[]): Uint8Array =>
	Uint8Array.from(windows[0]?.points ?? [], (_, step) => Number(windows.some(({ points }) => points[step] === 1)));
