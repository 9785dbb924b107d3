import { apart, isTogether } from "../../lang/index.ts";
import { compile } from "../../machine/index.ts";
import { count, type Paint, walkText } from "../../report/index.ts";
import {
	type Followed,
	follow,
	rebuild,
	type SavedTrace,
	type Sources,
	type Subject,
	Walker,
} from "../../trace/index.ts";
import { EXIT, UsageError } from "../exit.ts";
import { widthOf } from "../output/output.ts";
import { loadTrace } from "../output/traces.ts";
import { type One, oneOf } from "../plan/one.ts";
import { departed } from "./departed.ts";

/** Shows a saved trace again. Returns the text and the exit code: 1 where the model no longer does what was saved. */
export async function replay(file: string, given: string | undefined, sources: Sources, paint: Paint) {
	const { trace, path } = loadTrace(file);
	const { subject: chosen } = await subjectOf(trace, given ?? path, file, sources);
	const { subject, followed } = inform(chosen, trace);
	const walker = new Walker(subject.machine);
	for (const id of followed.path) walker.takeStep(id);
	const whole = followed.path.length === trace.steps.length && followed.departure?.how !== "raises";
	const violated = walker.violated();
	const lost = whole ? trace.violates.filter((id) => !violated.includes(id)) : [];
	const ending = walker.ending(trace.violates);
	const title = `${file}: ${trace.model} ${trace.scenario}, ${count(trace.steps.length, "step")}${trace.violates.length > 0 ? ` that violate ${trace.violates.join(", ")}` : ""}`;
	const text = [
		`${paint.bold(title)}\n\n`,
		walkText(rebuild(subject, followed.path, ending, sources), widthOf(), paint),
		"\n",
		...(followed.departure
			? [
					paint.bad(`The model has changed since the trace was saved, from step ${followed.departure.step} on:\n`),
					departed(subject, trace, followed.departure, paint),
				]
			: ["The model does what it did when the trace was saved.\n"]),
		...lost.map((id) => `${id} is not violated at its end any more.\n`),
	].join("");
	return { text, code: followed.departure || lost.length > 0 ? EXIT.violated : EXIT.holds };
}

/** The system with everything a step of its own, where the trace was found in that. */
function inform(subject: Subject, trace: SavedTrace): { subject: Subject; followed: Followed } {
	const here = { subject, followed: follow(subject.machine, trace) };
	if (!here.followed.departure || !isTogether(subject.system)) return here;
	const system = apart(subject.system);
	const machine = compile(system);
	const there = { subject: { ...subject, system, machine }, followed: follow(machine, trace) };
	return there.followed.departure ? here : there;
}

async function subjectOf(trace: SavedTrace, path: string, file: string, sources: Sources): Promise<One> {
	const choosing = { files: [path], all: true, scenario: [trace.scenario], set: [], property: [] };
	try {
		return await oneOf(choosing, sources, trace.model);
	} catch (error) {
		if (error instanceof UsageError) throw new UsageError(`${file}: the model it was saved of: ${error.message}`);
		throw error;
	}
}
