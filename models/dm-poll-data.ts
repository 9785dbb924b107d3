// Polled I/O on dm: where to keep what a poll needs to know, as it was discussed in January 2021. The RFC's list in the
// bio is given up for data that belongs to dm; the designs differ in what there is of it, and in how long it lives.
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
	type Stmt,
	step,
	waitUntil,
	when,
} from "preempt";
import {
	addPolledQueues,
	type BioId,
	bio_inc_remaining,
	bio_put,
	bio_remaining_done,
	blk_mq_poll,
	blk_mq_submit_bio,
	Generations,
	Kernel,
	type Polling,
	touch,
} from "preempt/linux";
import { polledBioProperties as properties } from "preempt/specs";
import { addTasks, CLONES, type Ends, events, fields, type Here, POLLERS, submissions } from "./dm-poll-data/tasks.ts";

/** In what struct dm_poll_data { queue, cookie } is, and how many of it. */
const DESIGNS = [
	"one-cookie", // Snitzer: one, in the per-bio data of the clone, which goes with it
	"one-cookie-pin", // and the bio is pinned until a poll has found something
	"array-per-target", // Xu: in struct dm_io, one for each target
	"node", // Xu: in an object of its own, with references of the I/O and of whoever polls; one for each clone
	"held", // the clones, and with them their data, are kept until the bio is polled
	"table", // Snitzer: an index, into an array of queues in struct dm_table
	"table-srcu", // which is read under SRCU
] as const;
/** What must not be left out, and where it is shown. */
const SHOWN_BY = {
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
		const pins = design.startsWith("one-cookie-pin");
		const dataOf = (root: BioId) => Data.id(roots.findIndex((each) => each.root === root));
		const rootOf = (clone: BioId) => roots.find((each) => each.clones.some(({ bio }) => bio === clone))?.root as BioId;

		// The ends of clones, and of the bio
		const put: Stmt<Here<{ data: Id<"dm_poll_data"> }>> = step("node_put(node)", ({ s, f }) => {
			datas.touch(s.data, f.data, "node_put(node)");
			s.data[f.data].refs--;
			if (s.data[f.data].refs === 0) datas.free(s.data, f.data);
		});
		const clone_endio = sys.routine(
			"clone_endio",
			{ args: { bio: k.Bio }, locals: { last: bool, data: Data }, depth: 2 },
			[
				step("bio->bi_end_io(bio) /* clone_endio() */", ({ s, f, emit }) => {
					touch(k, s, f.bio);
					emit.end_io(f.bio);
					s.bio[f.bio].phase = "done";
					f.data = dataOf(rootOf(f.bio));
				}),
				ifdef(!held, [
					step("free_tio(tio): bio_put(&tio->clone)", ({ s, f }) => {
						bio_put(k, s, f.bio);
						s.bioset.used = false;
					}),
				]),
				step("last = atomic_dec_and_test(&io->io_count)", ({ s, f }) => {
					s.data[f.data].io_count--;
					f.last = s.data[f.data].io_count === 0;
				}),
				when(({ f }) => !f.last, [giveBack()]),
				ifdef(inNode, [put]),
				ifdef(!inNode && !held && !pins && !reloads, [
					step("free_io(md, io) /* with the poll data */", ({ s, f }) => datas.free(s.data, f.data)),
				]),
				call(
					() => bio_endio,
					({ f }) => ({ bio: rootOf(f.bio) }),
				),
			],
		);
		const end_io = sys.routine("bi_end_io", { args: { bio: k.Bio } }, [
			step("bio->bi_end_io(bio)", ({ s, f, emit }) => {
				touch(k, s, f.bio);
				emit.end_io(f.bio);
				s.bio[f.bio].phase = "done";
			}),
		]);
		const bio_endio: Ends = sys.routine("bio_endio", { args: { bio: k.Bio }, locals: { last: bool }, depth: 2 }, [
			...bio_remaining_done(k),
			callOneOf(
				({ f }) => (roots.some(({ clones: of }) => of.some(({ bio }) => bio === f.bio)) ? "clone_endio" : "end_io"),
				{ clone_endio, end_io },
				({ f }) => ({ bio: f.bio }),
			),
		]);

		// Submission
		const submit = ({ root, clones: of }: (typeof roots)[number]): Stmt<Here>[] => [
			step("io = alloc_io(md, bio)", ({ s, emit }) => {
				const data = s.data[dataOf(root)];
				data.io_count = of.length;
				data.refs = design === "node" ? 2 : 1;
				if (!pins) return;
				bio_inc_remaining(k, s, root);
				emit.pinned(root);
			}),
			...of.flatMap(({ bio, hctx, target }, i): Stmt<Here>[] => {
				const slot = inNode || reloads || held ? i : design === "array-per-target" ? target : 0;
				const cookie: Stmt<Here> = step(`poll_data[${slot}] = { q, ret }`, ({ s }) => {
					datas.touch(s.data, dataOf(root), "poll_data");
					if (slot === 0) s.data[dataOf(root)].slot0 = hctx;
					else s.data[dataOf(root)].slot1 = hctx;
				});
				return [
					ifdef(short, [
						waitUntil(
							"clone = bio_alloc_bioset(&md->bs)",
							({ s }) => !s.bioset.used,
							({ s }) => {
								s.bioset.used = true;
							},
						),
					]),
					step(`ret = __submit_bio(${k.Bio.nameOf(bio)}) /* blk_mq_submit_bio() */`, ({ s }) => {
						blk_mq_submit_bio(k, s, bio, hctx);
					}),
					ifdef(!reloads && design !== "one-cookie-none", [cookie]),
				];
			}),
		];

		/** A reader of dm_get_live_table() is done. */
		const srcuUnlock = (protects: boolean): Stmt<Here> =>
			step(protects ? "dm_put_live_table(md)" : "/* done with the table */", ({ s }) => {
				if (protects) s.md.readers--;
			});
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
		type Polls = Polling & { data: Id<"dm_poll_data">; table: Id<"dm_table">; root: BioId };
		const found: Stmt<Here<Polls>>[] = [
			blk_mq_poll<Here<Polls>>(k, bio_endio),
			ifdef(reloads, [srcuUnlock(design === "table-srcu")]),
			ifdef(design === "one-cookie-pin", [
				step("/* drops the pin */", ({ f, emit }) => emit.unpinned(f.root)),
				call(bio_endio, ({ f }) => ({ bio: f.root })),
			]),
			giveBack(),
		];
		const pollSlot = (slot: 0 | 1): Stmt<Here<Polls>>[] => [
			ifdef(
				reloads,
				[
					step(`hctx = table->hctxs[${slot}]`, ({ s, f }) => {
						tables.touch(s.table, f.table, "table->hctxs");
						f.hctx = k.Hctx.id(slot);
					}),
				],
				[
					step(`hctx = poll_data[${slot}].hctx`, ({ s, f }) => {
						datas.touch(s.data, f.data, `poll_data[${slot}]`);
						f.hctx = slot === 0 ? s.data[f.data].slot0 : s.data[f.data].slot1;
					}),
				],
			),
			when(({ f }) => f.hctx !== null, [choose(found, [step("q->mq_ops->poll(hctx) /* finds nothing */", () => {})])]),
		];
		const blk_bio_poll = sys.routine(
			"blk_bio_poll",
			{ args: { root: k.Bio }, locals: { data: Data, table: Table, hctx: maybe(k.Hctx), rq: k.Bio } },
			[
				step(reloads ? "table = md->map" : "data = (struct dm_poll_data *)cookie", ({ s, f }) => {
					f.data = dataOf(f.root);
					f.table = s.md.map;
					if (design === "table-srcu") s.md.readers++;
				}),
				...pollSlot(0),
				...(clones === "one" ? [] : pollSlot(1)),
				ifdef(reloads, [srcuUnlock(design === "table-srcu")]),
			],
		);
		/** What whoever submitted a bio does when it is done. */
		const release = (root: BioId): Stmt<Here<{ data: Id<"dm_poll_data"> }>>[] => [
			ifdef(design === "node", [step("/* done */", ({ f }) => (f.data = dataOf(root))), put]),
			ifdef(held, [
				step("bio_put(clones) /* with their poll data */", ({ s }) => {
					for (const { bio } of (roots.find((each) => each.root === root) as (typeof roots)[number]).clones)
						bio_put(k, s, bio);
					s.bioset.used = false;
				}),
			]),
		];

		const starved = ({ s }: Pick<Here, "s">) =>
			s.bioset.used && roots.some(({ clones: of }) => of.some(({ bio }) => s.bio[bio].phase === "new"));
		addPolledQueues(k, sys);
		addTasks(k, sys, { Data, roots, pollers, own, submit, poll: blk_bio_poll, release, endio: bio_endio, reload });
		properties(k, sys, {
			leavesOf: (bio) => roots.find(({ root }) => root === bio)?.clones.map((clone) => clone.bio) ?? [bio],
			pinned: pins ? roots.map(({ root }) => root) : [],
			...(short ? { starved: (s) => starved({ s }) } : {}),
		});
		return sys;
	},
});
