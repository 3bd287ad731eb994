import { readFileSync } from "node:fs";
import { fromBuffer } from "../../src/array/create.ts";
import type { NdArray } from "../../src/array/ndArray.ts";
import type { DType } from "../../src/dtype.ts";

/** An array as recordNumpy.py writes it. */
export interface Recorded {
  dtype: DType;
  shape: number[];
  bytes: string;
}

export function readGolden<T>(name: string): T {
  const url = new URL(`../data/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(url, "utf8")) as T;
}

export function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(Buffer.from(base64, "base64"));
}

export function recordedArray(recorded: Recorded): NdArray {
  const bytes = bytesOf(recorded.bytes);
  return fromBuffer(bytes.buffer as ArrayBuffer, recorded.dtype, recorded.shape);
}
