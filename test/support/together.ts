import { createHash } from "node:crypto";
import type { Explorer } from "../../src/explore/explorer.ts";
import { type Limits, Search } from "../../src/explore/search.ts";
import { Bus, type Line, type News } from "../../src/explore/threads/bus.ts";
import { join } from "../../src/explore/threads/join.ts";
import type { BuiltSystem } from "../../src/lang/index.ts";
import { compile } from "../../src/machine/index.ts";

export const unlimited: Limits = { states: 1_000_000, time: 600, memory: 2 ** 30, depth: Number.POSITIVE_INFINITY };

/** Lines between as many parties; what is sent arrives as a copy, as it does from thread to thread. */
function lines(parties: number): Line[] {
	const inboxes: News[][] = Array.from({ length: parties }, () => []);
	return inboxes.map((inbox, i) => ({
		send: (message) => {
			for (const other of inboxes) if (other !== inbox) other.push(structuredClone(message));
		},
		receive: () => inboxes[i]?.shift(),
	}));
}

/** All that a search comes to. */
export function outcome(search: Search) {
	const { store, machine, transitions, depth, expanded, stopped, failing, findings } = search;
	const digest = (numbers: Int32Array) => createHash("sha1").update(numbers).digest("hex");
	const arena = digest(store.arena.subarray(0, store.count * machine.words));
	// Of very many states, of some.
	const every = Math.ceil(store.count / 100_000);
	const parents = digest(
		Int32Array.from({ length: Math.ceil(store.count / every) }, (_, i) => store.parent(i * every)),
	);
	const found = [...findings.values()];
	return {
		...{ count: store.count, transitions, depth, expanded, stopped, found, arena, parents },
		failing: failing && { state: failing.state, message: String(failing.error) },
		paths: found.map((finding) => search.path(finding)),
		taken: [...machine.taken],
		// What was expanded in vain, beyond where the search ended, counts here too.
		exercised: stopped || failing ? [] : [...machine.exercised],
		came: stopped || failing ? [] : [...machine.came],
	};
}

/** Explores with one thread. */
export function alone(build: () => BuiltSystem, limits: Partial<Limits> = {}, least = 1) {
	const search = new Search(compile(build()), { ...unlimited, ...limits }, { least });
	finish(search, () => search.slice(1_000));
	return outcome(search);
}

/**
 * Explores with several explorers that take turns in this thread, one chunk or one addition at a time, in an order
 * that `next` decides by a number from 0 up to what it is given. All but the first join at some later time.
 */
export function together(
	build: () => BuiltSystem,
	parties: number,
	next: (below: number) => number,
	limits: Partial<Limits> = {},
	least = 1,
) {
	const search = new Search(compile(build()), { ...unlimited, ...limits }, { least });
	const buses = lines(parties).map((line) => new Bus(line));
	const others: (Explorer | undefined)[] = buses.slice(1).map(() => undefined);
	finish(search, () => {
		const who = next(parties);
		if (who === 0) return search.slice(0);
		const other = others[who - 1];
		if (other) {
			other.step();
			// As when Ctrl-C comes just after another thread has met a limit, and before this one hears of it.
			if (other.control.over && next(2) === 0) search.stop("time");
		} else if (next(8) === 0) {
			const invitation = structuredClone(search.invite(buses[0] as Bus));
			others[who - 1] = join(compile(build()), invitation, buses[who] as Bus);
		}
		return true;
	});
	return outcome(search);
}

function finish(search: Search, work: () => boolean): void {
	try {
		while (work());
	} catch (error) {
		if (search.failing?.error !== error) throw error;
	}
}
