/** Modules are kept in the form that imports an unshared memory; where the memory is shared, they have to say so. */

/** The import of "env" "memory" without a maximum: two names with their lengths, kind memory, flags, least pages. */
const UNSHARED: readonly number[] = [3, 0x65, 0x6e, 0x76, 6, 0x6d, 0x65, 0x6d, 0x6f, 0x72, 0x79, 2, 0, 0];
/** Flags "shared, with a maximum", no least pages, 65,536 at most (as LEB128). */
const SHARED_LIMITS: readonly number[] = [3, 0, 0x80, 0x80, 4];

/** A module like `bytes` whose memory is a shared one. */
export function withSharedMemory(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const section = sectionStart(bytes, 2);
  const names = section.body + 1;
  if (!UNSHARED.every((byte, i) => bytes[names + i] === byte)) {
    throw new RangeError("the first import is not an unshared memory");
  }
  const limits = names + UNSHARED.length - 2;
  const size = section.size + SHARED_LIMITS.length - 2;
  const parts = [
    bytes.subarray(0, section.at + 1),
    leb(size),
    bytes.subarray(section.body, limits),
    SHARED_LIMITS,
    bytes.subarray(limits + 2),
  ];
  const out = new Uint8Array(parts.reduce((n, part) => n + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** Where a section's id is, where its content begins, and how long that is. */
function sectionStart(bytes: Uint8Array, id: number): { at: number; body: number; size: number } {
  for (let at = 8; at < bytes.length; ) {
    let [size, shift, body] = [0, 0, at + 1];
    for (;;) {
      const byte = bytes[body++]!;
      size |= (byte & 0x7f) << shift;
      shift += 7;
      if (byte < 0x80) break;
    }
    if (bytes[at] === id) return { at, body, size };
    at = body + size;
  }
  throw new RangeError(`the module has no section ${id}`);
}

function leb(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...leb(value >>> 7)];
}
