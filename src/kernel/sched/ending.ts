import type { AnyRoutine, Node } from "../../lang/index.ts";
import type { Kernel } from "../kernel.ts";

/** How control can leave a piece of code: at its end, by `return`, by `break`. */
interface Ways {
	readonly falls: boolean;
	readonly returns: boolean;
	readonly breaks: boolean;
}

interface Within {
	/** The effects of do_exit()'s steps, by which they are known. */
	readonly exits: ReadonlySet<unknown>;
	/** The routines that are being looked into. */
	readonly active: readonly AnyRoutine[];
}

const NONE: Ways = { falls: false, returns: false, breaks: false };

/** Whether the routine of a task may come to its end, or return, without do_exit(): as far as its form shows. */
export function canReturn({ exits }: Pick<Kernel, "exits">, routine: AnyRoutine): boolean {
	const { falls, returns } = inOrder(routine.body, { exits, active: [routine] });
	return falls || returns;
}

function inOrder(body: readonly Node[], within: Within): Ways {
	let ways: Ways = { ...NONE, falls: true };
	for (const node of body) if (ways.falls) ways = either([{ ...ways, falls: false }, waysOf(node, within)]);
	return ways;
}

const either = (all: readonly Ways[]): Ways => ({
	falls: all.some(({ falls }) => falls),
	returns: all.some(({ returns }) => returns),
	breaks: all.some(({ breaks }) => breaks),
});

function waysOf(node: Node, within: Within): Ways {
	switch (node.kind) {
		case "step":
			return { ...NONE, falls: !within.exits.has(node.effect) };
		case "branch":
			return either([node.yes, node.no].map((body) => inOrder(body, within)));
		case "choose":
			return either(node.branches.map((body) => inOrder(body, within)));
		case "block":
			return inOrder(node.body, within);
		case "loop": {
			const { returns, breaks } = inOrder(node.body, within);
			return { ...NONE, falls: breaks, returns };
		}
		case "call": {
			const callee = node.routine();
			if (within.active.includes(callee)) return { ...NONE, falls: true };
			const { falls, returns } = inOrder(callee.body, { ...within, active: [...within.active, callee] });
			return { ...NONE, falls: falls || returns };
		}
		case "break":
			return { ...NONE, breaks: true };
		case "return":
			return { ...NONE, returns: true };
		case "continue":
			return NONE;
		case "forget":
			return { ...NONE, falls: true };
	}
}
