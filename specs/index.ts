export { type Calls, callProperties } from "./calls.ts";
export * from "./catalogue.ts";
export { P19 } from "./properties/idle.ts";
export { P25 } from "./properties/memory.ts";
export { type PinEvents, type PolledBios, polledBioProperties } from "./properties/polling.ts";
export { P12 } from "./properties/softirq.ts";
export { P13 } from "./properties/wakeups.ts";
export type { WorkList } from "./work-design.ts";
export { workListProperties } from "./work-list.ts";
