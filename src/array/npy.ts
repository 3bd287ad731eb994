import { itemSize, slotsOf, typedArrayOf } from "../dtype.ts";
import type { DType } from "../dtype.ts";
import { readBytes, writeBytes } from "../config/platform.ts";
import { sizeOf, shapeText } from "./layout.ts";
import { NdArray } from "./ndArray.ts";
import { formatNpyHeader, npyError, parseNpyHeader } from "./npyHeader.ts";
import type { NpyHeader } from "./npyHeader.ts";
import { plainStorage, typedArrayDType } from "./source.ts";
import type { AnyTypedArray } from "./source.ts";

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]; // "\x93NUMPY"
/** A longer header is a lie: the longest honest one has a few kilobytes. */
const MAX_HEADER = 16 * 2 ** 20;
/** Data begins at a multiple of this; older files use 16, and those are read too. */
const ALIGNMENT = 64;
const LEAST_ALIGNMENT = 16;

function toBytes(file: Uint8Array | ArrayBufferLike): Uint8Array {
  const dtype = typedArrayDType(file);
  if (dtype === undefined) return new Uint8Array(file as ArrayBufferLike);
  const view = plainStorage(file as unknown as AnyTypedArray, dtype);
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

/** Where the header's text lies. */
function headerSpan(bytes: Uint8Array): { version: number; start: number; end: number } {
  if (MAGIC.some((byte, i) => bytes[i] !== byte)) {
    throw npyError(bytes.length === 0 ? "the file is empty." : "the file does not begin as .npy.");
  }
  if (bytes.length < 10) throw npyError("the file ends within its first 10 bytes.");
  const [version, minor] = [bytes[6]!, bytes[7]!];
  if (version < 1 || version > 3 || minor !== 0) {
    throw npyError(`version ${version}.${minor} is unknown; 1.0, 2.0 and 3.0 are.`);
  }
  const start = version === 1 ? 10 : 12;
  if (bytes.length < start) throw npyError("the file ends within its first 12 bytes.");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  const end = start + length;
  if (length === 0) throw npyError("the header is empty.");
  if (length > MAX_HEADER) throw npyError(`a header of ${length} bytes is too long.`);
  if (end > bytes.length) {
    throw npyError(`the header says ${length} bytes, but ${bytes.length - start} are left.`);
  }
  if (end % LEAST_ALIGNMENT !== 0) {
    throw npyError(`the header ends at byte ${end}, not at a multiple of ${LEAST_ALIGNMENT}.`);
  }
  return { version, start, end };
}

function readHeader(bytes: Uint8Array): NpyHeader & { dataStart: number } {
  const { version, start, end } = headerSpan(bytes);
  const raw = bytes.subarray(start, end);
  if (raw.at(-1) !== 10) throw npyError("the header does not end with a newline.");
  if (version < 3 && raw.some((byte) => byte > 127)) {
    throw npyError("the header holds characters outside ASCII.");
  }
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(raw);
  } catch {
    throw npyError("the header is not valid UTF-8.");
  }
  return { ...parseNpyHeader(text), dataStart: end };
}

/** Reverses the bytes of each number in place. */
function swapBytes(bytes: Uint8Array, width: number): void {
  for (let at = 0; at < bytes.length; at += width) bytes.subarray(at, at + width).reverse();
}

/**
 * Reads the bytes of a .npy file (versions 1 to 3, either byte order). The data are copied; an
 * array in Fortran order keeps that order, as strides.
 * @throws FileFormatError for anything malformed: magic, version, header, shape, dtype, or data
 * shorter or longer than the shape.
 */
export function readNpy(file: Uint8Array | ArrayBufferLike): NdArray {
  const bytes = toBytes(file);
  const { dtype, bigEndian, fortranOrder, shape, dataStart } = readHeader(bytes);
  const size = sizeOf(shape);
  const expected = size * itemSize(dtype);
  const present = bytes.length - dataStart;
  if (expected !== present) {
    throw npyError(`${dtype}${shapeText(shape)} takes ${expected} bytes of data, but the file has ${present}.`);
  }
  // slice copies, and so aligns.
  const data = bytes.slice(dataStart);
  const constructor = typedArrayOf(dtype);
  if (bigEndian) swapBytes(data, constructor.BYTES_PER_ELEMENT);
  if (dtype === "bool") data.forEach((byte, i) => (data[i] = byte === 0 ? 0 : 1));
  const buffer = new constructor(data.buffer, data.byteOffset, size * slotsOf(dtype));
  if (!fortranOrder) return NdArray.wrap<DType>(dtype, buffer, shape);
  return NdArray.wrap<DType>(dtype, buffer, [...shape].reverse()).transpose();
}

/** Bytes of a .npy file, in C order, just as NumPy writes them. */
export function writeNpy(a: NdArray): Uint8Array {
  const header = formatNpyHeader(a.dtype, a.shape);
  // Rank is at most a few dozen, so the header always fits version 1's 16-bit length.
  const start = 10;
  const dataStart = Math.ceil((start + header.length + 1) / ALIGNMENT) * ALIGNMENT;
  const { data } = a;
  const bytes = new Uint8Array(dataStart + data.byteLength);
  bytes.set(MAGIC);
  bytes[6] = 1;
  new DataView(bytes.buffer).setUint16(8, dataStart - start, true);
  bytes.set(new TextEncoder().encode(header.padEnd(dataStart - start - 1) + "\n"), start);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), dataStart);
  return bytes;
}

/**
 * Reads a .npy file by its path (Node only).
 * @throws FileFormatError when the file is missing or malformed.
 */
export function loadNpy(path: string): NdArray {
  return readNpy(readBytes(path));
}

/** Writes a .npy file by its path (Node only). */
export function saveNpy(path: string, a: NdArray): void {
  writeBytes(path, writeNpy(a));
}
