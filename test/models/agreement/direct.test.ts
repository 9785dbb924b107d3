// Plain tasks that are not preempted.
import { agreeOn } from "./scenarios.ts";

agreeOn({ caller: ["direct"], preempt: ["none", "voluntary"] });
