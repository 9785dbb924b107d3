// Plain tasks that are preempted and moved, and whose locks sleep.
import { agreeOn } from "./scenarios.ts";

agreeOn({ caller: ["direct"], preempt: ["rt"] });
