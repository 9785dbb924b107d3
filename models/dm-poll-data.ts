// Polled I/O on dm: where to keep what a poll needs to know, as it was discussed in January 2021. The RFC's list in the
// bio is given up for data that belongs to dm; the designs differ in what there is of it, and in how long it lives.
//
// There is no code of them. Around them is dm of 5.11: struct dm_io has the first clone in it, the others are freed as
// they end. Left out is its reference by who maps the bio, which is dropped before the first clone is submitted.
import {
	bool,
	call,
	callOneOf,
	choose,
	giveBack,
	type Id,
	ids,
	ifdef,
	maybe,
	model,
	must,
	type Stmt,
	step,
	waitUntil,
	when,
} from "preempt";
import {
	addPolledQueues,
	type BioId,
	bi_end_io,
	bio_inc_remaining,
	bio_put,
	bio_remaining_done,
	blk_mq_poll,
	blk_mq_submit_bio,
	Generations,
	type HctxId,
	Kernel,
	type Polling,
	touch,
	type WithBio,
} from "preempt/linux";
import { polledBioProperties as properties } from "preempt/specs";
import { addTasks, CLONES, type Ends, events, fields, type Here, POLLERS, submissions } from "./dm-poll-data/tasks.ts";

/** In what struct dm_poll_data, a queue and a cookie, is, and how many of it. */
const DESIGNS = [
	"one-cookie", // Snitzer: one for a bio, in the per-bio data of the clone that gave it, which goes with the clone
	"one-cookie-pin", // and the bio is pinned, and the data with it, until a poll has found something
	"array-per-target", // Xu: a queue for each target, in struct dm_io
	"node", // Xu: in an object of its own, with references of the I/O and of whoever polls; one for each clone
	"held", // the clones, and with them their data, are kept until the bio is polled
	"table", // Snitzer: an array of all queues in struct dm_table, each of which is polled
	"table-srcu", // which is read under SRCU
] as const;
/** What must not be left out, and where it is shown. */
const SHOWN_BY = {
	"array-one-slot": "two-targets/owner/enough", // there is one slot for two targets
	"node-no-get": "one/same-queue/enough", // whoever polls has no reference of his own
	"one-cookie-none": "one/owner/enough", // the cookie is not kept
	"one-cookie-pin-kept": "one/owner/enough", // the pin is never dropped
} as const;
const MUTANTS = Object.keys(SHOWN_BY) as (keyof typeof SHOWN_BY)[];

export default model("dm-poll-data", {
	about: "polled I/O on dm by cookies that are kept in dm's data (January 2021)",
	axes: {
		design: [...DESIGNS, ...MUTANTS],
		clones: CLONES,
		pollers: POLLERS,
		pool: ["enough", "one"], // clones that can be allocated at a time
	},
	defaults: { design: DESIGNS },
	refuses: ({ design, clones, pollers, pool }) => {
		const shownBy = Object.entries(SHOWN_BY).find(([name]) => name === design)?.[1];
		if (shownBy && shownBy !== [clones, pollers, pool].join("/")) return "a mutant is shown where the design holds";
		if (pool === "one" && (clones !== "one" || pollers !== "same-queue" || (design !== "node" && design !== "held")))
			return "a short pool shows what becomes of clones that are held, and of others, while another task polls";
		return undefined;
	},
	build({ design, clones, pollers, pool }) {
		const short = pool === "one";
		const reloads = design.startsWith("table");
		const k = new Kernel({
			cpus: 1 + (pollers === "owner" ? 0 : 1) + (reloads ? 1 : 0),
			...{ hctxs: 2, chain: {}, preempt: "none" },
		});
		const roots = submissions(k, clones, short);
		const own = pollers === "same-queue" && !short ? k.Bio.add("own") : undefined;
		const Data = ids("dm_poll_data", roots.length, { ordered: true });
		const Table = ids("dm_table", 2, { ordered: true });
		const datas = new Generations(k, Data);
		const tables = new Generations(k, Table);
		const sys = k.system({ state: fields(k, Data, Table, datas, tables), events: events(k) });

		const inNode = design.startsWith("node");
		const held = design === "held";
		const oneCookie = design.startsWith("one-cookie");
		const pins = design.startsWith("one-cookie-pin");
		const dataOf = (root: BioId) => Data.id(roots.findIndex((each) => each.root === root));
		const submissionOf = (clone: BioId) =>
			roots.find((each) => each.clones.some(({ bio }) => bio === clone)) as (typeof roots)[number];
		const rootOf = (clone: BioId) => submissionOf(clone).root;

		/** Which slot a clone's queue is kept in, and how the C says it. */
		const slotOf = (i: number, target: number) =>
			oneCookie || design === "array-one-slot" ? 0 : design === "array-per-target" ? target : i;
		const slots = [...new Set(roots.flatMap(({ clones: of }) => of.map(({ target }, i) => slotOf(i, target))))];
		const data = oneCookie ? () => "data" : (slot: number) => `${inNode ? "node" : "data"}[${slot}]`;

		// The ends of clones, and of the bio
		const put = <F>(root: (f: F) => BioId): Stmt<Here<F>> =>
			step("node_put(node)", ({ s, f }) => {
				const node = dataOf(root(f));
				datas.touch(s.data, node, "node_put(node)");
				s.data[node].refs--;
				if (s.data[node].refs === 0) datas.free(s.data, node);
			});
		const clone_endio = sys.routine("clone_endio", { args: { bio: k.Bio }, locals: { last: bool }, depth: 2 }, [
			step("bio->bi_end_io(bio) /* clone_endio() */", ({ s, f, emit }) => {
				touch(k, s, f.bio);
				emit.end_io(f.bio);
				s.bio[f.bio].phase = "done";
			}),
			ifdef(!held, [
				when(
					({ f }) => submissionOf(f.bio).clones[0]?.bio !== f.bio,
					[
						step("free_tio(tio): bio_put(&tio->clone)", ({ s, f }) => {
							bio_put(k, s, f.bio);
							// The cookie that is kept is that of the last clone.
							if (oneCookie && !pins) datas.free(s.data, dataOf(rootOf(f.bio)));
						}),
					],
				),
			]),
			step("last = atomic_dec_and_test(&io->io_count)", ({ s, f }) => {
				const io = s.data[dataOf(rootOf(f.bio))];
				io.io_count--;
				f.last = io.io_count === 0;
			}),
			when(({ f }) => !f.last, [giveBack()]),
			ifdef(inNode, [put(({ bio }: WithBio) => rootOf(bio))]),
			ifdef(!held, [
				step("free_io(md, io)", ({ s, f }) => {
					const { root, clones: of } = submissionOf(f.bio);
					bio_put(k, s, must(of[0]).bio);
					s.io_bs.used = false;
					if (design.startsWith("array") || (oneCookie && !pins && of.length === 1)) datas.free(s.data, dataOf(root));
				}),
			]),
			call(
				() => bio_endio,
				({ f }) => ({ bio: rootOf(f.bio) }),
			),
		]);
		const bio_endio: Ends = sys.routine("bio_endio", { args: { bio: k.Bio }, locals: { last: bool }, depth: 2 }, [
			...bio_remaining_done(k),
			callOneOf(
				({ f }) => (roots.some(({ clones: of }) => of.some(({ bio }) => bio === f.bio)) ? "clone_endio" : "end_io"),
				{ clone_endio, end_io: bi_end_io(k) },
				({ f }) => ({ bio: f.bio }),
			),
		]);

		// Submission
		const submit = ({ root, clones: of }: (typeof roots)[number]): Stmt<Here>[] => [
			ifdef(pins, [
				step("bio_inc_remaining(bio)", ({ s, emit }) => {
					bio_inc_remaining(k, s, root);
					emit.pinned(root);
				}),
			]),
			waitUntil(
				"io = alloc_io(md, bio)",
				({ s }) => !s.io_bs.used,
				({ s }) => {
					s.io_bs.used = short;
					s.data[dataOf(root)].io_count = of.length;
					s.data[dataOf(root)].refs = design === "node" ? 2 : 1;
				},
			),
			...of.flatMap(({ bio, hctx, target }, i): Stmt<Here>[] => {
				const slot = slotOf(i, target);
				const keep = design.startsWith("array")
					? `io->hctxs[${slot}] = hctx`
					: `${data(slot)}->q = q; ${data(slot)}->cookie = ret`;
				return [
					step(`ret = __submit_bio(${k.Bio.nameOf(bio)}) /* blk_mq_submit_bio() */`, ({ s }) => {
						blk_mq_submit_bio(k, s, bio, hctx);
					}),
					ifdef(!reloads && design !== "one-cookie-none", [
						step(keep, ({ s }) => {
							datas.touch(s.data, dataOf(root), keep);
							s.data[dataOf(root)][slot === 0 ? "slot0" : "slot1"] = hctx;
						}),
					]),
				];
			}),
		];

		/** Another table is loaded, without a flush. */
		const reload: readonly Stmt<Here>[] = !reloads
			? []
			: [
					step("rcu_assign_pointer(md->map, t)", ({ s }) => (s.md.map = Table.id(1))),
					ifdef(design === "table-srcu", [
						waitUntil("synchronize_srcu(&md->io_barrier)", ({ s }) => s.md.readers === 0),
					]),
					step("dm_table_destroy(old_map)", ({ s }) => tables.free(s.table, Table.id(0))),
				];

		// Polling
		type Polls = Polling & { t: Id<"dm_table">; root: BioId };
		const dm_put_live_table: Stmt<Here<Polls>> = ifdef(design === "table-srcu", [
			step("dm_put_live_table(md)", ({ s }) => s.md.readers--),
		]);
		const found: Stmt<Here<Polls>>[] = [
			blk_mq_poll<Here<Polls>>(k, bio_endio),
			dm_put_live_table,
			ifdef(design === "one-cookie-pin", [
				when(
					"ret > 0",
					({ f, emit }) => {
						emit.unpinned(f.root);
						return true;
					},
					[call(bio_endio, ({ f }) => ({ bio: f.root }))],
				),
			]),
			giveBack(),
		];
		const pollSlot = (slot: number): Stmt<Here<Polls>>[] => {
			const read = design.startsWith("array")
				? `hctx = io->hctxs[${slot}]`
				: `q = ${data(slot)}->q; cookie = ${data(slot)}->cookie`;
			return [
				ifdef(
					reloads,
					[
						step(`hctx = t->hctxs[${slot}]`, ({ s, f }) => {
							tables.touch(s.table, f.t, `hctx = t->hctxs[${slot}]`);
							f.hctx = k.Hctx.id(slot);
						}),
					],
					[
						step(read, ({ s, f }) => {
							datas.touch(s.data, dataOf(f.root), read);
							f.hctx = s.data[dataOf(f.root)][slot === 0 ? "slot0" : "slot1"];
						}),
					],
				),
				when(
					({ f }) => f.hctx !== null,
					[choose(found, [step("q->mq_ops->poll(hctx) /* finds nothing */", () => {})])],
				),
			];
		};
		const blk_bio_poll = sys.routine(
			"blk_bio_poll",
			{ args: { root: k.Bio }, locals: { t: Table, hctx: maybe(k.Hctx), rq: k.Bio } },
			[
				ifdef(reloads, [
					step(design === "table-srcu" ? "t = dm_get_live_table(md)" : "t = md->map", ({ s, f }) => {
						f.t = s.md.map;
						if (design === "table-srcu") s.md.readers++;
					}),
				]),
				...slots.flatMap(pollSlot),
				dm_put_live_table,
			],
		);
		/** What whoever submitted a bio does when it is done. */
		const release = ({ root, clones: of }: (typeof roots)[number]): Stmt<Here>[] => [
			ifdef(design === "node", [put(() => root)]),
			ifdef(held, [
				step("bio_put(clone) /* each, with its poll data */", ({ s }) => {
					for (const { bio } of of) bio_put(k, s, bio);
					datas.free(s.data, dataOf(root));
					s.io_bs.used = false;
				}),
			]),
		];

		const starved = (s: Here["s"]) =>
			s.io_bs.used && roots.some(({ clones: of }) => of.some(({ bio }) => s.bio[bio].phase === "new"));
		addPolledQueues(k, sys);
		const worth = ({ s }: Here, root: BioId) => {
			const { slot0, slot1 } = s.data[dataOf(root)];
			const polled: readonly (HctxId | null)[] = reloads ? k.Hctx.all : [slot0, slot1];
			return (
				datas.isFree(s.data, dataOf(root)) ||
				k.Bio.all.some((bio) => s.bio[bio].phase === "hw_done" && polled.includes(s.bio[bio].hctx))
			);
		};
		addTasks(k, sys, { roots, pollers, own, submit, poll: blk_bio_poll, worth, release, endio: bio_endio, reload });
		properties(k, sys, {
			leavesOf: (bio) => roots.find(({ root }) => root === bio)?.clones.map((clone) => clone.bio) ?? [bio],
			pinned: pins ? roots.map(({ root }) => root) : [],
			...(short ? { starved } : {}),
		});
		return sys;
	},
});
