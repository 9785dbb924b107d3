// Bios that tasks and threaded handlers end, through the gate.
import { agreeOn } from "./scenarios.ts";

agreeOn({ caller: ["task", "threaded-irq"] });
