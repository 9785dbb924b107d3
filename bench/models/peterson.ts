// Peterson's filter lock for `procs` processes, one step per access to shared memory: the twin of
// bench/peers/peterson.pml. Level L scans the other processes one at a time and waits until
// level[k] < L || last[L] != me; `split` reads the two in two steps.
import {
	again,
	bool,
	breakIf,
	choose,
	type In,
	ids,
	leave,
	loop,
	model,
	perId,
	range,
	record,
	type Stmt,
	step,
	system,
	waitUntil,
} from "preempt";

export default model("peterson", {
	about: "Peterson's filter lock, one step per access to shared memory",
	axes: { split: [0, 1] },
	sizes: { procs: { default: 3, min: 2, max: 7 } },
	build({ procs, split }) {
		const Process = ids("process", procs, { ordered: true });
		const Level = ids("level", procs, { ordered: true });
		const top = procs - 1;
		const sys = system({
			state: {
				process: perId(Process, record({ id: Process, level: range(0, top) }), { fixed: () => ["id"] }),
				last: perId(Level, record({ who: Process })),
				inside: range(0, procs),
			},
			init: (s) => {
				for (const p of Process.all) s.process[p].id = p;
			},
			me: (s) => s.process[Process.id(0)],
		});
		type Here = In<typeof sys, { L: number; k: number; inside: boolean }>;

		const below = ({ s, f }: Here) => s.process[Process.id(f.k)].level < f.L;
		const overtaken = ({ s, f, me }: Here) => s.last[Level.id(f.L)].who !== me.id;
		const atLast = ({ f, me }: Here) => f.k === top || (f.k === top - 1 && me.id === top);
		const following = (k: number, me: number) => (k === me ? k + 1 : k);

		/** What may follow when process k lets level L pass: the next k, the next level, or the critical section. */
		const pass = (free: (c: Here) => boolean): Stmt<Here>[][] => [
			[
				waitUntil(
					"k = next other process",
					(c) => free(c) && !atLast(c),
					({ f, me }) => {
						f.k = following(f.k + 1, me.id);
					},
				),
				again(),
			],
			[
				waitUntil(
					"L++",
					(c) => free(c) && atLast(c) && c.f.L < top,
					({ f }) => {
						f.k = 0;
						f.L++;
					},
				),
				leave(),
			],
			[
				waitUntil(
					"enter critical section",
					(c) => free(c) && atLast(c) && c.f.L === top,
					({ s, f }) => {
						f.k = 0;
						f.inside = true;
						s.inside++;
					},
				),
				leave(),
			],
		];

		const P = sys.routine("P", { args: { L: range(0, top), k: range(0, top), inside: bool } }, [
			loop([
				step("level[me] = 1", ({ f, me }) => {
					f.L = 1;
					me.level = 1;
				}),
				loop([
					step("last[L] = me", ({ s, f, me }) => {
						s.last[Level.id(f.L)].who = me.id;
						f.k = following(0, me.id);
					}),
					loop(
						split
							? [
									choose(...pass(below), [
										waitUntil("level[k] >= L", (c) => !below(c)),
										choose(...pass(overtaken), [waitUntil("last[L] == me", (c) => !overtaken(c)), again()]),
									]),
								]
							: [choose(...pass((c) => below(c) || overtaken(c)))],
					),
					breakIf(({ f }) => f.inside),
					step("level[me] = L", ({ f, me }) => {
						me.level = f.L;
					}),
				]),
				step("leave critical section", ({ s, f, me }) => {
					s.inside--;
					f.inside = false;
					f.L = 0;
					me.level = 0;
				}),
			]),
		]);
		for (const p of Process.all)
			sys.process(`P${p}`, P, { args: { L: 0, k: 0, inside: false }, me: (s) => s.process[p] });
		sys.property("mutex", {
			title: "mutual exclusion",
			statement: "At most one process is in its critical section.",
			invariant: ({ s }) => s.inside <= 1,
		});
		return sys;
	},
});
