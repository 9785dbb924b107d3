import { record } from "../lang/index.ts";
import type { Bound, Sighted } from "./bound.ts";
import type { Description } from "./machine.ts";
import type { Instance, Position } from "./program.ts";
import { stackOf } from "./program.ts";
import { type AnyType, localType, show } from "./types.ts";

/** The working vector in the model's words. */
export function describe(bound: Bound): Description {
	return {
		state: show(bound.stateType, bound.state) as Record<string, unknown>,
		ghosts: Object.fromEntries(
			bound.properties.flatMap((p, i) =>
				Object.keys(p.ghost).length === 0
					? []
					: [[p.id, show(record(p.ghost) as AnyType, (bound.sights[i] as Sighted).g)]],
			),
		),
		processes: bound.programs.map((program) => {
			const position = program.positions[bound.counters[program.pc] as number] as Position;
			return {
				name: program.process.name,
				at: position.name,
				stack: stackOf(position.instance).map((instance) => describeFrame(bound, instance, position.returned)),
			};
		}),
	};
}

function describeFrame(
	bound: Bound,
	instance: Instance,
	returned: boolean,
): { routine: string; frame: Record<string, unknown> } {
	const frame = Object.entries(instance.fields).map(([name, type], i) => {
		const code = bound.vector[instance.offsets[i] as number];
		const gone = returned ? localType(type).kind === "unset" : type.kind === "unset" && code === 0;
		return [name, gone ? undefined : show(type, instance.context.f[name])];
	});
	return { routine: instance.routine.name, frame: Object.fromEntries(frame) };
}
