// Plain tasks that are preempted and moved.
import { agreeOn } from "./scenarios.ts";

agreeOn({ caller: ["direct"], preempt: ["full", "lazy"] });
