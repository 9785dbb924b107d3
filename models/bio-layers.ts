// Stacked devices: the end handler of each layer's bio ends the bio of the layer above, on the same stack, up a chain,
// or each in a context of its own.
import { call, type Id, type In, ifdef, model, type Routine, type Stmt, step, when } from "preempt";
import {
	addSoftirqs,
	addTask,
	addWorkers,
	bi_end_io,
	bio_endio,
	INIT_WORK,
	Kernel,
	mod_timer,
	queue_work,
	timer_setup,
} from "preempt/linux";
import { P1, P2, P7, P16, seen } from "preempt/specs";

export default model("bio-layers", {
	about: "end handlers that end the bio of the layer above, and how deep they nest",
	axes: {
		design: [
			"on-stack", // each handler calls bio_endio() of the bio above
			"chained", // bio_chain(): bio_endio() goes up by itself
			"deferred", // each handler leaves the bio above to a work item
			"in-timer", // control: to a timer
		],
		preempt: ["none", "full", "rt"],
	},
	sizes: {
		cpus: { default: 2, min: 1, max: 2 },
		layers: { default: 3, min: 2, max: 4 },
	},
	build({ design, preempt, cpus, layers }) {
		const top = layers - 1;
		const chain = Object.fromEntries(Array.from({ length: top }, (_, i) => [i, i + 1]));
		const stack = design === "chained" ? { chain } : { orderedBios: true };
		const k = new Kernel({ cpus, preempt, bios: layers, works: layers, ...stack });
		const { Bio, Work } = k;
		const sys = k.system();
		type Here = In<typeof sys, { bio: Id<"bio"> }>;
		type Ends = Routine<{ bio: Id<"bio"> }, unknown, In<typeof sys>, string>;

		// The bio above is ended where its handler says.
		const orig = (bio: Id<"bio">) => Bio.id(bio + 1);
		const queued: Stmt<Here> = step("bio_set_status(orig); queued = true", ({ s, f, me }) => {
			s.bio[orig(f.bio)].phase = "queued";
			s.bio[orig(f.bio)].cpu = me.cpu;
		});
		if (design === "deferred") for (const bio of Bio.all) INIT_WORK(k, `${Bio.nameOf(bio)}.work`, Bio.member(bio));
		const schedule_work = queue_work(k, "schedule_work");

		const timerOf = Bio.all.map((bio) =>
			design === "in-timer"
				? timer_setup(
						k,
						sys,
						`${Bio.nameOf(bio)}.timer`,
						[
							call(
								() => layer_endio,
								() => ({ bio }),
							) as Stmt<In<typeof sys>>,
						],
						Bio.member(bio),
					)
				: undefined,
		);
		const mod = design === "in-timer" ? mod_timer(k) : undefined;
		const endOrig: Readonly<Record<typeof design, readonly Stmt<Here>[]>> = {
			"on-stack": [
				call(
					() => layer_endio,
					({ f }) => ({ bio: orig(f.bio) }),
				),
			],
			chained: [],
			deferred: [queued, call(schedule_work, ({ f }) => ({ work: Work.id(orig(f.bio)) }))],
			"in-timer": [
				queued,
				step("mod_timer(&orig->timer, jiffies + 1)", (c) => {
					mod?.(c, timerOf[orig(c.f.bio)] as never);
				}),
			],
		};
		const layer_endio: Ends = sys.routine("layer_endio", { args: { bio: Bio }, depth: 2 }, [
			step("bio->bi_end_io(bio)", ({ s, f, emit }) => {
				emit.end_io(f.bio);
				s.bio[f.bio].phase = "done";
				s.bio[f.bio].cpu = null;
			}),
			when(({ f }) => f.bio < top, endOrig[design]),
		]);
		const endio_work_fn = sys.routine("endio_work_fn", { args: { work: Work } }, [
			call(layer_endio, ({ f }) => ({ bio: Bio.id(f.work) })),
		]);

		// I/O is done: that of the bottom layer; along a chain, each bio has some of its own.
		const complete_io = sys.routine("complete_io", { args: { bio: Bio } }, [
			step("/* the I/O of bio is done */", ({ s, f }) => (s.bio[f.bio].phase = "hw_done")),
			ifdef(
				design === "chained",
				[call(bio_endio(k, bi_end_io(k)), ({ f }) => ({ bio: f.bio }))],
				[call(layer_endio, ({ f }) => ({ bio: f.bio }))],
			),
		]);
		for (const bio of design === "chained" ? Bio.all : [Bio.id(0)])
			addTask(k, sys, `task${bio}`, complete_io, { args: { bio }, sleeps: true });
		if (design === "deferred") addWorkers(k, sys, { endio_work_fn }, () => "endio_work_fn");
		if (design === "in-timer") addSoftirqs(k, sys);
		P1(k, seen(sys), []);
		P2(k, seen(sys));
		P7(k, seen(sys));
		P16(k, seen(sys));
		return sys;
	},
});
