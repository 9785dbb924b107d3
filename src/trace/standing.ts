import type { Step } from "../machine/index.ts";
import type { Subject } from "./subject.ts";
import { isMark } from "./trace.ts";

/** Where a process stands when nothing happens any more, and why it does not go on. */
export interface Standing {
	readonly process: string;
	/** Nothing more is to come of it. */
	readonly ended: boolean;
	/** The innermost routine it stands in. */
	readonly routine: string;
	/** The steps that it could take next. */
	readonly next: readonly string[];
	/** Whether their own conditions keep it; else it may not run at all. */
	readonly waits: boolean;
	/** It may not, for it sleeps. */
	readonly sleeps: boolean;
}

/**
 * Every process that something could still be expected of, in the state that `machine` holds: not of the scheduler, nor
 * of devices and the like, which wait to do something to others.
 */
export function standingIn({ system, machine }: Pick<Subject, "system" | "machine">): Standing[] {
	const { processes } = machine.describe();
	return processes.flatMap(({ name, at, stack }, process) => {
		if (system.processes[process]?.background) return [];
		const steps = machine.steps.filter((step) => step.process === process && step.at === at);
		const ended = steps.length === 0;
		const sleeps = !ended && machine.place(process).sleeps === true;
		const statements = steps.filter(({ label }) => !isMark(label));
		if (!ended && !sleeps && statements.length === 0) return [];
		const waits = !ended && !statements.some(allows);
		const next = [...new Set(statements.map(({ label }) => label))];
		return [{ process: name, ended, routine: stack.at(-1)?.routine ?? "", next, waits, sleeps }];
	});
}

/** Whether the step's own guard lets it be taken, whether or not its process may run. */
function allows({ guard, instance }: Step): boolean {
	try {
		return !guard || guard(instance.context as never) === true;
	} catch {
		return true;
	}
}
