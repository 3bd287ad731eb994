/** Times by column and row, gathered from processes that print a line of JSON for each row. */
import { spawnSync } from "node:child_process";

export interface Sample {
  readonly ms: number;
  readonly first: number;
  readonly value: number | null;
}

export const median = (list: readonly number[]): number => list.toSorted((a, b) => a - b)[list.length >> 1]!;
/** Three digits, without an exponent. */
const digits = (value: number): string => (value >= 1000 ? value.toFixed(0) : value.toPrecision(3));
export const time = (ms: number): string => (ms < 0.01 ? `${digits(ms * 1e3)} us` : `${digits(ms)} ms`);

/** Median, smallest and largest in one unit. */
export function spread(list: readonly number[]): string {
  const middle = median(list);
  const [unit, scale] = middle < 0.01 ? ["us", 1e3] : ["ms", 1];
  const text = (ms: number): string => digits(ms * scale);
  if (list.length === 1) return `${text(middle)} ${unit}`;
  return `${text(middle)} ${unit} (${text(Math.min(...list))}..${text(Math.max(...list))})`;
}

/** Sentences about the columns whose result of a row is not that of the first column that has one. */
export function disagreements(
  id: string,
  columns: readonly { readonly title: string; readonly value: number | null | undefined }[],
  tolerance: (value: number) => number,
): string[] {
  const known = columns.flatMap(({ title, value }) => (typeof value === "number" ? [{ title, value }] : []));
  const [first, ...others] = known;
  if (first === undefined) return [];
  // Written so that NaN is a disagreement.
  return others
    .filter(({ value }) => !(Math.abs(value - first.value) <= tolerance(first.value)))
    .map(({ title, value }) => `${id}: ${title} gives ${value}, ${first.title} ${first.value}`);
}

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
      const text = (stderr ?? "").trim().split("\n");
      const said = text.findLast((l) => l.includes("Error")) ?? text.findLast((l) => l !== "");
      this.problems.set(`${column}/${id}`, error?.message ?? said ?? (status === 0 ? "no result" : `exit ${status}`));
    }
  }

  /** What went wrong: a line for each column and reason, since a process that does not start fails at all its rows. */
  failures(): string[] {
    const groups = new Map<string, string[]>();
    for (const [key, what] of this.problems) {
      const [column, id] = key.split("/") as [string, string];
      const group = JSON.stringify([column, what]);
      groups.set(group, [...(groups.get(group) ?? []), id]);
    }
    return [...groups].map(([group, ids]) => {
      const [column, what] = JSON.parse(group) as [string, string];
      return `${column} failed at ${ids.length > 6 ? `${ids.length} rows` : ids.join(", ")}: ${what}`;
    });
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
    return spread(list);
  }
}

export function verdict(text: string, holds: boolean, wanted: string): string {
  return `${text} (${holds ? "asked" : "FALLS SHORT of"} ${wanted})`;
}
