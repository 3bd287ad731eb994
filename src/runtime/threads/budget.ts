/** How many threads one computation may use: the one budget of all targets. */
import { config } from "../../config/config.ts";
import { builtinModule } from "../../config/platform.ts";

/** At least 1; `config.openmp = false` or `config.nThreads = 1` means one, `nThreads = 0` as many as there are processors. */
export function threadBudget(): number {
  if (!config.openmp) return 1;
  if (config.nThreads > 0) return config.nThreads;
  return processors();
}

let known = 0;

function processors(): number {
  if (known === 0) {
    const { navigator } = globalThis as { navigator?: { hardwareConcurrency?: number } };
    const os = builtinModule<{ availableParallelism(): number }>("node:os");
    known = Math.max(1, os?.availableParallelism() ?? navigator?.hardwareConcurrency ?? 1);
  }
  return known;
}
