/** Names under which a model imports this package: they mean the checker's own modules, not another copy. */
const MODULES: Readonly<Record<string, () => Promise<object>>> = {
	preempt: () => import("preempt"),
	"preempt/linux": () => import("preempt/linux"),
	"preempt/specs": () => import("preempt/specs"),
};

export const OWN: readonly string[] = Object.keys(MODULES);

/** These of them, by name; copied, for a plain object's properties are faster to read than a module's. */
export async function ownModules(names: readonly string[]): Promise<Readonly<Record<string, object>>> {
	const own: Record<string, object> = {};
	for (const name of names) own[name] = { ...(await MODULES[name]?.()) };
	return own;
}
