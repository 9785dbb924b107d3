// RC1: objects that are freed and allocated again, and pointers that outlive them.
import { expect, test } from "vitest";
import { bio_alloc, bio_put, Generations, Kernel, touch } from "../../src/kernel/index.ts";
import { bool, type In, ids, perId, record, type Stmt, step, waitUntil } from "../../src/lang/index.ts";
import { failures, litmus, observe, spawn, type Variant } from "./litmus.ts";

/** An owner frees its object; another task may get that memory; whoever has a pointer uses it at some time. */
const uses = (recyclings: number, when: "held" | "freed") => (variant: Variant) => {
	const k = new Kernel({ cpus: 2, preempt: "none", ...variant });
	const Req = ids("req", 1);
	const reqs = new Generations(k, Req, recyclings);
	const sys = k.system({
		state: { req: perId(Req, record(reqs.generation)), ref: reqs.reference, used: bool, again: bool, stale: bool },
	});
	type Here = In<typeof sys>;
	const req = Req.id(0);
	const use: Stmt<Here> = step("ref->state", ({ s }) => {
		reqs.follow(s.req, s.ref, "ref->state");
		s.used = true;
	});
	const free: Stmt<Here> = step("free(req)", ({ s }) => reqs.free(s.req, req));
	const refer: Stmt<Here> = step("ref = req", ({ s }) => reqs.refer(s.req, s.ref, req));
	if (when === "held") spawn(k, sys, "owner", [refer, use, free]);
	else {
		spawn(k, sys, "owner", [refer, free], { cpu: k.Cpu.id(0) });
		const freed: Stmt<Here> = waitUntil("freed", ({ s }) => reqs.isStale(s.req, s.ref));
		spawn(k, sys, "user", [freed, use], { cpu: k.Cpu.id(1) });
		const again: Stmt<Here> = waitUntil(
			"req = alloc()",
			({ s }) => reqs.canAllocate(s.req, req),
			({ s }) => {
				reqs.allocate(s.req, req);
				s.again = true;
			},
		);
		if (recyclings > 0) spawn(k, sys, "other", [again], { cpu: k.Cpu.id(1) });
	}
	if (when === "held") {
		const own: Stmt<Here> = step("req->state, after free", ({ s }) => reqs.touch(s.req, req, "req->state"));
		spawn(k, sys, "late", [waitUntil("freed", ({ s }) => reqs.isFree(s.req, req)), own]);
		return observe(sys, { allows: { "used while it is there": ({ s }) => s.used }, reports: ["P11"] });
	}
	return observe(sys, {
		allows: recyclings > 0 ? { "it is another's by then": ({ s }) => s.again } : {},
		forbids: { "used, and nobody notices": ({ s }) => s.used },
		reports: ["P11"],
	});
};

litmus("RC1", "an access through a pointer that is older than the object is a use after free, whoever has it by then", {
	"used while it is there, and after": uses(0, "held"),
	"used after it was freed": uses(0, "freed"),
	"used after it was freed, and perhaps allocated again": uses(1, "freed"),
});

test("RC1: an object is allocated again as often as declared, and no more", () => {
	const k = new Kernel({ cpus: 1, bios: 1, recyclings: 1, preempt: "none" });
	const sys = k.system({ state: { again: bool, more: bool } });
	const bio = k.Bio.id(0);
	const { bios } = k;
	const put = step<In<typeof sys>, "bio_put(bio)">("bio_put(bio)", ({ s }) => bio_put(k, s, bio));
	const alloc: Stmt<In<typeof sys>> = step("bio_alloc()", ({ s }) => {
		if (bios.canAllocate(s.bio, bio)) {
			s.more = s.again;
			s.again = true;
			bio_alloc(k, s, bio);
			touch(k, s, bio);
		}
	});
	spawn(k, sys, "task", [put, alloc, put, alloc]);
	const seen = observe(sys, { allows: { again: ({ s }) => s.again }, forbids: { more: ({ s }) => s.more } });
	expect(failures(seen)).toEqual([]);
});

type Access = "free" | "allocate" | "refer" | "follow";

test.each<[string, readonly Access[], readonly string[]]>([
	["to what was freed", ["free", "refer"], ["P11"]],
	["that is null, and followed", ["follow"], ["P11"]],
	["to what is there again", ["free", "allocate", "refer", "follow"], []],
])("RC1: a pointer is made %s", (_, accesses, reports) => {
	const k = new Kernel({ cpus: 1, preempt: "none" });
	const Req = ids("req", 1);
	const reqs = new Generations(k, Req, 1);
	const sys = k.system({ state: { req: perId(Req, record(reqs.generation)), ref: reqs.reference, done: bool } });
	type Here = In<typeof sys>;
	const req = Req.id(0);
	const does: Record<Access, (s: Here["s"]) => void> = {
		free: (s) => reqs.free(s.req, req),
		allocate: (s) => reqs.allocate(s.req, req),
		refer: (s) => reqs.refer(s.req, s.ref, req),
		follow: (s) => {
			reqs.follow(s.req, s.ref, "ref->state");
		},
	};
	const done: Stmt<Here> = step("done", ({ s }) => {
		s.done = true;
	});
	spawn(k, sys, "task", [
		...accesses.map((access): Stmt<Here> => step(access, ({ s }: Here) => does[access](s))),
		done,
	]);
	const all = { "all is done": ({ s }: Pick<Here, "s">) => s.done };
	const seen = observe(sys, reports.length > 0 ? { forbids: all, reports } : { allows: all });
	expect(failures(seen)).toEqual([]);
});

test("RC1: it is freed once", () => {
	const k = new Kernel({ cpus: 1, preempt: "none" });
	const Req = ids("req", 1);
	const reqs = new Generations(k, Req, 1);
	const sys = k.system({ state: { req: perId(Req, record(reqs.generation)) } });
	const free: Stmt<In<typeof sys>> = step("free(req)", ({ s }) => reqs.free(s.req, Req.id(0)));
	spawn(k, sys, "task", [free, free]);
	expect(failures(observe(sys, { reports: ["P11"] }))).toEqual([]);
});
