import { existsSync } from "node:fs";
import { StepError } from "../../machine/index.ts";
import { choicesText, count, failureLine, type Paint, walkText } from "../../report/index.ts";
import {
	type Change,
	Disagreement,
	inWords,
	isMark,
	isModelError,
	leavesOf,
	rebuild,
	type Sources,
	Walker,
	type Way,
	whyByStep,
	whyFalse,
} from "../../trace/index.ts";
import { UsageError } from "../exit.ts";
import { failureOf } from "../failure.ts";
import { widthOf } from "../output/output.ts";
import { saveTrace } from "../output/traces.ts";
import { limitsOf } from "../plan/limits.ts";
import type { One } from "../plan/one.ts";
import { RAISED } from "../verify/verdicts.ts";
import { choicesOf } from "./choices.ts";
import { nearest } from "./jump.ts";

const HELP = `  NUMBER        take that step of the list
  b, back [N]   take back the last step, or the last N
  j, jump [ID]  go on to the nearest violation, of property ID if it is given
  s, state [X]  show the state, or its lines that contain X
  c, changes    show how the state differs from the initial one
  t, trace      show the walk as a diagram
  w, save FILE  save the walk; check replay FILE shows it again
  r, restart    go back to the initial state
  q, quit
  an empty line shows the steps again
`;

/** What a line typed by the user came to. */
export type Answer = { readonly say: string; readonly quit?: true };

/** Leads a walk by commands, one a line. Knows nothing of terminals. */
export class Stepper {
	readonly #walker: Walker;
	#ways: readonly Way[];

	constructor(
		readonly one: One,
		readonly sources: Sources,
		readonly paint: Paint,
		/** Asked while it searches; true ends that. */
		readonly interrupted: () => boolean,
	) {
		this.#walker = new Walker(one.subject.machine);
		this.#ways = this.#walker.ways();
	}

	/** What is shown before the first command. */
	get greeting(): string {
		const { model, name } = this.one;
		return `${this.paint.bold(model.name)} ${name}; ? for help\n${this.#choices()}`;
	}

	get prompt(): string {
		return `${this.#walker.path.length}> `;
	}

	async answer(line: string): Promise<Answer> {
		const [, word = "", rest = ""] = /^\s*(\S*)\s*(.*?)\s*$/.exec(line) ?? [];
		if (/^\d+$/.test(word)) return { say: this.#take(Number(word)) };
		switch (word.toLowerCase()) {
			case "":
				return { say: this.#choices() };
			case "b":
			case "back":
				return { say: this.#back(rest === "" ? 1 : Number(rest)) };
			case "r":
			case "restart":
				return { say: this.#back(Number.POSITIVE_INFINITY) };
			case "j":
			case "jump":
				return { say: await this.#jump(rest === "" ? undefined : rest) };
			case "s":
			case "state":
				return { say: this.#state(rest) };
			case "c":
			case "changes":
				return { say: this.#net() };
			case "t":
			case "trace":
				return { say: walkText(this.#trace(), widthOf(), this.paint) };
			case "w":
			case "save":
				return { say: this.#save(rest) };
			case "?":
			case "h":
			case "help":
				return { say: HELP };
			case "q":
			case "quit":
				return { say: "", quit: true };
			default:
				return { say: `there is no command ${word}; ? for help\n` };
		}
	}

	#take(number: number): string {
		const way = this.#ways[number - 1];
		if (!way)
			return `there is no step ${number}: ${this.#ways.length === 0 ? "none is possible" : `choose 1 to ${this.#ways.length}`}\n`;
		if (isModelError(way)) return this.#failed(new StepError(way.error, way.step));
		this.#walker.take(way);
		return this.#arrived();
	}

	#back(steps: number): string {
		if (Number.isNaN(steps) || steps < 1) return "back takes a number of steps\n";
		if (this.#walker.path.length === 0) return "this is the initial state\n";
		this.#walker.back(steps);
		this.#ways = this.#walker.ways();
		return this.#choices();
	}

	async #jump(property: string | undefined): Promise<string> {
		const { machine } = this.one.subject;
		const ids = machine.properties.map(({ id }) => id);
		if (property !== undefined && !ids.includes(property) && !RAISED.has(property))
			return `there is no property ${property}; there are ${ids.join(", ")}\n`;
		if (this.#walker.cut) return "nothing follows an error that a step raises; take it back first\n";
		const here = this.#walker.violated();
		if (property !== undefined && here.includes(property)) return `${property} is violated already\n`;
		const isViolation = (id: string) => !machine.properties.find((known) => known.id === id)?.sometimes;
		const wanted = (id: string) => (property === undefined ? !here.includes(id) && isViolation(id) : id === property);
		const what = property ?? "a property";
		try {
			const { path, finding, states, complete } = await nearest(machine, this.#walker.state, wanted, {
				limits: limitsOf(),
				interrupted: this.interrupted,
			});
			if (!finding)
				return complete
					? `from here on no step violates ${property ?? (here.length > 0 ? "another property" : what)}: ${count(states, "state")} seen, which is all\n`
					: `no violation of ${what} was found in ${count(states, "state")}; there are more\n`;
			for (const id of path)
				if (!this.#walker.takeStep(id)) throw new Disagreement("a step that a search took is not possible by hand");
			const met = isViolation(finding.property) ? "" : `, ${finding.property} is reached`;
			return `${count(path.length, "step")} on${met}:\n${this.#arrived()}`;
		} catch (error) {
			return this.#failed(error);
		}
	}

	#failed(error: unknown): string {
		return `model error  ${failureLine(failureOf(error, this.sources))}\n`;
	}

	#state(part: string): string {
		const lines = leavesOf(this.#walker.describe()).map(([path, value]) => `  ${path}: ${value}\n`);
		const chosen = lines.filter((line) => line.includes(part));
		return chosen.length === 0 ? `no line of the state contains ${part}\n` : chosen.join("");
	}

	#net(): string {
		const { net } = this.#trace();
		return net.length === 0 ? "nothing: the state is the initial one\n" : net.map(lineOf).join("");
	}

	#save(file: string): string {
		if (file === "") return "save takes the name of a file, as in: save walk.json\n";
		if (existsSync(file)) return `${file} exists already: choose another name\n`;
		try {
			const { model, path, name } = this.one;
			const belongs = { model: model.name, file: path, scenario: name, violates: this.#walker.violated() };
			saveTrace(file, this.#trace(), belongs);
			return `saved ${count(this.#walker.path.length, "step")}; show them again with: check replay ${file}\n`;
		} catch (error) {
			if (error instanceof UsageError) return `${error.message}\n`;
			throw error;
		}
	}

	#trace() {
		return rebuild(this.one.subject, this.#walker.path, this.#walker.ending(), this.sources);
	}

	/** After a step: what it changed, what is violated, and what is possible next. */
	#arrived(): string {
		const { last } = this.#walker;
		this.#ways = this.#walker.ways();
		if (!last) return this.#choices();
		const { way, changes } = last;
		const error = way.error instanceof Error ? [`  ${this.paint.bad("raised")}: ${way.error.message}\n`] : [];
		return [
			`${this.paint.bold(this.#said(way))}\n`,
			...changes.map((change) => this.paint.dim(lineOf(change))),
			...error,
			...this.#violations(),
			this.#choices(),
		].join("");
	}

	#said({ step }: Way): string {
		const { label, instance, process } = step;
		const name = this.one.subject.system.processes[process]?.name ?? "";
		return `${name}: ${isMark(label) ? "" : `${instance.routine.name}(): `}${label}`;
	}

	/** What is violated where the walk stands, and why. */
	#violations(): string[] {
		const { machine } = this.one.subject;
		const found = this.#walker.violated();
		machine.load(this.#walker.state, 0);
		return found.flatMap((id) => {
			const i = machine.properties.findIndex((each) => each.id === id);
			const title = i < 0 ? "" : `: ${machine.properties[i]?.title}`;
			const byStep = whyByStep(this.#walker.last?.way.found ?? [], id);
			const why = i < 0 || this.#walker.cut ? [] : [...byStep, ...whyFalse(machine, i)];
			return [`  ${this.paint.bad(`${id} is violated`)}${title}\n`, ...why.map((line) => `    ${line}\n`)];
		});
	}

	#choices(): string {
		const walker = this.#walker;
		if (walker.cut) return "the path ends here: go back, or save it\n";
		const choices = choicesOf(this.one.subject, walker.state, this.#ways);
		const end = walker.atEnd
			? choices.length > 0
				? "only background steps follow:\n"
				: "no step is possible here\n"
			: "";
		return end + choicesText(choices, this.paint);
	}
}

const lineOf = (change: Change): string => `  ${inWords(change)}\n`;
