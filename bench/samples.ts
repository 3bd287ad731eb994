/** Times by column and row, gathered from processes that print a line of JSON for each row. */
import { spawnSync } from "node:child_process";

export interface Sample {
  readonly ms: number;
  readonly first: number;
  readonly value: number | null;
}

export const median = (list: readonly number[]): number => list.toSorted((a, b) => a - b)[list.length >> 1]!;
export const time = (ms: number): string => (ms < 0.01 ? `${(ms * 1e3).toPrecision(3)} us` : `${ms.toPrecision(3)} ms`);

export class Samples {
  readonly #samples = new Map<string, Sample[]>();
  readonly problems: Map<string, string> = new Map();

  /** Runs one process of a column over some rows. */
  run(
    column: string,
    command: string,
    args: readonly string[],
    ids: readonly string[],
    env: NodeJS.ProcessEnv = {},
  ): void {
    const { stdout, stderr, status, error } = spawnSync(command, args, {
      encoding: "utf8",
      maxBuffer: 1 << 26,
      timeout: 900_000,
      env: { ...process.env, ...env },
    });
    const seen = new Set<string>();
    for (const line of (stdout ?? "").split("\n")) {
      if (!line.startsWith("{")) continue;
      const row = JSON.parse(line) as Sample & { name: string; error?: string };
      seen.add(row.name);
      const key = `${column}/${row.name}`;
      if (row.error !== undefined) this.problems.set(key, row.error);
      else this.#samples.set(key, [...(this.#samples.get(key) ?? []), row]);
    }
    for (const id of ids) {
      if (seen.has(id)) continue;
      const said = (stderr ?? "").split("\n").findLast((l) => l.includes("Error"));
      this.problems.set(`${column}/${id}`, error?.message ?? said ?? (status === 0 ? "no result" : `exit ${status}`));
    }
  }

  of(column: string, id: string): readonly Sample[] {
    return this.#samples.get(`${column}/${id}`) ?? [];
  }

  /** The median over processes. */
  time(column: string, id: string): number | undefined {
    const list = this.of(column, id);
    return list.length === 0 ? undefined : median(list.map((s) => s.ms));
  }

  /** Median and spread as text; empty for what was not measured. */
  cell(column: string, id: string): string {
    const list = this.of(column, id).map((s) => s.ms);
    if (list.length === 0) return this.problems.has(`${column}/${id}`) ? "failed" : "";
    return `${time(median(list))} (${time(Math.min(...list))}..${time(Math.max(...list))})`;
  }
}

export function verdict(text: string, holds: boolean, wanted: string): string {
  return `${text} (${holds ? "asked" : "FALLS SHORT of"} ${wanted})`;
}
