/**
 * Compiled programs on disk, so that a second process starts at once. An entry is named by all that its code depends on and ends with a hash
 * of itself; it appears by one rename. So processes may work side by side and be killed at any time: an entry is whole or not there,
 * and one that was damaged later is not loaded.
 */
import type { Stats } from "node:fs";
import { config } from "../../config/config.ts";
import { type CacheEntry, describeEntry, isWhole, trailer } from "./cacheEntry.ts";
import type { NodeModules } from "./node.ts";

/** A folder for builds is left over when its process is gone, or after so long on whatever machine. */
const STALE_MILLISECONDS = 3_600_000;
/** The time of an entry's last use is kept to the day. */
const USE_MILLISECONDS = 86_400_000;

export class CompileCache {
  readonly #node: NodeModules;
  readonly #folder: string | null;

  constructor(node: NodeModules) {
    this.#node = node;
    this.#folder = this.#prepare();
    if (this.#folder !== null) this.#removeStale(this.#folder);
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
    if (isWhole(this.#node, bytes)) {
      this.#touch(file);
      return file;
    }
    fs.rmSync(file, { force: true });
    return null;
  }

  /** Notes that an entry was used, once a day. */
  #touch(file: string): void {
    const { fs } = this.#node;
    try {
      const now = Date.now();
      if (now - fs.statSync(file).mtimeMs > USE_MILLISECONDS) fs.utimesSync(file, now / 1000, now / 1000);
    } catch {
      // It is only for the order in which entries are removed.
    }
  }

  /**
   * Makes an entry: `build` writes the object to the path that it is given. Returns what `use` makes of the path to load from, which may be outside of
   * the cache where the disk is full or may not be written; then `use` must be done with it before it returns.
   */
  store<R>(key: string, build: (output: string) => void, use: (path: string) => R, name = ""): R {
    const folder = this.beginBuild();
    try {
      const output = this.#node.path.join(folder, "program.so");
      build(output);
      return use(this.publish(key, output, name) ?? output);
    } finally {
      this.abandon(folder);
    }
  }

  /** A new folder of this process, for `publish` or `abandon`. */
  beginBuild(): string {
    const { fs, os, path } = this.#node;
    const place = this.#folder ?? os.tmpdir();
    const name = `build-${os.hostname().replace(/[^A-Za-z0-9]/g, "")}-${process.pid}-`;
    try {
      return fs.mkdtempSync(path.join(place, name));
    } catch (error) {
      this.#warn(`${place} cannot be written (${messageOf(error)})`);
      return fs.mkdtempSync(path.join(os.tmpdir(), "theano-"));
    }
  }

  /** Removes a folder of `beginBuild`. */
  abandon(folder: string): void {
    this.#node.fs.rmSync(folder, { recursive: true, force: true });
  }

  /** Moves a finished object to its place and returns that; null where it cannot be kept. */
  publish(key: string, output: string, name = ""): string | null {
    if (this.#folder === null) return null;
    const { fs } = this.#node;
    const file = this.#fileOf(key);
    try {
      const bytes = fs.readFileSync(output);
      const handle = fs.openSync(output, "a");
      try {
        // Loaders ignore what follows the last section.
        fs.writeSync(handle, trailer(this.#node, bytes, name));
        fs.fsyncSync(handle);
      } finally {
        fs.closeSync(handle);
      }
      fs.renameSync(output, file);
      this.#keepWithin(file);
      return file;
    } catch (error) {
      this.#warn(`an entry could not be written (${messageOf(error)})`);
      return fs.existsSync(output) ? null : file;
    }
  }

  // --- what lies there -------------------------------------------------------------------------

  /** All entries, the one used last first. */
  entries(): CacheEntry[] {
    if (this.#folder === null) return [];
    const { fs, path } = this.#node;
    const found: CacheEntry[] = [];
    for (const name of fs.readdirSync(this.#folder)) {
      if (!name.endsWith(".so")) continue;
      const file = path.join(this.#folder, name);
      try {
        found.push(describeEntry(this.#node, name.slice(0, -3), file));
      } catch {
        // Another process has removed it.
      }
    }
    return found.sort((a, b) => b.used.getTime() - a.used.getTime());
  }

  remove(key: string): void {
    if (this.#folder !== null) this.#node.fs.rmSync(this.#fileOf(key), { force: true });
  }

  /** Removes the entries that were not used for longest while there is more than `config.cacheSizeLimit`; never the newest. */
  #keepWithin(newest: string): void {
    const limit = config.cacheSizeLimit * 1024 * 1024;
    const { fs, path } = this.#node;
    const files = fs
      .readdirSync(this.#folder!)
      .filter((name) => name.endsWith(".so"))
      .flatMap((name) => {
        const file = path.join(this.#folder!, name);
        const stats = fs.statSync(file, { throwIfNoEntry: false });
        return stats === undefined ? [] : [{ file, bytes: stats.size, used: stats.mtimeMs }];
      })
      .sort((a, b) => a.used - b.used);
    let total = files.reduce((sum, f) => sum + f.bytes, 0);
    for (const { file, bytes } of files) {
      if (total <= limit) return;
      if (file === newest) continue;
      fs.rmSync(file, { force: true });
      total -= bytes;
    }
  }

  /** Folders of builds whose processes were killed. */
  #removeStale(folder: string): void {
    const { fs, os, path } = this.#node;
    const here = os.hostname().replace(/[^A-Za-z0-9]/g, "");
    for (const name of fs.readdirSync(folder)) {
      const match = /^build-([A-Za-z0-9]*)-(\d+)-/.exec(name);
      if (match === null && !name.startsWith("build-")) continue;
      const file = path.join(folder, name);
      const isDead = match !== null && match[1] === here && !isAlive(Number(match[2]));
      const age = Date.now() - (fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0);
      if (isDead || age > STALE_MILLISECONDS) this.abandon(file);
    }
  }

  #fileOf(key: string): string {
    return this.#node.path.join(this.#folder!, `${key}.so`);
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

  #isWarned = false;

  #warn(what: string): void {
    if (this.#isWarned) return;
    this.#isWarned = true;
    console.warn(`theano: compiled programs are not kept: ${what}.`);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as { code?: string }).code === "EPERM";
  }
}
