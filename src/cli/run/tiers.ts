import { setFlagsFromString } from "node:v8";

/** The engine that these flags were measured with. */
const MEASURED = "11.3.";
/** Four times its default. */
const BUDGET = 264_000;

/**
 * Has V8 compile only what has run for longer than it usually asks for. Each scenario brings code of its own, and most of it is
 * through with its work before a compilation for it ends. In a search that goes on for a second it makes no difference.
 * `crowded`: for twice as long again, since threads that explore leave no core to its compiler.
 */
export function compileLater(crowded = false): void {
	if (process.versions.v8.startsWith(MEASURED))
		setFlagsFromString(`--interrupt-budget=${crowded ? 2 * BUDGET : BUDGET}`);
}
