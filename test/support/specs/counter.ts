import type { Expectations } from "preempt";

const expected: Expectations = ({ lock }) => ({
	sum: lock === "held" ? { verdict: "holds", because: "the lock" } : { verdict: "violated", because: "two can read" },
	bound: { verdict: "holds", because: "at most three tasks add" },
	owner: lock === "held" ? { verdict: "holds", because: "one id" } : { verdict: "vacuous", because: "no lock" },
});
export default expected;
