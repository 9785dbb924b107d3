import type { Sets } from "../sets.ts";
import type { KernelState } from "../state.ts";

/** Bios and requests as they are before anybody has submitted them. */
export function initBlock(k: Sets, s: KernelState): void {
	const { refs, hctxs, chain = {}, requests, recycles = 0 } = k.options;
	for (const bio of k.Bio.all) {
		s.bio[bio].refs = refs ? 1 : 0;
		if (hctxs) s.bio[bio].phase = "new";
		// BI1: the count starts at 1, and each child adds one.
		s.bio[bio].remaining = 1;
	}
	for (const parent of Object.values(chain)) {
		const bio = s.bio[k.Bio.id(parent)];
		bio.chained = true;
		bio.remaining++;
	}
	for (const rq of k.Request.all) {
		s.rq[rq].mq_ctx_cpu = k.Cpu.id(requests?.[rq] ?? 0);
		s.rq[rq].reissues = recycles;
	}
}
