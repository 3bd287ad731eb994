/** From C text to a shared object: out of the cache, by the compiler now, or by the compiler in the background. */
import { CompileCache } from "./cache.ts";
import { compileArguments, compileError, compilerIdentity, compileShared, extraFlags } from "./compiler.ts";
import type { Koffi } from "./koffi.ts";
import type { NodeModules } from "./node.ts";
import { startProcess } from "./process.ts";

/** What is to be compiled. */
export interface Unit {
  readonly name: string;
  readonly source: string;
  readonly flags: readonly string[];
}

/** A compilation in the background. */
export interface BackgroundBuild {
  /**
   * False while it runs; at its end `use` gets the object's path, which is good until it returns.
   * @throws CompileError when the compiler failed
   */
  poll(use: (path: string) => void): boolean;
}

export class Builder {
  readonly #node: NodeModules;
  readonly #koffi: Koffi;
  readonly #compiler: string;
  readonly #identity: readonly string[];
  readonly #cache: CompileCache;

  constructor(node: NodeModules, koffi: Koffi, compiler: string) {
    this.#node = node;
    this.#koffi = koffi;
    this.#compiler = compiler;
    this.#identity = compilerIdentity(node, compiler);
    this.#cache = new CompileCache(node);
  }

  #key(unit: Unit): string {
    return this.#cache.key([unit.source, ...unit.flags, "|", ...extraFlags(), "|", ...this.#identity]);
  }

  /** The finished object of an earlier time, or null. */
  find(unit: Unit): string | null {
    return this.#cache.find(this.#key(unit));
  }

  /** `use` gets the path of the object. */
  build<R>(unit: Unit, use: (path: string) => R): R {
    const key = this.#key(unit);
    const known = this.#cache.find(key);
    if (known !== null) return use(known);
    const compile = (output: string): void =>
      compileShared(this.#node, this.#compiler, unit.flags, unit.source, output);
    return this.#cache.store(key, compile, use, unit.name);
  }

  /** Starts the compiler and returns at once; the process does not wait for it at its end. */
  start(unit: Unit): BackgroundBuild {
    const { fs, path } = this.#node;
    const key = this.#key(unit);
    const folder = this.#cache.beginBuild();
    const [input, output, log] = ["program.so.c", "program.so", "log"].map((f) => path.join(folder, f)) as [
      string,
      string,
      string,
    ];
    fs.writeFileSync(input, unit.source, { mode: 0o600 });
    const child = startProcess(this.#koffi, this.#compiler, compileArguments(unit.flags, input, output), log);
    let isOver = false;
    return {
      poll: (use) => {
        if (isOver) return true;
        const status = child.poll();
        if (status === null) return false;
        isOver = true;
        try {
          if (status !== 0 || !fs.existsSync(output)) {
            const said = fs.existsSync(log) ? fs.readFileSync(log, "utf8") : "";
            throw compileError(this.#compiler, said === "" ? `it ended with status ${status}` : said);
          }
          use(this.#cache.publish(key, output, unit.name) ?? output);
        } finally {
          this.#cache.abandon(folder);
        }
        return true;
      },
    };
  }
}
