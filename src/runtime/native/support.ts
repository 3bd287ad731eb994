/** The library that programs share (threads, matrix products), compiled once for a machine and loaded once for a process. */
import { config } from "../../config/config.ts";
import { SUPPORT_FLAGS } from "../../codegen/c/render.ts";
import { supportText } from "../../codegen/c/support/library.ts";
import { blasCandidates } from "./blas.ts";
import type { BackgroundBuild, Builder, Unit } from "./builder.ts";
import type { Koffi, NativeFunction } from "./koffi.ts";

/** A loaded library. */
interface Loaded {
  /** Where the table of its functions lies. */
  readonly table: bigint;
  readonly threads: NativeFunction;
  readonly leastWork: NativeFunction;
  readonly blas: NativeFunction;
  readonly blasName: NativeFunction;
}

export class SupportLibrary {
  readonly #koffi: Koffi;
  readonly #builder: Builder;
  readonly #unit: Unit = { name: "theano support", source: supportText(), flags: SUPPORT_FLAGS };
  #loaded: Loaded | null = null;
  #build: BackgroundBuild | null = null;
  /** What the library was told last. */
  #told = "";

  constructor(koffi: Koffi, builder: Builder) {
    this.#koffi = koffi;
    this.#builder = builder;
  }

  /** Loads it, if need be after compiling it. */
  load(): void {
    if (this.#loaded === null) this.#builder.build(this.#unit, (path) => this.#open(path));
  }

  /** Whether it is there; the first questions start its compilation in the background. */
  isReady(): boolean {
    if (this.#loaded !== null) return true;
    if (this.#build === null) {
      const known = this.#builder.find(this.#unit);
      if (known !== null) this.#open(known);
      else this.#build = this.#builder.start(this.#unit);
    } else this.#build.poll((path) => this.#open(path));
    return this.#loaded !== null;
  }

  #open(path: string): void {
    const library = this.#koffi.load(path);
    this.#loaded = {
      table: BigInt(library.func("theano_support", "uint64", [])() as bigint | number),
      threads: library.func("theano_threads", "void", ["int"]),
      leastWork: library.func("theano_least_work", "void", ["int64"]),
      blas: library.func("theano_blas", "void", ["str"]),
      blasName: library.func("theano_blas_name", "str", []),
    };
  }

  /** The table's address, for a program that uses up to `threads` threads. */
  table(threads: number): bigint {
    const library = this.#loaded!;
    const blas = config.deterministic ? "" : blasCandidates(config["blas.ldflags"]).join("\n");
    const told = `${config.openmpElemwiseMinsize} ${blas}`;
    if (told !== this.#told) {
      library.leastWork(config.openmpElemwiseMinsize * ADDITIONS_PER_ELEMENT);
      library.blas(blas);
      this.#told = told;
    }
    library.threads(threads);
    return library.table;
  }

  /** The vendor's library that large matrix products use: null before the first of them, and where there is none. */
  get blas(): string | null {
    const name = this.#loaded?.blasName() as string | null | undefined;
    return name === undefined || name === "" ? null : name;
  }
}

/** The flag openmpElemwiseMinsize counts elements of a cheap loop. */
const ADDITIONS_PER_ELEMENT = 4;
