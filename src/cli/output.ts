/** Where commands write, so that tests can read it. */
export interface Output {
  out(text: string): void;
  error(text: string): void;
}

/** Rows with columns that begin at the same place. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length);
  const line = (row: readonly string[]): string =>
    row
      .map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i]!)))
      .join("  ")
      .trimEnd();
  return rows.map(line).join("\n");
}

/** A number of bytes for people. */
export function bytesText(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB"];
  let [value, unit] = [bytes, 0];
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]!}`;
}

/** A time that has passed for people. */
export function ageText(milliseconds: number): string {
  const steps = [
    [86_400_000, "day"],
    [3_600_000, "hour"],
    [60_000, "minute"],
  ] as const;
  for (const [length, name] of steps) {
    const n = Math.floor(milliseconds / length);
    if (n > 0) return `${n} ${name}${n === 1 ? "" : "s"} ago`;
  }
  return "just now";
}
