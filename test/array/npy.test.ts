import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { array, zeros } from "../../src/array/create.ts";
import { arraysEqual } from "../../src/array/convert.ts";
import { loadNpy, readNpy, saveNpy, writeNpy } from "../../src/array/npy.ts";
import { FileFormatError } from "../../src/errors.ts";
import { bytesOf, readGolden, recordedArray } from "./golden.ts";
import type { Recorded } from "./golden.ts";

type RecordedFile = Recorded & { file: string; major: number; canonical: boolean };
const files = readGolden<RecordedFile[]>("numpyFiles");

/** A file with the given header text, padded as the format wants unless told otherwise. */
function file(header: string, data = 0, options: { version?: number; pad?: boolean } = {}): Uint8Array {
  const { version = 1, pad = true } = options;
  const start = version === 1 ? 10 : 12;
  const body = new TextEncoder().encode(header);
  const end = pad ? Math.ceil((start + body.length + 1) / 64) * 64 : start + body.length + 1;
  const bytes = new Uint8Array(end + data);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0]);
  bytes.fill(0x20, start, end);
  bytes.set(body, start);
  bytes[end - 1] = 10;
  new DataView(bytes.buffer).setUint16(8, end - start, true);
  return bytes;
}

function header(descr = "'<f8'", order = "False", shape = "(2,)"): string {
  return `{'descr': ${descr}, 'fortran_order': ${order}, 'shape': ${shape}, }`;
}

function patched(bytes: Uint8Array, at: number, ...values: number[]): Uint8Array {
  const copy = bytes.slice();
  copy.set(values, at);
  return copy;
}

const good = file(header(), 16);

describe("readNpy", () => {
  it.each(files.map((c, i) => [i, c.dtype, c.shape, c.major, c] as const))(
    "reads what NumPy wrote, case %i: %s %j version %i",
    (_, __, ___, ____, recorded) => {
      const read = readNpy(bytesOf(recorded.file));
      expect(read.dtype).toBe(recorded.dtype);
      expect(read.shape).toEqual(recorded.shape);
      expect(arraysEqual(read, recordedArray(recorded))).toBe(true);
    },
  );

  it("takes a view into a larger buffer, and an ArrayBuffer", () => {
    const bytes = writeNpy(array([1, 2, 3], "int16"));
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    expect(readNpy(shifted.subarray(3)).toList()).toEqual([1, 2, 3]);
    expect(readNpy(bytes.buffer as ArrayBuffer).toList()).toEqual([1, 2, 3]);
  });

  it("accepts 0-d, empty, and Python 2's long sizes", () => {
    expect(readNpy(file(header("'<f8'", "False", "()"), 8)).shape).toEqual([]);
    expect(readNpy(file(header("'<f8'", "False", "(0, 3)"))).shape).toEqual([0, 3]);
    expect(readNpy(file(header("'<f8'", "False", "(2L,)"), 16)).shape).toEqual([2]);
    expect(readNpy(file(header('"|b1"', "False", "(2,)"), 2)).dtype).toBe("bool");
  });

  it("makes bool bytes 0 or 1", () => {
    const bytes = file(header("'|b1'"), 2);
    expect(readNpy(patched(bytes, bytes.length - 1, 7)).data).toEqual(Uint8Array.of(0, 1));
  });

  it("does not share memory with its argument", () => {
    const bytes = writeNpy(array([1, 2], "uint8"));
    const read = readNpy(bytes);
    bytes.fill(9);
    expect(read.toList()).toEqual([1, 2]);
  });
});

const malformed: Record<string, Uint8Array> = {
  "empty file": new Uint8Array(0),
  "bad magic": patched(good, 1, 0x4f),
  "a zip file": Uint8Array.of(0x50, 0x4b, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0),
  "magic alone": good.slice(0, 6),
  "cut within the length": good.slice(0, 9),
  "cut within version 2's length": patched(good, 6, 2).slice(0, 11),
  "version 0": patched(good, 6, 0),
  "version 4": patched(good, 6, 4),
  "version 1.1": patched(good, 7, 1),
  "header longer than the file": patched(good, 8, 0xf6, 0x7f),
  "header length 0": patched(good, 8, 0, 0),
  "header over 16 MiB": patched(good, 6, 2, 0, 0, 0, 0, 2),
  "header length 2 ** 32 - 1": patched(good, 6, 2, 0, 255, 255, 255, 255),
  "odd padding": file(header() + " ", 16, { pad: false }),
  "missing newline": patched(good, good.length - 17, 0x20),
  "header is a list": file("[1, 2]"),
  "header is a number": file("12"),
  "header is nothing": file(""),
  "header is code": file("__import__('os').system('true')"),
  "trailing garbage": file(header() + " 1", 16),
  "unclosed dictionary": file(header().replace("}", ""), 16),
  "unclosed string": file("{'descr: 1}", 16),
  "escape in a string": file(header("'<f\\x38'"), 16),
  "duplicate key": file(header().replace("{", "{'descr': '<f8', "), 16),
  "missing key": file("{'descr': '<f8', 'shape': (2,), }", 16),
  "further key": file(header().replace("{", "{'x': 1, "), 16),
  "key that is no string": file(header().replace("{", "{1: 1, "), 16),
  "no colon": file("{'descr' '<f8'}", 16),
  "non-ASCII in version 1": file(header("'<f8é'"), 16),
  "invalid UTF-8 in version 3": patched(patched(good, 6, 3), 20, 0xff),
  "object dtype": file(header("'|O'"), 16),
  "dtype <i9": file(header("'<i9'"), 18),
  "dtype <f16": file(header("'<f16'"), 32),
  "empty dtype": file(header("''"), 16),
  "structured dtype": file(header("[('a', '<f8'), ('b', '<i4')]"), 24),
  "text dtype": file(header("'<U4'"), 32),
  dates: file(header("'<M8[ns]'"), 16),
  "dtype of no order": file(header("'f8'"), 16),
  "dtype None": file(header("None"), 16),
  "order-free multibyte dtype": file(header("'|f8'"), 16),
  "negative size": file(header("'<f8'", "False", "(-2,)"), 16),
  "huge size": file(header("'<f8'", "False", "(9223372036854775807,)"), 16),
  "overflow to 0 modulo 2 ** 64": file(header("'<f8'", "False", "(4294967296, 4294967296)"), 0),
  "overflow hidden by an empty axis": file(header("'<f8'", "False", "(0, 9223372036854775807, 9223372036854775807)")),
  "a size of 300 digits": file(header("'<f8'", "False", `(${"9".repeat(300)},)`), 16),
  "a size of 5000 digits": file(header("'<f8'", "False", `(${"9".repeat(5000)},)`), 16),
  "fractional size": file(header("'<f8'", "False", "(2.0,)"), 16),
  "boolean size": file(header("'<f8'", "False", "(True,)"), 8),
  "nested shape": file(header("'<f8'", "False", "((2,),)"), 16),
  "list as shape": file(header("'<f8'", "False", "[2]"), 16),
  "number as shape": file(header("'<f8'", "False", "(2)"), 16),
  "65 dimensions": file(header("'<f8'", "False", `(${"1, ".repeat(65)})`), 8),
  "many levels": file("(".repeat(5000)),
  "data too short": file(header(), 15),
  "data too long": file(header(), 17),
  "no data": file(header()),
  "fortran_order a number": file(header("'<f8'", "0"), 16),
  "fortran_order a string": file(header("'<f8'", "'False'"), 16),
};

describe("malformed .npy files give a FileFormatError", () => {
  it("and the file that they are made from is good", () => {
    expect(readNpy(good).toList()).toEqual([0, 0]);
  });

  it.each(Object.entries(malformed))("%s", (_, bytes) => {
    let error: unknown;
    try {
      readNpy(bytes);
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(FileFormatError);
    expect((error as Error).message).toMatch(/^npy: /);
    expect((error as Error).message.length).toBeLessThan(400);
  });

  it("cut at any byte, or with any header byte changed, never anything else", () => {
    const bytes = writeNpy(
      array(
        [
          [1, 2, 3],
          [4, 5, 6],
        ],
        "float32",
      ),
    );
    const attempt = (input: Uint8Array): void => {
      try {
        readNpy(input);
      } catch (error) {
        expect(error).toBeInstanceOf(FileFormatError);
      }
    };
    for (let length = 0; length < bytes.length; length++) {
      expect(() => readNpy(bytes.slice(0, length))).toThrow(FileFormatError);
    }
    for (let at = 0; at < 128; at++) {
      for (const value of [0, 9, 0x27, 0x28, 0x30, 0x39, 0x5b, 0x7d, 0xff]) attempt(patched(bytes, at, value));
    }
  });
});

describe("writeNpy", () => {
  it.each(files.filter((c) => c.canonical).map((c, i) => [i, c.dtype, c.shape, c] as const))(
    "writes NumPy's bytes, case %i: %s %j",
    (_, __, ___, recorded) => {
      expect(writeNpy(recordedArray(recorded))).toEqual(bytesOf(recorded.file));
    },
  );

  it("writes views in C order", () => {
    const a = array(
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
      "int64",
    );
    expect(readNpy(writeNpy(a.T)).toList()).toEqual([
      [1, 4],
      [2, 5],
      [3, 6],
    ]);
    expect(readNpy(writeNpy(a.at("...", "::2"))).toList()).toEqual([
      [1, 3],
      [4, 6],
    ]);
  });

  it("writes files and reads them back", () => {
    const folder = mkdtempSync(join(tmpdir(), "theano-npy-"));
    try {
      const path = join(folder, "a.npy");
      const a = array([{ re: 1, im: -0.5 }], "complex64");
      saveNpy(path, a);
      expect(arraysEqual(loadNpy(path), a)).toBe(true);
      expect(() => loadNpy(join(folder, "none.npy"))).toThrow(FileFormatError);
      expect(() => saveNpy(join(folder, "no", "a.npy"), zeros([1]))).toThrow(/cannot be written/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
