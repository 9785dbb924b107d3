import { forget, type Id } from "../lang/index.ts";
import type { InterruptSource } from "./hardirq.ts";
import type { In, InModel, Kernel, KernelState } from "./kernel.ts";
import type { EventTypes, Stmt } from "../lang/index.ts";

export type RequestId = Id<"rq">;
/** What the handler of a device with requests sees. */
export type WithRequest = { rq: RequestId };

/**
 * The device reports any request in flight on any online CPU, in any order; `handler` handles one report. For
 * addHardirqs().
 */
export function requestInterrupts<S extends KernelState, T extends EventTypes>(
	k: Kernel,
	handler: readonly Stmt<InModel<S, T, WithRequest>, string>[],
): InterruptSource<InModel<S, T, WithRequest>> {
	return {
		locals: { rq: k.Request },
		arrivals: k.Request.all.map((rq) => ({
			label: `<interrupt: ${k.Request.nameOf(rq)} completed by the device>`,
			pending: ({ s }) => s.rq[rq].state === "IN_FLIGHT",
			enter: ({ s, f }) => {
				f.rq = rq;
				s.rq[rq].state = "REPORTED";
			},
		})),
		handler: [...handler, forget("rq")],
	};
}
