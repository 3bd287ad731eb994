/** What `config.trace` asks for. */
import { config } from "../config/config.ts";

/** The stages of compiling after which something can be printed. */
export type Stage = "graph" | "rewrites" | "ir" | "storage" | "code";

/** Is the stage named in `config.trace`? */
export function isTraced(stage: Stage): boolean {
  return config.trace.split(",").includes(stage);
}
