#!/usr/bin/env node
/** The command `theano`. */
import { readFileSync, realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { CACHE_HELP, cacheCommand } from "./cacheCommand.ts";
import { doctor, DOCTOR_HELP } from "./doctor.ts";
import type { Output } from "./output.ts";

const HELP = `theano: symbolic tensors, gradients and a compiler

${CACHE_HELP}
${DOCTOR_HELP}
theano --version
`;

/** Runs a command and returns the exit status. */
export function main(args: readonly string[], output: Output): number {
  const [command, ...rest] = args;
  switch (command) {
    case "cache":
      return cacheCommand(rest, output);
    case "doctor":
      return doctor(rest, output);
    case "--version":
    case "-v":
      output.out(version());
      return 0;
    case undefined:
    case "help":
    case "--help":
    case "-h":
      output.out(HELP);
      return 0;
    default:
      output.error(`theano has no command ${command}.\n\n${HELP}`);
      return 2;
  }
}

function version(): string {
  const manifest = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
    version: string;
  };
  return manifest.version;
}

const script = process.argv[1];
if (script !== undefined && realpathSync(script) === fileURLToPath(import.meta.url)) {
  process.exitCode = main(process.argv.slice(2), {
    out: (text) => process.stdout.write(`${text.trimEnd()}\n`),
    error: (text) => process.stderr.write(`${text.trimEnd()}\n`),
  });
}
