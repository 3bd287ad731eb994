import { ByteWriter } from "./byteWriter.ts";
import { FunctionBuilder, VALUE_TYPES } from "./functionBuilder.ts";
import type { Callee, ValueType } from "./functionBuilder.ts";

/** A function of another module that is imported under its own name from the module "env". */
export interface ImportedFunction extends Callee {
  readonly imported: true;
}

/** Pages (64 KiB) that a 32-bit memory can have. */
export const MAX_PAGES = 65_536;

const HEADER = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
const SECTION = { type: 1, import: 2, function: 3, export: 7, code: 10 } as const;

/**
 * Puts functions together into a module that imports the memory `env.memory`. Functions get
 * their numbers at the end, so that they may call each other and imports in any order.
 */
export class ModuleBuilder {
  readonly #imports: ImportedFunction[] = [];
  readonly #globals: string[] = [];
  readonly #functions: FunctionBuilder[] = [];
  readonly #exports = new Map<string, FunctionBuilder>();
  readonly #shared: boolean;

  constructor(options: { readonly sharedMemory?: boolean } = {}) {
    this.#shared = options.sharedMemory ?? false;
  }

  import(name: string, params: readonly ValueType[], results: readonly ValueType[] = []): ImportedFunction {
    const known = this.#imports.find((candidate) => candidate.name === name);
    if (known !== undefined) return known;
    const imported: ImportedFunction = { name, params, results, imported: true };
    this.#imports.push(imported);
    return imported;
  }

  /** An immutable i32 from "env"; its number. */
  importGlobal(name: string): number {
    return this.#globals.push(name) - 1;
  }

  /** Names of the functions that the module wants from "env". */
  get imports(): readonly string[] {
    return this.#imports.map((imported) => imported.name);
  }

  function(name: string, params: readonly ValueType[], results: readonly ValueType[] = []): FunctionBuilder {
    const built = new FunctionBuilder(name, params, results);
    this.#functions.push(built);
    return built;
  }

  export(built: FunctionBuilder, name: string = built.name): void {
    this.#exports.set(name, built);
  }

  bytes(): Uint8Array<ArrayBuffer> {
    const index = new Map<Callee, number>();
    for (const callee of [...this.#imports, ...this.#functions]) index.set(callee, index.size);
    const indexOf = (callee: Callee): number => {
      const found = index.get(callee);
      if (found === undefined) throw new RangeError(`function ${callee.name} is not in the module`);
      return found;
    };
    const types = new TypeSection();
    const out = new ByteWriter(4096).raw(HEADER);
    const section = (id: number, write: (section: ByteWriter) => void): void => {
      const body = new ByteWriter(1024);
      write(body);
      out.byte(id).unsigned(body.length).raw(body.bytes());
    };
    const importTypes = this.#imports.map((callee) => types.indexOf(callee));
    const functionTypes = this.#functions.map((callee) => types.indexOf(callee));
    section(SECTION.type, (body) => types.write(body));
    section(SECTION.import, (body) => this.#writeImports(body, importTypes));
    section(SECTION.function, (body) => {
      body.unsigned(functionTypes.length);
      for (const type of functionTypes) body.unsigned(type);
    });
    section(SECTION.export, (body) => {
      body.unsigned(this.#exports.size);
      for (const [name, callee] of this.#exports) body.name(name).byte(0).unsigned(indexOf(callee));
    });
    section(SECTION.code, (body) => {
      body.unsigned(this.#functions.length);
      for (const built of this.#functions) {
        const code = built.finish(indexOf);
        body.unsigned(code.length).raw(code);
      }
    });
    return out.bytes().slice() as Uint8Array<ArrayBuffer>;
  }

  #writeImports(body: ByteWriter, types: readonly number[]): void {
    body.unsigned(1 + this.#globals.length + this.#imports.length);
    body.name("env").name("memory").byte(2);
    if (this.#shared) body.byte(3).unsigned(0).unsigned(MAX_PAGES);
    else body.byte(0).unsigned(0);
    for (const name of this.#globals) body.name("env").name(name).byte(3).byte(VALUE_TYPES.i32).byte(0);
    this.#imports.forEach((callee, i) => {
      body
        .name("env")
        .name(callee.name)
        .byte(0)
        .unsigned(types[i] ?? 0);
    });
  }
}

/** Function signatures, each written once. */
class TypeSection {
  readonly #indices = new Map<string, number>();
  readonly #signatures: Callee[] = [];

  indexOf(callee: Callee): number {
    const key = `${callee.params.join()}:${callee.results.join()}`;
    const known = this.#indices.get(key);
    if (known !== undefined) return known;
    this.#indices.set(key, this.#signatures.length);
    this.#signatures.push(callee);
    return this.#signatures.length - 1;
  }

  write(body: ByteWriter): void {
    body.unsigned(this.#signatures.length);
    for (const { params, results } of this.#signatures) {
      body.byte(0x60).unsigned(params.length);
      for (const type of params) body.byte(VALUE_TYPES[type]);
      body.unsigned(results.length);
      for (const type of results) body.byte(VALUE_TYPES[type]);
    }
  }
}
