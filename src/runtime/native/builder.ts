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

/** Compilers that run at a time: the others wait, so that the program itself has processors left. */
const MOST_AT_A_TIME = 2;

export class Builder {
  readonly #node: NodeModules;
  readonly #koffi: Koffi;
  readonly #compiler: string;
  readonly #identity: readonly string[];
  readonly #cache: CompileCache;
  /** Compilations that are under way. Each looks whether it is over, and if so keeps the object, without being asked for it. */
  readonly #active = new Set<() => void>();

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

  /** Starts the compiler and returns at once, or returns null while too many are at work. The process does not wait for it at its end. */
  start(unit: Unit): BackgroundBuild | null {
    // Whoever started those may never ask again.
    for (const settle of this.#active) settle();
    if (this.#active.size >= MOST_AT_A_TIME) return null;
    if (this.#active.size === 0) process.once("exit", () => this.#active.forEach((settle) => settle()));
    return this.#start(unit);
  }

  #start(unit: Unit): BackgroundBuild {
    const { fs, path } = this.#node;
    const key = this.#key(unit);
    const folder = this.#cache.beginBuild();
    const at = (file: string): string => path.join(folder, file);
    const [input, output, log] = [at("program.so.c"), at("program.so"), at("log")];
    fs.writeFileSync(input, unit.source, { mode: 0o600 });
    const child = startProcess(this.#koffi, this.#compiler, compileArguments(unit.flags, input, output), log);
    let result: { readonly path: string } | { readonly error: Error } | null = null;
    const settle = (): void => {
      if (result !== null) return;
      const status = child.poll();
      if (status === null) return;
      this.#active.delete(settle);
      if (status === 0 && fs.existsSync(output)) {
        result = { path: this.#cache.publish(key, output, unit.name) ?? output };
        if (result.path !== output) this.#cache.abandon(folder);
        return;
      }
      const said = fs.existsSync(log) ? fs.readFileSync(log, "utf8") : "";
      result = { error: compileError(this.#compiler, said === "" ? `it ended with status ${status}` : said) };
      this.#cache.abandon(folder);
    };
    this.#active.add(settle);
    return {
      poll: (use) => {
        settle();
        if (result === null) return false;
        if ("error" in result) throw result.error;
        use(result.path);
        if (result.path === output) this.#cache.abandon(folder);
        return true;
      },
    };
  }
}
