// Who raises what on which CPU, and in which situation: what stands around raise_foo().
import { call, type EventTypes, type Id, type IdSet, ids, type Routine, type Stmt, waitUntil, when } from "preempt";
import {
	addTask,
	type Generations,
	type In,
	type InterruptSource,
	type Kernel,
	type KernelState,
	type LinuxSystem,
} from "preempt/linux";
import { seen } from "preempt/specs";

export const USES = [
	"per-cpu", // Zijlstra's struct foo of CPU 1: a task on CPU 0, interrupts off, raises it twice
	"two-raisers", // CPU 0 and CPU 2 each raise the foo of CPU 1
	"interrupted", // a task on CPU 0, and an interrupt there, raise the foo of CPU 1
	"two-objects", // CPU 0 raises two foos on CPU 1, one after the other
	"own-cpu", // CPU 0 raises two foos on CPU 0
	"migrating", // a preemptible task that has seen that CPU 1 is another one; the function raises a softirq
	"request", // embedded in a request, which the function frees; it is allocated and raised once more
	"lock", // the function takes a spinlock_t
	"polling", // as two-objects; idle CPUs poll
	"sync", // CPU 0 raises a foo on CPU 1; CPU 2 another one, and waits for it
	"crossed", // CPU 0 and CPU 1 raise foos on each other, and wait
	"offline", // CPU 1 goes offline
	"online-again", // and comes back; idle CPUs poll
] as const;
export type Use = (typeof USES)[number];

/** Foo: what is raised. Store: what is written for it to read, one before each raise. */
export function storesOf(use: Use) {
	const foos = ["two-objects", "own-cpu", "polling", "sync", "crossed"].includes(use) ? 2 : 1;
	const twice = foos === 2 || ["per-cpu", "two-raisers", "interrupted", "request"].includes(use);
	const Foo = ids("foo", foos, { ordered: true });
	const Store = ids("store", twice ? 2 : 1, { ordered: true });
	const fooOf = (store: Id<"store">): Id<"foo"> => Foo.id(foos === 2 ? store : 0);
	return { Foo, Store, fooOf };
}

type Raise = { foo: Id<"foo">; store: Id<"store">; cpu: Id<"cpu"> };

interface Objects {
	readonly Foo: IdSet<"foo">;
	readonly Store: IdSet<"store">;
	readonly generations: Generations<"foo">;
	readonly allocated: (s: KernelState) => { readonly [I in Id<"foo">]: { gen: number } };
}

/** The interrupt of CPU 0 that raises, once, in `interrupted`. */
export function raisingInterrupt(
	k: Kernel,
	raise_foo: Routine<Raise, unknown, never, string>,
	{ Foo, Store }: Pick<Objects, "Foo" | "Store">,
): InterruptSource {
	const cpu = (i: number) => k.Cpu.id(i);
	const raised = (s: unknown) => (s as { interrupt: { raised: boolean } }).interrupt;
	return {
		arrivals: [
			{
				label: "<interrupt>",
				pending: ({ s, me }) => me.cpu === cpu(0) && !raised(s).raised,
				enter: ({ s }) => {
					raised(s).raised = true;
				},
			},
		],
		handler: [
			call(raise_foo as Routine<Raise, unknown, In, string>, () => ({
				foo: Foo.id(0),
				store: Store.id(1),
				cpu: cpu(1),
			})),
		],
	};
}

export function addRaisers<S extends KernelState, T extends EventTypes>(
	k: Kernel,
	system: LinuxSystem<S, T>,
	use: Use,
	raise_foo: Routine<Raise, unknown, never, string>,
	{ Foo, Store, generations, allocated }: Objects,
): void {
	const sys = seen(system);
	const cpu = (i: number) => k.Cpu.id(i);
	const target = cpu(use === "own-cpu" ? 0 : 1);
	const raise = (foo: number, store: number, on = target): Stmt<In> =>
		call(raise_foo as Routine<Raise, unknown, In, string>, () => ({
			foo: Foo.id(foo),
			store: Store.id(store),
			cpu: on,
		}));
	const task = (name: string, on: number | undefined, body: readonly Stmt<In, string>[]): void => {
		const routine = sys.routine(name, {}, body);
		addTask(k, sys, name, routine, on === undefined ? { sleeps: true } : { boundTo: cpu(on), sleeps: true });
	};

	switch (use) {
		case "per-cpu":
			task("raiser", 0, [raise(0, 0), raise(0, 1)]);
			break;
		case "two-raisers":
			task("raiser0", 0, [raise(0, 0)]);
			task("raiser2", 2, [raise(0, 1)]);
			break;
		case "sync":
			task("raiser0", 0, [raise(0, 0)]);
			task("raiser2", 2, [raise(1, 1)]);
			break;
		case "crossed":
			task("raiser0", 0, [raise(0, 0)]);
			task("raiser1", 1, [raise(1, 1, cpu(0))]);
			break;
		case "migrating":
			task("raiser", undefined, [when("cpu != raw_smp_processor_id()", ({ me }) => me.cpu !== target, [raise(0, 0)])]);
			break;
		case "request": {
			const rq = Foo.id(0);
			task("submitter", 0, [
				raise(0, 0),
				waitUntil(
					"rq = blk_mq_alloc_request()",
					({ s }) => generations.canAllocate(allocated(s), rq),
					({ s }) => generations.allocate(allocated(s), rq),
				),
				raise(0, 1),
			]);
			break;
		}
		case "interrupted":
		case "lock":
		case "offline":
		case "online-again":
			task("raiser", 0, [raise(0, 0)]);
			break;
		default:
			task("raiser", 0, [raise(0, 0), raise(1, 1)]);
	}
}
