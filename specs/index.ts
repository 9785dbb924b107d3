export * from "./catalogue.ts";
export { type WorkList, workListProperties } from "./work-list.ts";
