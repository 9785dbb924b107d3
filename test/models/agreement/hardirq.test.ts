// Bios that hard interrupts end.
import { agreeOn } from "./scenarios.ts";

agreeOn({ caller: ["hardirq"] });
