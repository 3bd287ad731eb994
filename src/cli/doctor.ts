/** `theano doctor`: what this machine offers, what is in force, and what to do about what is missing. */
import { config } from "../config/config.ts";
import { flags, type FlagName } from "../config/flags.ts";
import { findings } from "./doctorChecks.ts";
import { type Output, table } from "./output.ts";

export const DOCTOR_HELP = `theano doctor [--json]

  Reports compiler, BLAS, threads, SIMD, GPU libraries, the compile cache, and all flags with where their values came from.
  Ends with 1 if something is there and does not work; what is merely missing is no fault.
`;

/** A flag in force. */
interface Setting {
  readonly name: FlagName;
  readonly value: unknown;
  /** `default`, `code`, `THEANO_FLAGS` or the path of a file. */
  readonly from: string;
}

export function doctor(args: readonly string[], output: Output): number {
  const isJson = args.includes("--json");
  const unknown = args.filter((a) => a !== "--json");
  if (unknown.length > 0) {
    output.error(`theano doctor has no ${unknown.join(" ")}.\n\n${DOCTOR_HELP}`);
    return 2;
  }
  const found = findings();
  const settings = (Object.keys(flags) as FlagName[]).map(
    (name): Setting => ({ name, value: config.get(name), from: config.origin(name) }),
  );
  if (isJson) output.out(JSON.stringify({ findings: found, config: settings }, null, 2));
  else {
    const marks = { ok: "ok", missing: "--", broken: "!!" } as const;
    output.out(table(found.map((f) => [marks[f.state], f.topic, f.found])));
    const advice = found.filter((f) => f.advice !== undefined);
    if (advice.length > 0) output.out(`\nWhat to do:\n${table(advice.map((f) => [`  ${f.topic}`, f.advice!]))}`);
    const rows = settings.map(({ name, value, from }) => [`  ${name}`, text(value), from]);
    output.out(`\nFlags in force:\n${table(rows)}`);
  }
  return found.some((f) => f.state === "broken") ? 1 : 0;
}

function text(value: unknown): string {
  if (Array.isArray(value)) return value.join(":") || "(none)";
  return value === "" ? "(empty)" : String(value);
}
