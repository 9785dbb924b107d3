import type { AnyRoutine, Node } from "../../lang/index.ts";

/** How control can leave a piece of code: at its end, by `return`, by `break`. */
interface Ways {
	readonly falls: boolean;
	readonly returns: boolean;
	readonly breaks: boolean;
}

const NONE: Ways = { falls: false, returns: false, breaks: false };

/** Whether the routine of a task may come to its end, or return, without do_exit(): as far as its form shows. */
export function canReturn(routine: AnyRoutine): boolean {
	const { falls, returns } = inOrder(routine.body, [routine]);
	return falls || returns;
}

function inOrder(body: readonly Node[], active: readonly AnyRoutine[]): Ways {
	let ways: Ways = { ...NONE, falls: true };
	for (const node of body) if (ways.falls) ways = either([{ ...ways, falls: false }, waysOf(node, active)]);
	return ways;
}

const either = (all: readonly Ways[]): Ways => ({
	falls: all.some(({ falls }) => falls),
	returns: all.some(({ returns }) => returns),
	breaks: all.some(({ breaks }) => breaks),
});

function waysOf(node: Node, active: readonly AnyRoutine[]): Ways {
	switch (node.kind) {
		case "step":
			return { ...NONE, falls: node.label !== "do_exit()" };
		case "branch":
			return either([node.yes, node.no].map((body) => inOrder(body, active)));
		case "choose":
			return either(node.branches.map((body) => inOrder(body, active)));
		case "block":
			return inOrder(node.body, active);
		case "loop": {
			const { returns, breaks } = inOrder(node.body, active);
			return { ...NONE, falls: breaks, returns };
		}
		case "call": {
			const callee = node.routine();
			if (active.includes(callee)) return { ...NONE, falls: true };
			const { falls, returns } = inOrder(callee.body, [...active, callee]);
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
