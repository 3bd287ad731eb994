import { ConfigError } from "../errors.ts";

/** How a flag reads a value: given in code with its own type, or as text. */
export interface Validator<T> {
  /** For messages and listings: `"float64" | "float32"`, `true or false` ... */
  readonly expects: string;
  /** The value, or undefined when it is not acceptable. */
  parse(given: unknown): T | undefined;
}

/** One flag. */
export interface FlagSpec<T> {
  readonly default: T;
  readonly accepts: Validator<T>;
  readonly doc: string;
  /** Called with every new value. */
  readonly apply?: (value: T) => void;
}

/** Text or its exact type. */
export const flagText: Validator<string> = {
  expects: "text",
  parse: (given) => (typeof given === "string" ? given : undefined),
};

function parseBool(given: unknown): boolean | undefined {
  if (typeof given === "boolean") return given;
  const text = typeof given === "string" ? given.toLowerCase() : given;
  if (text === "true" || text === "1" || text === 1) return true;
  return text === "false" || text === "0" || text === 0 ? false : undefined;
}

export const flagBool: Validator<boolean> = { expects: "true or false", parse: parseBool };

/** A boolean that Theano spells with two words. */
export function boolOr(yes: string, no: string): Validator<boolean> {
  return {
    expects: "true or false",
    parse: (given) => (given === yes ? true : given === no ? false : parseBool(given)),
  };
}

function parseNumber(given: unknown): number | undefined {
  const value = typeof given === "string" && given.trim() !== "" ? Number(given) : given;
  return typeof value === "number" && !Number.isNaN(value) ? value : undefined;
}

/** A whole number of at least `min`. */
export function wholeFrom(min: number): Validator<number> {
  return {
    expects: `a whole number >= ${min}`,
    parse: (given) => {
      const value = parseNumber(given);
      return value !== undefined && Number.isSafeInteger(value) && value >= min ? value : undefined;
    },
  };
}

/** A number of at least `min`, infinity included. */
export function numberFrom(min: number): Validator<number> {
  return {
    expects: `a number >= ${min}`,
    parse: (given) => {
      const value = parseNumber(given);
      return value !== undefined && value >= min ? value : undefined;
    },
  };
}

/** One of some words; `also` maps further spellings (Theano's) to them. Case does not matter. */
export function oneOf<const T extends string>(
  words: readonly T[],
  also: Readonly<Record<string, T>> = {},
): Validator<T> {
  const fold = (text: string): string => text.toLowerCase();
  const table = new Map<string, T>();
  for (const [spelling, word] of Object.entries(also)) table.set(fold(spelling), word as T);
  for (const word of words) table.set(fold(word), word);
  return {
    expects: words.map((word) => JSON.stringify(word)).join(" | "),
    parse: (given) => (typeof given === "string" ? table.get(fold(given)) : undefined),
  };
}

/** Any of some words, or an object that stands for itself (a mode). */
export function wordOrObject(words: readonly string[]): Validator<string | object> {
  const word = oneOf(words);
  return {
    expects: `${word.expects} | an instance`,
    parse: (given) => (typeof given === "object" && given !== null ? given : word.parse(given)),
  };
}

/** Some of a list of words, separated by commas or colons; kept as comma-separated text. */
export function someOf(words: readonly string[]): Validator<string> {
  return {
    expects: `some of ${words.join(", ")}`,
    parse: (given) => {
      if (typeof given !== "string") return undefined;
      const parts = given.split(/[,:+\s]+/).filter((part) => part !== "");
      return parts.every((part) => words.includes(part)) ? parts.join(",") : undefined;
    },
  };
}

/**
 * The value that a flag takes from what was given.
 * @throws ConfigError
 */
export function validate<T>(name: string, spec: FlagSpec<T>, given: unknown, from?: string): T {
  const value = spec.accepts.parse(given);
  if (value !== undefined) return value;
  const shown = typeof given === "string" ? JSON.stringify(given) : String(given);
  const where = from === undefined ? "" : ` (from ${from})`;
  throw new ConfigError(`config.${name}: ${shown}${where} is not acceptable; expected ${spec.accepts.expects}.`);
}
