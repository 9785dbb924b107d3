// Bios that softirqs end.
import { agreeOn } from "./scenarios.ts";

agreeOn({ caller: ["softirq"] });
