import { ConfigError } from "../errors.ts";
import { flags, foreignGroups } from "./flags.ts";
import type { FlagName, Flags } from "./flags.ts";
import { platform as thisPlatform } from "./platform.ts";
import type { Platform } from "./platform.ts";
import { readSettings } from "./sources.ts";
import { validate } from "./validators.ts";
import type { FlagSpec } from "./validators.ts";

type GroupOf<Name extends string> = Name extends `${infer Group}.${string}` ? Group : never;

/** `config.traceback.limit` beside `config["traceback.limit"]`. */
type FlagGroups = {
  readonly [Group in GroupOf<FlagName>]: {
    [Name in FlagName as Name extends `${Group}.${infer Rest}` ? Rest : never]: Flags[Name];
  };
};

/** What `config` can do besides holding flags. */
export interface ConfigMethods {
  /** Value of a flag by its name in any spelling. */
  get<Name extends FlagName>(name: Name): Flags[Name];
  get(name: string): unknown;
  /** Sets a flag by its name in any spelling, from its own type or from text. */
  set<Name extends FlagName>(name: Name, value: Flags[Name]): void;
  set(name: string, value: unknown): void;
  /**
   * Runs a function under other flags and restores them afterwards, also when it throws; when it
   * returns a promise, after that has settled.
   */
  changeFlags<Result>(changes: Partial<Flags>, fn: () => Result): Result;
  /** Where the value came from: `default`, `code`, `THEANO_FLAGS` or the path of a file. */
  origin(name: string): string;
  /** All flags with their values, where these came from, and what they mean. */
  toString(): string;
}

/** Flags as properties, groups of them, and methods. A bad value is a `ConfigError`. */
export type Config = Flags & FlagGroups & ConfigMethods;

/** Spelling without what Theano and camelCase differ in. */
function fold(name: string): string {
  return name.replace(/_/g, "").toLowerCase();
}

const names = Object.keys(flags) as FlagName[];
const byFoldedName: ReadonlyMap<string, FlagName> = new Map(names.map((n) => [fold(n), n]));

/** Number of single-letter edits between two words (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swap, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}

function suggestion(name: string): string {
  const folded = fold(name);
  const ranked = names.map((known) => ({ known, far: distance(folded, fold(known)) })).sort((a, b) => a.far - b.far);
  const nearest = ranked[0]!;
  return nearest.far <= Math.max(2, folded.length / 4) ? ` Did you mean ${nearest.known}?` : "";
}

function resolve(name: string): FlagName {
  const found = byFoldedName.get(fold(name));
  if (found !== undefined) return found;
  throw new ConfigError(
    `config has no flag ${JSON.stringify(name)}.${suggestion(name)} ` + "config.toString() lists all of them.",
  );
}

interface Entry {
  value: unknown;
  origin: string;
}

/** Values of all flags; the surroundings are read when one is first needed. */
class FlagStore {
  readonly platform: Platform;
  private entries: Map<FlagName, Entry> | undefined;

  constructor(platform: Platform) {
    this.platform = platform;
  }

  entry(name: FlagName): Entry {
    this.entries ??= this.load();
    return this.entries.get(name)!;
  }

  put(name: FlagName, given: unknown): void {
    const spec = flags[name] as FlagSpec<unknown>;
    const entry = this.entry(name);
    entry.value = validate(name, spec, given);
    entry.origin = "code";
    spec.apply?.(entry.value);
  }

  restore(name: FlagName, entry: Entry): void {
    Object.assign(this.entry(name), entry);
    (flags[name] as FlagSpec<unknown>).apply?.(entry.value);
  }

  private load(): Map<FlagName, Entry> {
    const entries = new Map<FlagName, Entry>();
    for (const name of names) {
      entries.set(name, { value: flags[name].default, origin: "default" });
    }
    const warned = new Set<string>();
    for (const { name, value, from } of readSettings(this.platform)) {
      const known = byFoldedName.get(fold(name));
      if (known === undefined) {
        if (!warned.has(name)) this.warnUnknown(name, from);
        warned.add(name);
        continue;
      }
      const spec = flags[known] as FlagSpec<unknown>;
      entries.set(known, { value: validate(known, spec, value, from), origin: from });
    }
    for (const [name, entry] of entries) {
      if (entry.origin !== "default") (flags[name] as FlagSpec<unknown>).apply?.(entry.value);
    }
    return entries;
  }

  private warnUnknown(name: string, from: string): void {
    const foreign = foreignGroups.includes(fold(name.split(".")[0]!));
    this.platform.warn(
      foreign
        ? `${from}: Theano's flag ${name} has no effect here.`
        : `${from}: unknown flag ${name} is ignored.${suggestion(name)}`,
    );
  }
}

function describe(name: FlagName, { value, origin }: Entry): string {
  const shown = typeof value === "object" ? "(an instance)" : String(value);
  const spec = flags[name];
  return [`${name} (${spec.accepts.expects})`, `    Doc:  ${spec.doc}`, `    Value:  ${shown} (${origin})`].join("\n");
}

function settled(value: unknown): value is Promise<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === "function";
}

function methodsOf(store: FlagStore): ConfigMethods {
  return {
    get: (name: string) => store.entry(resolve(name)).value as never,
    set: (name: string, value: unknown) => store.put(resolve(name), value),
    origin: (name) => store.entry(resolve(name)).origin,
    toString: () => names.map((name) => describe(name, store.entry(name))).join("\n\n"),
    changeFlags<Result>(changes: Partial<Flags>, fn: () => Result): Result {
      const wanted = Object.entries(changes).map(([n, value]) => [resolve(n), value] as const);
      const before = wanted.map(([name]) => [name, { ...store.entry(name) }] as const);
      const restore = (): void => before.forEach(([name, entry]) => store.restore(name, entry));
      let result: Result;
      try {
        for (const [name, value] of wanted) store.put(name, value);
        result = fn();
      } catch (error) {
        restore();
        throw error;
      }
      if (settled(result)) return result.finally(restore) as Result;
      restore();
      return result;
    },
  };
}

function addFlags(target: object, prefix: string, store: FlagStore): void {
  for (const name of names) {
    if (!name.startsWith(prefix)) continue;
    Object.defineProperty(target, name.slice(prefix.length), {
      enumerable: true,
      get: () => store.entry(name).value,
      set: (value: unknown) => {
        store.put(name, value);
      },
    });
  }
}

/** A configuration over the given surroundings; programs use {@link config}. */
export function createConfig(platform: Platform): Config {
  const store = new FlagStore(platform);
  const result = {};
  for (const [name, method] of Object.entries(methodsOf(store))) {
    Object.defineProperty(result, name, { value: method as unknown });
  }
  addFlags(result, "", store);
  const grouped = names.filter((name) => name.includes("."));
  for (const group of new Set(grouped.map((name) => name.split(".")[0]!))) {
    const flagsOfGroup = {};
    addFlags(flagsOfGroup, `${group}.`, store);
    Object.defineProperty(result, group, { value: Object.preventExtensions(flagsOfGroup) });
  }
  return Object.preventExtensions(result) as Config;
}

/**
 * The flags of this process. Read on first use from `~/.theanorc` and `THEANO_FLAGS`, in Theano's
 * spelling or camelCase; set in code with `config.floatX = "float32"`.
 */
export const config: Config = createConfig(thisPlatform);
