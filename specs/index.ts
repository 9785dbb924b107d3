export * from "./catalogue.ts";
export { P12 } from "./properties/softirq.ts";
export { type WorkList, workListProperties } from "./work-list.ts";
