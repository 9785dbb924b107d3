// Which scenarios the catalogue of this family asks for.

interface Choice {
	readonly design: string;
	readonly caller: string;
	readonly preempt: string;
	readonly hotplug: string;
	readonly cpus: number;
}

/** The designs that CPU hotplug is about; of the others it asks nothing that it does not ask of these. */
const ONLY_HOTPLUGGED = ["no-dead-callback", "smpboot-no-retest", "smpboot-no-drain", "smpboot-unpinned"];
const HOTPLUGGED = ["as-posted", "no-get-cpu", "smpboot", ...ONLY_HOTPLUGGED];

/** Why a scenario makes no sense, or says nothing that another does not. */
export function refuse({ design, caller, preempt, hotplug, cpus }: Choice): string | undefined {
	if (design.endsWith("-late"))
		return caller === "hardirq" && preempt === "none" && hotplug === "off"
			? undefined
			: "a mutant: hardirq/none/off shows how it fails";
	if (preempt === "lazy" && (hotplug !== "off" || !["as-posted", "check-then-set"].includes(design)))
		return "as-posted and check-then-set show what LAZY is to them";
	if (hotplug === "off")
		return ONLY_HOTPLUGGED.includes(design) ? `without hotplug ${design} is as-posted, or smpboot` : undefined;
	if (cpus < 2) return "the last CPU cannot go offline: set cpus to 2 at least";
	if (!HOTPLUGGED.includes(design)) return `hotplug asks nothing of ${design} that it does not ask of as-posted`;
	if (hotplug === "rollback" && (design === "no-dead-callback" || design === "smpboot-no-drain"))
		return "in a rollback no CPU dies, so that there is nothing to drain";
	if (hotplug === "down" && design === "smpboot-no-retest") return "without a way back up no thread is unparked";
	if (caller === "hardirq" && design === "smpboot-unpinned") return "a hard interrupt is not moved to another CPU";
	if (preempt === "rt" && (caller === "hardirq" || design === "as-posted" || design === "no-dead-callback"))
		return "on RT this ends at the lock, as without hotplug (P15)";
	return undefined;
}

/** Why a scenario is too much for all to be verified. */
export function leftOut({ design, caller, hotplug, preempt }: Choice): string | undefined {
	if (hotplug === "off" || caller === "hardirq" || caller === "direct") return undefined;
	return design === "smpboot" && preempt === "rt"
		? undefined
		: "up to 400,000 states each: under hotplug all designs are verified with hard interrupts and tasks, and smpboot on RT with softirqs and interrupt threads";
}
