import { type EventTypes, type Id, type Names, type Routine, requireKnown } from "preempt";
import { type CallNode, isLinked, type Kernel, type KernelState, type LinuxSystem, type SmpCalls } from "preempt/linux";
import { noListIsStranded, noneIsLost, type Party, type Sees, seen } from "./catalogue.ts";
import { pointsIn } from "./points.ts";
import { P9, P14, P15 } from "./properties/contexts.ts";
import { P19 } from "./properties/idle.ts";
import {
	doneInOrder,
	eachRequestOnce,
	handledOnItsCpu,
	handledWhereSubmitted,
	handlersMaySleep,
	kickedOnItsCpu,
	listsWithInterruptsOff,
	P18,
	requests,
} from "./properties/requests.ts";
import { P12 } from "./properties/softirq.ts";
import { P13 } from "./properties/wakeups.ts";

type Cpu = Id<"cpu">;
type AnyOf<F> = Routine<never, unknown, never, string> & { readonly _frame?: F };
/** The parts of the frames that the properties look at; blk_mq_trigger_softirq() says `list`. */
type Adder = { first: boolean } & ({ cpu_list: Cpu } | { list: Cpu });

/** Per-CPU done lists that the BLOCK softirq processes (family A). */
export interface DoneLists<S extends KernelState> {
	readonly isEmpty: (v: { s: S }, cpu: Cpu) => boolean;
	readonly waiting: (v: { s: S }, cpu: Cpu) => readonly Id<"rq">[];
	/** Add to a list, and then kick. */
	readonly adders: readonly AnyOf<Adder>[];
	/** The IPI's calls, and whose list each is for; undefined where it brings a request along. */
	readonly smp: SmpCalls;
	readonly listOfCall?: (call: CallNode) => Cpu;
	readonly callFunction: AnyOf<{ csd: CallNode }>;
	/** The softirq's action, and what takes a list. */
	readonly softirq: AnyOf<object>;
	readonly take: AnyOf<{ cpu_list: Cpu }>;
	/** What the control task does about the list of a CPU that has died. */
	readonly dead: AnyOf<object>;
	/** Handlers are meant to be called in task context. */
	readonly inTaskContext?: boolean;
	/** Lists are changed with interrupts off, for they are no llist. */
	readonly irqsOff?: boolean;
}

const DONE_LISTS: Names<DoneLists<never>> = {
	isEmpty: true,
	waiting: true,
	adders: true,
	smp: true,
	listOfCall: true,
	callFunction: true,
	softirq: true,
	take: true,
	dead: true,
	inTaskContext: true,
	irqsOff: true,
};

/** The properties of a design of family A. */
export function doneListProperties<S extends KernelState, T extends EventTypes>(
	k: Kernel,
	system: LinuxSystem<S, T>,
	design: DoneLists<S>,
): void {
	requireKnown("doneListProperties()", design, DONE_LISTS);
	const sys = seen(system);
	const d = design as unknown as DoneLists<KernelState>;
	const lists = { set: k.Request, isEmpty: d.isEmpty, waiting: d.waiting, tokens: TOKENS };
	const listOf = (v: Sees, rq: Id<"rq">) => k.Cpu.all.find((c) => d.waiting(v, c).includes(rq)) ?? null;
	const tokens = tokensOf(k, d);
	const who = parties(k, d, tokens);
	noneIsLost(k, sys, who, requests(k, listOf));
	eachRequestOnce(k, sys);
	noListIsStranded(k, sys, lists, who);
	if (k.outgoing === undefined) exactlyOneToken(k, sys, d, tokens);
	kickedOnItsCpu(k, sys);
	handledOnItsCpu(k, sys);
	handledWhereSubmitted(k, sys);
	doneInOrder(k, sys);
	if (d.inTaskContext) handlersMaySleep(k, sys);
	P9(k, sys);
	if (d.irqsOff) listsWithInterruptsOff(k, sys);
	P12(k, sys);
	if (k.kworkers.length > 0) P13(k, sys, k.kworkers, k.Request.count);
	P14(k, sys);
	P15(k, sys);
	P18(k, sys);
	P19(k, sys);
}

const TOKENS =
	"who has found it empty, and has not raised the softirq yet; a call to CPU c whose function has not run; BLOCK_SOFTIRQ pending on CPU c; or a softirq there that has the list still to take";

/** MQ6: what there is for the list of a CPU, each kind counted. */
interface Tokens {
	readonly adders: (v: Sees, cpu: Cpu) => number;
	readonly calls: (v: Sees, cpu: Cpu) => number;
	readonly pending: (v: Sees, cpu: Cpu) => number;
	readonly started: (v: Sees, cpu: Cpu) => number;
}

/** Where an adder that has found the list empty stands before its kick. */
const BEFORE_KICK = [
	"raise_softirq(BLOCK_SOFTIRQ)",
	"raise_softirq_irqoff(BLOCK_SOFTIRQ)",
	"INIT_CSD(&rq->csd, __blk_mq_complete_request_remote, rq)",
	"rq->csd.func = __blk_mq_complete_request_remote; rq->csd.flags = 0",
];
/** Where a call stands that is not on the queue yet. */
const BEFORE_QUEUED = [
	"preempt_disable(); busy = csd->node.u_flags & CSD_FLAG_LOCK",
	"csd->node.u_flags = CSD_FLAG_LOCK; smp_wmb()",
	"csd_unlock(csd); local_irq_save(flags)",
	"offline = !cpu_online(cpu)",
	"empty = llist_add(&csd->node.llist, &per_cpu(call_single_queue, cpu))",
];
/** Where the softirq stands before it knows its list, and before it has taken that. */
const STARTED = ["local_irq_disable()", "cpu_list = this_cpu_ptr(&blk_cpu_done)"];
const TAKES = [
	"entry = llist_del_all(cpu_list); entry = llist_reverse_order(entry)",
	"list_replace_init(cpu_list, &local_list)",
];

/** Where the dead callback of a list_head stands before it has spliced. */
const BEFORE_DEAD = [
	"local_irq_disable()",
	"list_splice_init(&per_cpu(blk_cpu_done, cpu), this_cpu_ptr(&blk_cpu_done))",
];

const isControl = (k: Kernel, process: number): boolean =>
	k.hotplugControl !== undefined && k.contextOf[process] === k.hotplugControl;

function tokensOf(k: Kernel, d: DoneLists<KernelState>): Tokens {
	let count = 0;
	const counting =
		<F>(counts: (f: Partial<F>, process: number) => boolean) =>
		(f: Partial<F>, process: number): boolean => {
			if (counts(f, process)) count++;
			return false;
		};
	// These run in every state: no closures made on the way.
	const adding = k.Cpu.all.map((cpu) =>
		counting<{ first: boolean; cpu_list: Cpu; list: Cpu }>((f) => f.first === true && (f.cpu_list ?? f.list) === cpu),
	);
	const taking = k.Cpu.all.map((cpu) =>
		counting<{ cpu_list: Cpu }>((f, process) => f.cpu_list === cpu && !isControl(k, process)),
	);
	const adders = d.adders.map((adder) => ({ adder, beforeKick: pointsIn(adder, BEFORE_KICK) as never }));
	const started = pointsIn(d.softirq, STARTED) as never;
	const takes = pointsIn(d.take, TAKES) as never;
	const isCall = k.CallNode.all.map((node) => (f: { csd?: CallNode }) => f.csd === node);
	const isUnderWay = (v: Sees, node: CallNode): boolean =>
		isLinked(k, v.s, node) ||
		v.at(d.smp.smp_call_function_single_async as never, BEFORE_QUEUED as never, isCall[node] as never) ||
		v.at(d.callFunction, "anywhere", isCall[node] as never);
	const { listOfCall } = d;
	const callsFor = k.Cpu.all.map((cpu) => k.CallNode.all.filter((node) => listOfCall?.(node) === cpu));
	let here: Cpu;
	let v: Sees;
	const startedHere = counting<object>((_, process) => v.s.context[k.contextOf[process] as Id<"context">].cpu === here);
	return {
		adders: (v, cpu) => {
			count = 0;
			for (const { adder, beforeKick } of adders) v.at(adder, beforeKick, adding[cpu] as never);
			return count;
		},
		calls: (v, cpu) => {
			count = 0;
			for (const node of callsFor[cpu] as CallNode[]) if (isUnderWay(v, node)) count++;
			return count;
		},
		pending: ({ s }, cpu) => (s.cpu[cpu].block_pending ? 1 : 0),
		started: (sight, cpu) => {
			count = 0;
			v = sight;
			here = cpu;
			v.at(d.softirq, started, startedHere as never);
			v.at(d.take, takes, taking[cpu] as never);
			return count + (v.s.cpu[cpu].block_taken ? 1 : 0);
		},
	};
}

/** The token set of P4 for family A, and what P1 names as those who could still have acted. */
function parties(k: Kernel, d: DoneLists<KernelState>, { adders, calls, pending, started }: Tokens): Party[] {
	const elsewhere = ({ s }: Sees, cpu: Cpu): Cpu | undefined =>
		k.Cpu.all.find((c) => c !== cpu && s.cpu[c].block_pending);
	return [
		{
			name: "an adder",
			acts: (v, cpu) => adders(v, cpu) > 0,
			doesNot: (_, cpu) => `none that has found the list of CPU ${cpu} empty is still to raise its softirq`,
		},
		{
			name: "a call",
			acts: (v, cpu) => calls(v, cpu) > 0,
			doesNot: (_, cpu) =>
				d.listOfCall ? `no IPI to CPU ${cpu} is under way` : "an IPI brings its own request, and looks at no list",
			hangs: (_, cpu) => `one to CPU ${cpu} is under way, and its function is never run`,
		},
		{
			name: "the softirq",
			acts: (v, cpu) => pending(v, cpu) + started(v, cpu) > 0,
			doesNot: (v, cpu) => {
				const c = elsewhere(v, cpu);
				return c === undefined
					? `BLOCK_SOFTIRQ is not pending on CPU ${cpu}`
					: `BLOCK_SOFTIRQ is pending on CPU ${c}, where it will take the list of CPU ${c}; on CPU ${cpu} it is not`;
			},
			hangs: (v, cpu) =>
				pending(v, cpu) > 0
					? `BLOCK_SOFTIRQ is pending on CPU ${cpu}, and nothing there will run it`
					: `it has begun on CPU ${cpu}, and does not go on`,
		},
		...(k.outgoing === undefined ? [] : [deadCallback(k, d)]),
		{
			name: "later completions",
			acts: () => false,
			doesNot: (_, cpu) =>
				`whoever adds to the list of CPU ${cpu} from now on finds it not empty, and raises nothing: all completions for CPU ${cpu} hang`,
		},
	];
}

/** The way down does not fail here: it is still to come, or has not come to the list yet. */
function deadCallback(k: Kernel, d: DoneLists<KernelState>): Party {
	const isAhead = (_: object, process: number): boolean => isControl(k, process);
	const beforeDead = pointsIn(d.dead, BEFORE_DEAD) as never;
	const beforeRaise = pointsIn(d.dead, ["raise_softirq_irqoff(BLOCK_SOFTIRQ)"]) as never;
	const takes = pointsIn(d.take, TAKES) as never;
	const raises = (v: Sees, cpu: Cpu): boolean =>
		k.hotplugControl !== undefined && v.s.context[k.hotplugControl].cpu === cpu && v.at(d.dead, beforeRaise, isAhead);
	return {
		name: "the dead callback",
		acts: (v, cpu) =>
			raises(v, cpu) ||
			(cpu === k.outgoing &&
				(v.s.cpu[cpu].online || v.at(d.dead, beforeDead, isAhead) || v.at(d.take, takes, isAhead))),
		doesNot: (v, cpu) =>
			cpu === k.outgoing && !v.s.cpu[cpu].online
				? `CPU ${cpu} is offline, and what it had left behind has been completed`
				: `CPU ${cpu} does not go offline`,
	};
}

/** MQ6 */
function exactlyOneToken(k: Kernel, sys: ReturnType<typeof seen>, d: DoneLists<KernelState>, tokens: Tokens): void {
	const kinds = Object.entries(tokens) as [keyof Tokens, Tokens[keyof Tokens]][];
	const count = (v: Sees, c: Cpu): number =>
		tokens.adders(v, c) + tokens.calls(v, c) + tokens.pending(v, c) + tokens.started(v, c);
	const isWrong = (v: Sees, c: Cpu): boolean => count(v, c) !== (d.isEmpty(v, c) ? 0 : 1);
	sys.property("P4s", {
		title: "one token for a list that is not empty, none for an empty one",
		statement: `For each CPU c, exactly one of these exists where its list is not empty, and none where it is: ${TOKENS}.`,
		antecedent: (v) => k.Cpu.all.some((c) => !d.isEmpty(v, c)),
		invariant: (v) => !k.Cpu.all.some((c) => isWrong(v, c)),
		explain: (v) =>
			k.Cpu.all
				.filter((c) => isWrong(v, c))
				.map(
					(c) =>
						`the list of CPU ${c} is ${d.isEmpty(v, c) ? "empty" : "not empty"}, and of tokens there ${count(v, c) === 1 ? "is" : "are"} ${count(v, c)}: ${kinds.map(([kind, of]) => `${kind} ${of(v, c)}`).join(", ")}`,
				),
	});
}
