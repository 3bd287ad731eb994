/** What follows the object code in an entry of the compile cache: a description for people, and a hash of all before it. */
import type { NodeModules } from "./node.ts";

/** An entry, as it is listed. */
export interface CacheEntry {
  /** The hash of all that the code depends on. */
  readonly key: string;
  /** The name of the function that it was compiled for first; empty for an entry that is damaged. */
  readonly name: string;
  readonly bytes: number;
  readonly made: Date | null;
  /** To the day. */
  readonly used: Date;
  readonly isWhole: boolean;
}

const HASH_BYTES = 32;
const LENGTH_BYTES = 4;
const MARK = "theano01";

interface Description {
  readonly name: string;
  readonly made: number;
}

/** The bytes to append to an object. */
export function trailer(node: NodeModules, object: Buffer, name: string): Buffer {
  const description: Description = { name: name.slice(0, 200), made: Date.now() };
  const text = Buffer.from(JSON.stringify(description));
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32LE(text.length);
  const body = Buffer.concat([text, length, Buffer.from(MARK)]);
  const hash = node.crypto.createHash("sha256").update(object).update(body).digest();
  return Buffer.concat([body, hash]);
}

export function isWhole({ crypto }: NodeModules, bytes: Buffer): boolean {
  const end = bytes.length - HASH_BYTES;
  if (end < MARK.length + LENGTH_BYTES || bytes.toString("latin1", end - MARK.length, end) !== MARK) return false;
  return crypto.createHash("sha256").update(bytes.subarray(0, end)).digest().equals(bytes.subarray(end));
}

export function describeEntry(node: NodeModules, key: string, file: string): CacheEntry {
  const bytes = node.fs.readFileSync(file);
  const used = node.fs.statSync(file).mtime;
  if (!isWhole(node, bytes)) return { key, name: "", bytes: bytes.length, made: null, used, isWhole: false };
  const end = bytes.length - HASH_BYTES - MARK.length - LENGTH_BYTES;
  const length = bytes.readUInt32LE(end);
  const { name, made } = JSON.parse(bytes.toString("utf8", end - length, end)) as Description;
  return { key, name, bytes: bytes.length, made: new Date(made), used, isWhole: true };
}
