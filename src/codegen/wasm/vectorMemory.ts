/** Vectors in memory: loads and stores of lanes side by side, turned around, every second one, or far apart. */
import { BYTES } from "../../ir/node.ts";
import type { ScalarType } from "../../ir/node.ts";
import { add, mul, op } from "./functionBuilder.ts";
import type { FunctionBuilder, Local, Operand } from "./functionBuilder.ts";
import type { MemoryOp } from "./opcodes.ts";

/** Elements side by side. */
export function loadAdjacent(
  f: FunctionBuilder,
  lanes: number,
  type: ScalarType,
  address: Operand,
  part: number,
): void {
  const bytes = lanes * BYTES[type];
  const offset = part * bytes;
  const loads: Readonly<Record<number, MemoryOp>> = {
    16: "v128.load",
    8: "v128.load64_zero",
    4: "v128.load32_zero",
    2: "v128.load16_splat",
  };
  f.load(loads[bytes] as MemoryOp, offset, address);
  // Bools from outside may be any nonzero byte.
  if (type === "bool") f.v128(new Uint8Array(16)).op("i8x16.ne");
}

/** Two whole vectors, of which every second element is wanted, or one turned around. */
export function loadShuffled(
  f: FunctionBuilder,
  lanes: number,
  type: ScalarType,
  address: Operand,
  stride: 2 | -1,
  part: number,
): void {
  const bytes = BYTES[type];
  const whole = 16 / bytes;
  const pick = (lane: number): number[] => Array.from({ length: bytes }, (_, i) => lane * bytes + i);
  const order = Array.from({ length: whole }, (_, lane) => lane);
  if (stride === 2) {
    const offset = part * lanes * 2 * bytes;
    const start = f.local("i32");
    f.set(start, address);
    f.load("v128.load", offset, start).load("v128.load", offset + 16, start);
    f.release(start);
    f.shuffle(order.flatMap((lane) => pick(lane * 2)));
    return;
  }
  const last = part * lanes * bytes + (whole - 1) * bytes;
  const value = f.local("v128");
  f.set(value, (f) => f.load("v128.load", 0, op("i32.sub", address, last)));
  f.shuffle(
    order.flatMap((lane) => pick(whole - 1 - lane)),
    value,
    value,
  );
  f.release(value);
}

/** Elements `step` bytes apart, one by one. */
export function loadStrided(
  f: FunctionBuilder,
  lanes: number,
  type: ScalarType,
  start: Operand,
  stride: Operand,
  part: number,
): void {
  const bits = BYTES[type] * 8;
  const { address, step } = f.named("i32", "address", "step");
  f.set(step, stride);
  f.set(address, add(start, mul(step, part * lanes)));
  const first = bits < 32 ? `v128.load${bits}_splat` : `v128.load${bits}_zero`;
  const vector = f.local("v128");
  f.set(vector, (g) => g.load(first as MemoryOp, 0, address));
  for (let lane = 1; lane < lanes; lane++) {
    f.set(address, add(address, step));
    f.laneAccess(`v128.load${bits as 8 | 16 | 32 | 64}_lane`, 0, lane, address, vector).set(vector);
  }
  f.get(vector);
  f.release(address, step, vector);
}

/** Writes the first `count` lanes (all, where it is null) of part `part` at an address. */
export function storeAdjacent(
  f: FunctionBuilder,
  lanes: number,
  type: ScalarType,
  address: Operand,
  part: number,
  vector: Operand,
  count: Local | null,
): void {
  const bytes = lanes * BYTES[type];
  if (count !== null) {
    const { at, value } = { at: f.local("i32"), value: f.local("v128") };
    f.set(at, address).set(value, vector);
    f.if(
      op("i32.ge_s", count, lanes),
      () => storeAdjacent(f, lanes, type, at, part, value, null),
      () => storePartial(f, type, at, value, count),
    );
    f.release(at, value);
  } else if (bytes === 16) {
    f.store("v128.store", part * bytes, address, vector);
  } else {
    const bits = (bytes * 8) as 16 | 32 | 64;
    f.push(address, vector).laneAccess(`v128.store${bits}_lane`, part * bytes, 0);
  }
}

/** Stores by halves: 8, 4, 2, 1 bytes as the bits of the byte count say. */
function storePartial(f: FunctionBuilder, type: ScalarType, at: Local, rest: Local, count: Local): void {
  for (const bytes of [8, 4, 2, 1] as const) {
    const size = BYTES[type];
    if (bytes < size) break;
    f.if(op("i32.and", count, bytes / size), () => {
      f.laneAccess(`v128.store${(bytes * 8) as 8 | 16 | 32 | 64}_lane`, 0, 0, at, rest);
      if (bytes === size) return;
      f.set(at, add(at, bytes));
      const moved = Array.from({ length: 16 }, (_, i) => (i + bytes) % 16);
      f.set(rest, (g) => g.shuffle(moved, rest, rest));
    });
  }
}
