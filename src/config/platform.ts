// The only contact of configuration and arrays with the outside: environment and files. Node's
// modules are reached through `process.getBuiltinModule`, so that a bundle for a browser holds no
// import that it cannot resolve.

import { ArgumentError, FileFormatError } from "../errors.ts";

/** What configuration needs of a platform; tests bring their own. */
export interface Platform {
  /** Value of an environment variable. */
  env(name: string): string | undefined;
  homeDirectory(): string | undefined;
  /** Text of a file; undefined when there is none or it may not be read. */
  readText(path: string): string | undefined;
  /** Could another user have written the file? Such files are not trusted. */
  isWritableByOthers(path: string): boolean;
  readonly isWindows: boolean;
  warn(message: string): void;
}

interface Stats {
  readonly mode: number;
}

interface FileSystem {
  readFileSync(path: string): Uint8Array;
  writeFileSync(path: string, bytes: Uint8Array): void;
  statSync(path: string): Stats;
}

interface ProcessLike {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly platform?: string;
  getBuiltinModule?(id: string): unknown;
}

interface Console {
  warn(message: string): void;
}

const surroundings = globalThis as unknown as { process?: ProcessLike; console?: Console };

/** A module of Node, such as `node:fs`; undefined elsewhere. */
export function builtinModule<T>(id: string): T | undefined {
  try {
    return surroundings.process?.getBuiltinModule?.(id) as T | undefined;
  } catch {
    return undefined;
  }
}

function fileSystem(): FileSystem | undefined {
  return builtinModule<FileSystem>("node:fs");
}

/** The platform that this program runs on. */
export const platform: Platform = {
  env(name: string): string | undefined {
    try {
      return surroundings.process?.env?.[name];
    } catch {
      return undefined; // Deno asks for a permission.
    }
  },
  homeDirectory(): string | undefined {
    try {
      return builtinModule<{ homedir(): string }>("node:os")?.homedir() || undefined;
    } catch {
      return undefined; // A user without an entry in the password file.
    }
  },
  readText(path: string): string | undefined {
    try {
      const bytes = fileSystem()?.readFileSync(path);
      return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
    } catch {
      return undefined;
    }
  },
  isWritableByOthers(path: string): boolean {
    if (surroundings.process?.platform === "win32") return false;
    try {
      return ((fileSystem()?.statSync(path).mode ?? 0) & 0o022) !== 0;
    } catch {
      return false;
    }
  },
  isWindows: surroundings.process?.platform === "win32",
  warn(message: string): void {
    surroundings.console?.warn(message);
  },
};

function requireFiles(path: string): FileSystem {
  const files = fileSystem();
  if (files === undefined) {
    throw new ArgumentError(`${path}: files by path need Node. Fetch the bytes and use the function that takes them.`);
  }
  return files;
}

/** Bytes of a file. @throws FileFormatError when it cannot be read. */
export function readBytes(path: string): Uint8Array {
  const files = requireFiles(path);
  try {
    return files.readFileSync(path);
  } catch (cause) {
    throw new FileFormatError(`${path}: cannot be read (${String((cause as Error).message)}).`, {
      cause,
    });
  }
}

/** Writes a file. @throws ArgumentError when that fails. */
export function writeBytes(path: string, bytes: Uint8Array): void {
  const files = requireFiles(path);
  try {
    files.writeFileSync(path, bytes);
  } catch (cause) {
    throw new ArgumentError(`${path}: cannot be written (${String((cause as Error).message)}).`, {
      cause,
    });
  }
}
