// Every error that a user can meet. Each class has a stable `code` and `name`, both on the
// prototype, so that they survive minification and cost nothing per instance.

/** What an error knows about one operand. `null` marks a size unknown before the call. */
export interface ErrorInput {
  readonly dtype: string;
  readonly shape: readonly (number | null)[];
}

/** Facts that go with a message. */
export interface ErrorDetails {
  /** Name of the op that failed. */
  readonly op?: string | undefined;
  /** Operands of that op. */
  readonly inputs?: readonly ErrorInput[] | undefined;
  /** The user's own line, as `file:line`, that built the failing expression. */
  readonly createdAt?: string | undefined;
  readonly cause?: unknown;
}

const MAX_LINES = 12;

function finishMessage(message: string, createdAt: string | undefined): string {
  const lines = message.split("\n");
  const tail = createdAt !== undefined && !message.includes(createdAt) ? [`  created at ${createdAt}`] : [];
  const room = MAX_LINES - tail.length;
  const kept = lines.length > room ? [...lines.slice(0, room - 1), "  ..."] : lines;
  return [...kept, ...tail].join("\n");
}

function label(constructor: { prototype: object }, name: string, code: string): void {
  const fixed = (value: string): PropertyDescriptor => ({
    value,
    writable: true,
    configurable: true,
    enumerable: false,
  });
  Object.defineProperties(constructor.prototype, { name: fixed(name), code: fixed(code) });
}

/**
 * Base of all errors of this package. The message says what is wrong, what was expected and what
 * to do next, in at most 12 lines (longer ones are cut).
 */
export class TheanoError extends Error {
  /** Stable identifier, such as `"ERR_DTYPE"`. */
  declare readonly code: string;
  declare readonly op?: string;
  declare readonly inputs?: readonly ErrorInput[];
  declare readonly createdAt?: string;
  static {
    label(this, "TheanoError", "ERR_THEANO");
  }
  constructor(message: string, details: ErrorDetails = {}) {
    super(
      finishMessage(message, details.createdAt),
      details.cause === undefined ? undefined : { cause: details.cause },
    );
    if (details.op !== undefined) this.op = details.op;
    if (details.inputs !== undefined) this.inputs = details.inputs;
    if (details.createdAt !== undefined) this.createdAt = details.createdAt;
  }
}

/** A dtype is unknown, unfit for the operation, or a value does not fit the dtype. */
export class DtypeError extends TheanoError {
  static {
    label(this, "DtypeError", "ERR_DTYPE");
  }
}

/** The number of dimensions is not the one expected. */
export class RankError extends TheanoError {
  static {
    label(this, "RankError", "ERR_RANK");
  }
}

/** Sizes that must agree do not. */
export class ShapeMismatchError extends TheanoError {
  static {
    label(this, "ShapeMismatchError", "ERR_SHAPE_MISMATCH");
  }
}

/** A dimension was to be broadcast that cannot be, or the other way round. */
export class BroadcastError extends TheanoError {
  static {
    label(this, "BroadcastError", "ERR_BROADCAST");
  }
}

/** An axis is out of range, repeated, or not an integer. */
export class AxisError extends TheanoError {
  static {
    label(this, "AxisError", "ERR_AXIS");
  }
}

/** An index is out of bounds, or there are too many of them. */
export class IndexError extends TheanoError {
  static {
    label(this, "IndexError", "ERR_INDEX");
  }
}

/** A value is not acceptable where it was given. */
export class ValueError extends TheanoError {
  static {
    label(this, "ValueError", "ERR_VALUE");
  }
}

/** A call has the wrong arguments. */
export class ArgumentError extends TheanoError {
  static {
    label(this, "ArgumentError", "ERR_ARGUMENT");
  }
}

/** A graph needs a variable that was not given as an input. */
export class MissingInputError extends TheanoError {
  static {
    label(this, "MissingInputError", "ERR_MISSING_INPUT");
  }
}

/** An input of a function is not part of its graph. */
export class UnusedInputError extends TheanoError {
  static {
    label(this, "UnusedInputError", "ERR_UNUSED_INPUT");
  }
}

/** An update does not fit its shared variable. */
export class UpdateError extends TheanoError {
  static {
    label(this, "UpdateError", "ERR_UPDATE");
  }
}

/** A gradient is undefined or was computed wrongly. */
export class GradientError extends TheanoError {
  static {
    label(this, "GradientError", "ERR_GRADIENT");
  }
}

/** A gradient was asked for a variable that the cost does not depend on. */
export class DisconnectedInputError extends GradientError {
  static {
    label(this, "DisconnectedInputError", "ERR_DISCONNECTED_INPUT");
  }
}

/** A gradient runs through an op that has none. */
export class NullTypeGradError extends GradientError {
  static {
    label(this, "NullTypeGradError", "ERR_NULL_TYPE_GRAD");
  }
}

/** An assertion in the graph failed at run time. */
export class AssertionError extends TheanoError {
  static {
    label(this, "AssertionError", "ERR_ASSERTION");
  }
}

/** NaN, infinity or a huge value was found under NanGuardMode. */
export class NanGuardError extends TheanoError {
  static {
    label(this, "NanGuardError", "ERR_NAN_GUARD");
  }
}

/** DebugMode found two computations that disagree. */
export class DebugModeError extends TheanoError {
  static {
    label(this, "DebugModeError", "ERR_DEBUG_MODE");
  }
}

/** Bytes are not a valid file of the format they were read as. */
export class FileFormatError extends TheanoError {
  static {
    label(this, "FileFormatError", "ERR_FILE_FORMAT");
  }
}

/** A configuration flag is unknown or has an unacceptable value. */
export class ConfigError extends TheanoError {
  static {
    label(this, "ConfigError", "ERR_CONFIG");
  }
}

/** A program could not be built for a target. */
export class CompileError extends TheanoError {
  static {
    label(this, "CompileError", "ERR_COMPILE");
  }
}

/** A device is missing or failed. */
export class DeviceError extends TheanoError {
  static {
    label(this, "DeviceError", "ERR_DEVICE");
  }
}

/** Memory for an array or a program is not to be had. */
export class TheanoMemoryError extends TheanoError {
  static {
    label(this, "TheanoMemoryError", "ERR_MEMORY");
  }
}

/** A bug of this package, not of the caller. */
export class InternalError extends TheanoError {
  static {
    label(this, "InternalError", "ERR_INTERNAL");
  }
}

// ---------------------------------------------------------------------------------------------
// The user's line

/** Folder of this package in both spellings that stacks use (URL and path). */
const ownRoots: readonly string[] = findOwnRoots();

function findOwnRoots(): string[] {
  try {
    const url = new URL(".", import.meta.url);
    const path = decodeURIComponent(url.pathname);
    // A package at the very root of a site would hide every frame.
    if (url.pathname === "/") return [];
    if (url.protocol !== "file:") return [url.href];
    return [url.href, path, path.replace(/^\/(?=[A-Za-z]:)/, "")];
  } catch {
    return [];
  }
}

/** `[path, line, column]` of one line of a stack (V8, Gecko and WebKit formats), if it names a file. */
function parseFrame(frame: string): [string, string, string] | undefined {
  const match = /^(.*):(\d+):(\d+)\)?$/.exec(frame);
  if (match === null) return undefined;
  let place = match[1]!.trim();
  if (place.startsWith("at ")) {
    const open = place.indexOf(" (");
    place = open >= 0 ? place.slice(open + 2) : place.slice(3).replace(/^async /, "");
  } else {
    place = place.slice(place.indexOf("@") + 1);
  }
  return [place, match[2]!, match[3]!];
}

function isForeign(place: string): boolean {
  if (place.startsWith("node:") || place.startsWith("<") || place === "native") return false;
  return !ownRoots.some((root) => place.startsWith(root));
}

function readable(place: string): string {
  const plain = place.replace(/[?#].*$/, "");
  if (!plain.startsWith("file://")) return plain;
  try {
    return decodeURIComponent(new URL(plain).pathname).replace(/^\/(?=[A-Za-z]:)/, "");
  } catch {
    return plain;
  }
}

function captureStack(depth: number): string {
  const limited = Error as { stackTraceLimit?: number };
  const before = limited.stackTraceLimit;
  try {
    limited.stackTraceLimit = depth;
    return new Error().stack ?? "";
  } catch {
    return ""; // A frozen Error (hardened realms) takes no limit.
  } finally {
    try {
      if (before !== undefined) limited.stackTraceLimit = before;
    } catch {
      // Same realm as above: nothing was changed.
    }
  }
}

let userLines = true;

/** Switches {@link userLine} off (`config["traceback.limit"] = 0`) or on again. */
export function enableUserLines(on: boolean): void {
  userLines = on;
}

/** Frames to look at: few at first, since each costs; many for long chains of own helpers. */
const DEPTHS: readonly number[] = [12, 60];

/**
 * `file:line` of the innermost frame outside this package: the user's own line. Undefined when
 * there is none in sight or lines are switched off. Costs a few microseconds.
 */
export function userLine(): string | undefined {
  if (!userLines) return undefined;
  for (const depth of DEPTHS) {
    const frames = captureStack(depth).split("\n");
    for (const frame of frames) {
      const parsed = parseFrame(frame);
      if (parsed === undefined || !isForeign(parsed[0])) continue;
      return `${readable(parsed[0])}:${parsed[1]}`;
    }
    if (frames.length < depth) return undefined;
  }
  return undefined;
}

/** A place in the user's program, remembered cheaply: the stack is read only when somebody asks. */
export interface Origin {
  /** `file:line`, or undefined when no line of the user is in sight. */
  readonly line: string | undefined;
  /** `file:line:column`, which editors and terminals open. */
  readonly place: string | undefined;
}

class StackOrigin implements Origin {
  #error: Error | undefined;
  #place: string | undefined;

  constructor(error: Error) {
    this.#error = error;
  }

  get line(): string | undefined {
    return this.place?.replace(/:\d+$/, "");
  }

  get place(): string | undefined {
    if (this.#error !== undefined) {
      this.#place = firstForeignPlace(this.#error.stack ?? "");
      this.#error = undefined;
    }
    return this.#place;
  }
}

/** Frames kept by {@link captureOrigin}: enough for an op called through several helpers. */
const ORIGIN_DEPTH = 24;

/** Remembers where the user is now; about a microsecond, against twenty for {@link userLine}. */
export function captureOrigin(): Origin | undefined {
  if (!userLines) return undefined;
  const limited = Error as { stackTraceLimit?: number };
  const before = limited.stackTraceLimit;
  try {
    limited.stackTraceLimit = ORIGIN_DEPTH;
    return new StackOrigin(new Error());
  } catch {
    return undefined; // A frozen Error (hardened realms) takes no limit.
  } finally {
    try {
      if (before !== undefined) limited.stackTraceLimit = before;
    } catch {
      // Same realm as above: nothing was changed.
    }
  }
}

function firstForeignPlace(stack: string): string | undefined {
  for (const frame of stack.split("\n")) {
    const parsed = parseFrame(frame);
    if (parsed !== undefined && isForeign(parsed[0])) return `${readable(parsed[0])}:${parsed[1]}:${parsed[2]}`;
  }
  return undefined;
}
