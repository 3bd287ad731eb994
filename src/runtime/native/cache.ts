/**
 * Compiled programs on disk, so that a second process starts at once. An entry is named by all that its code depends on and ends with a hash
 * of itself; it appears by one rename. So processes may work side by side and be killed at any time: an entry is whole or not there,
 * and one that was damaged later is not loaded.
 */
import type { Stats } from "node:fs";
import { config } from "../../config/config.ts";
import type { NodeModules } from "./node.ts";

const HASH_BYTES = 32;

export class CompileCache {
  readonly #node: NodeModules;
  readonly #folder: string | null;

  constructor(node: NodeModules) {
    this.#node = node;
    this.#folder = this.#prepare();
  }

  /** Where entries lie; null where there is no place for them. */
  get folder(): string | null {
    return this.#folder;
  }

  /** The name of the entry for some parts: hexadecimal digits. */
  key(parts: readonly string[]): string {
    const hash = this.#node.crypto.createHash("sha256");
    // Lengths keep ("a", "bc") apart from ("ab", "c").
    for (const part of parts) hash.update(`${part.length}:`).update(part);
    return hash.digest("hex");
  }

  /** The path of a whole entry, or null. A damaged one is removed. */
  find(key: string): string | null {
    if (this.#folder === null) return null;
    const { fs } = this.#node;
    const file = this.#fileOf(key);
    let bytes: Buffer;
    try {
      bytes = fs.readFileSync(file);
    } catch {
      return null;
    }
    if (this.#isWhole(bytes)) return file;
    fs.rmSync(file, { force: true });
    return null;
  }

  /**
   * Makes an entry: `build` writes the object to the path that it is given. Returns the path to load from, which may be outside of the cache where
   * the disk is full or may not be written; then `use` must be done with it before it returns.
   */
  store<R>(key: string, build: (output: string) => void, use: (path: string) => R, _name = ""): R {
    const { fs, os, path } = this.#node;
    const place = this.#folder ?? os.tmpdir();
    let folder: string;
    try {
      folder = fs.mkdtempSync(path.join(place, "build-"));
    } catch (error) {
      this.#warn(`${place} cannot be written (${messageOf(error)})`);
      folder = fs.mkdtempSync(path.join(os.tmpdir(), "theano-"));
    }
    try {
      const output = path.join(folder, "program.so");
      build(output);
      return use(this.publish(key, output) ?? output);
    } finally {
      fs.rmSync(folder, { recursive: true, force: true });
    }
  }

  beginBuild(): string {
    const { fs, os, path } = this.#node;
    return fs.mkdtempSync(path.join(this.#folder ?? os.tmpdir(), "build-"));
  }

  abandon(folder: string): void {
    this.#node.fs.rmSync(folder, { recursive: true, force: true });
  }

  /** Moves a finished object to its place; null where that fails. */
  publish(key: string, output: string, _name = ""): string | null {
    if (this.#folder === null) return null;
    const { crypto, fs } = this.#node;
    try {
      const bytes = fs.readFileSync(output);
      const handle = fs.openSync(output, "a");
      try {
        // Loaders ignore what follows the last section.
        fs.writeSync(handle, crypto.createHash("sha256").update(bytes).digest());
        fs.fsyncSync(handle);
      } finally {
        fs.closeSync(handle);
      }
      const file = this.#fileOf(key);
      fs.renameSync(output, file);
      return file;
    } catch (error) {
      this.#warn(`an entry could not be written (${messageOf(error)})`);
      return fs.existsSync(output) ? null : this.#fileOf(key);
    }
  }

  #fileOf(key: string): string {
    return this.#node.path.join(this.#folder!, `${key}.so`);
  }

  #isWhole(bytes: Buffer): boolean {
    if (bytes.length <= HASH_BYTES) return false;
    const end = bytes.length - HASH_BYTES;
    const hash = this.#node.crypto.createHash("sha256").update(bytes.subarray(0, end)).digest();
    return hash.equals(bytes.subarray(end));
  }

  /** The folder, made where it is missing, if it is the user's own and nobody else may write there. */
  #prepare(): string | null {
    const { fs, os, path } = this.#node;
    const base =
      config.baseCompiledir !== ""
        ? config.baseCompiledir
        : path.join(process.env["XDG_CACHE_HOME"] ?? path.join(os.homedir(), ".cache"), "theano-ts");
    let stats: Stats;
    try {
      fs.mkdirSync(base, { recursive: true, mode: 0o700 });
      stats = fs.lstatSync(base);
    } catch (error) {
      this.#warn(`${base} cannot be used (${messageOf(error)})`);
      return null;
    }
    const uid = process.getuid?.();
    if (uid !== undefined && (stats.uid !== uid || (stats.mode & 0o022) !== 0 || !stats.isDirectory())) {
      this.#warn(`${base} belongs to somebody else or can be written by others`);
      return null;
    }
    return base;
  }

  #warn(what: string): void {
    console.warn(`theano: compiled programs are not kept: ${what}.`);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
