/** What can make the graph smaller without a verdict or a length changing; each can be switched off. */
export const REDUCTIONS = ["symmetry", "quotient", "eager"] as const;
export type Reduction = (typeof REDUCTIONS)[number];
