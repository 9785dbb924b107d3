import { fileURLToPath } from "node:url";

/** The folder of this package, which ends in a slash; the command lies in its `dist`. */
export const root = fileURLToPath(new URL("..", import.meta.url));
