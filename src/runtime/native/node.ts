/** The parts of Node that the native target needs, reached at run time so that bundles for browsers hold no import of them. */
import type * as ChildProcess from "node:child_process";
import type * as Crypto from "node:crypto";
import type * as Fs from "node:fs";
import type * as Module from "node:module";
import type * as Os from "node:os";
import type * as Path from "node:path";
import { builtinModule } from "../../config/platform.ts";

export interface NodeModules {
  readonly childProcess: typeof ChildProcess;
  readonly crypto: typeof Crypto;
  readonly fs: typeof Fs;
  readonly module: typeof Module;
  readonly os: typeof Os;
  readonly path: typeof Path;
}

/** Null where this is not Node. */
export function nodeModules(): NodeModules | null {
  if (builtinModule("node:os") === undefined) return null;
  const load = <T>(id: string): T => builtinModule<T>(`node:${id}`)!;
  return {
    childProcess: load("child_process"),
    crypto: load("crypto"),
    fs: load("fs"),
    module: load("module"),
    os: load("os"),
    path: load("path"),
  };
}
