import type { Expectations, Mutants } from "preempt";

// What the rules demand of ../models/primitive.ts in each scenario, found by hand before the checker is asked.
const expectations: Expectations = ({ put, tasks }) => ({
	once: { verdict: "holds", because: "a count that is lost is too high: nobody then sees the last reference go" },
	freed:
		put === "atomic" || tasks === 1
			? { verdict: "holds", because: "the task that takes the count to 0 frees the object" }
			: { verdict: "violated", because: "two tasks read the same count before either writes" },
});

export default expectations;

// That a design holds says something only if breaking it shows: of each, a wrong change and the property that sees it.
export const mutants: Mutants = {
	atomic: { scenario: { put: "plain", preempt: "none" }, caughtBy: "freed", because: "the subtraction is not atomic" },
};
