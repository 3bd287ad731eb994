import { afterEach, describe, expect, it } from "vitest";
import * as errors from "../../src/errors.ts";

const names = [
  "DtypeError",
  "RankError",
  "ShapeMismatchError",
  "BroadcastError",
  "AxisError",
  "IndexError",
  "ValueError",
  "ArgumentError",
  "MissingInputError",
  "UnusedInputError",
  "UpdateError",
  "GradientError",
  "DisconnectedInputError",
  "NullTypeGradError",
  "AssertionError",
  "NanGuardError",
  "DebugModeError",
  "FileFormatError",
  "ConfigError",
  "CompileError",
  "DeviceError",
  "TheanoMemoryError",
  "InternalError",
] as const;

describe("error classes", () => {
  it.each(names)("%s is a TheanoError with its own name and code", (name) => {
    const error = new errors[name]("what is wrong");
    expect(error).toBeInstanceOf(errors.TheanoError);
    expect(error).toBeInstanceOf(Error);
    expect(error.name).toBe(name);
    expect(error.code).toMatch(/^ERR_[A-Z_]+$/);
    expect(error.stack).toMatch(new RegExp(`^${name}: what is wrong`));
    expect(Object.keys(error)).toEqual([]);
  });

  it("have codes that differ", () => {
    const codes = new Set(names.map((name) => new errors[name]("x").code));
    expect(codes.size).toBe(names.length);
  });

  it("carry op, inputs, cause and the line of creation", () => {
    const cause = new Error("deeper");
    const inputs = [{ dtype: "float32", shape: [2, null] }];
    const error = new errors.RankError("no", { op: "dot", inputs, createdAt: "a.ts:3", cause });
    expect(error).toMatchObject({ op: "dot", inputs, createdAt: "a.ts:3", code: "ERR_RANK" });
    expect(error.cause).toBe(cause);
    expect(error.message).toBe("no\n  created at a.ts:3");
  });

  it("do not repeat a line that the message has", () => {
    const error = new errors.RankError("made at a.ts:3", { createdAt: "a.ts:3" });
    expect(error.message).toBe("made at a.ts:3");
  });

  it("cut messages at 12 lines and keep the line of creation", () => {
    const long = Array.from({ length: 40 }, (_, i) => `line ${i}`).join("\n");
    const lines = new errors.ValueError(long, { createdAt: "a.ts:3" }).message.split("\n");
    expect(lines).toHaveLength(12);
    expect(lines.slice(-2)).toEqual(["  ...", "  created at a.ts:3"]);
    expect(new errors.ValueError(long).message.split("\n")).toHaveLength(12);
  });
});

describe("userLine", () => {
  afterEach(() => errors.enableUserLines(true));

  it("names this file and line", () => {
    const line = errors.userLine();
    expect(line).toMatch(/errors\.test\.ts:\d+$/);
    expect(line).not.toMatch(/^file:/);
  });

  it("sees through frames of the platform", () => {
    expect([1].map(() => errors.userLine())[0]).toMatch(/errors\.test\.ts:\d+$/);
  });

  it("leaves stackTraceLimit as it was", () => {
    const before = Error.stackTraceLimit;
    Error.stackTraceLimit = 3;
    try {
      errors.userLine();
      expect(Error.stackTraceLimit).toBe(3);
    } finally {
      Error.stackTraceLimit = before;
    }
  });

  it("can be switched off", () => {
    errors.enableUserLines(false);
    expect(errors.userLine()).toBeUndefined();
  });
});
