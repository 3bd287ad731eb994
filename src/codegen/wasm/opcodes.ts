// The instruction names of WebAssembly and their numbers, once. Names are those of the
// specification's text format; relaxed instructions are the relaxed-simd proposal's.

/** One-byte instructions without immediates. */
const NUMERIC = [
  // 0x45
  "i32.eqz", "i32.eq", "i32.ne", "i32.lt_s", "i32.lt_u", "i32.gt_s", "i32.gt_u", "i32.le_s",
  "i32.le_u", "i32.ge_s", "i32.ge_u",
  "i64.eqz", "i64.eq", "i64.ne", "i64.lt_s", "i64.lt_u", "i64.gt_s", "i64.gt_u", "i64.le_s",
  "i64.le_u", "i64.ge_s", "i64.ge_u",
  "f32.eq", "f32.ne", "f32.lt", "f32.gt", "f32.le", "f32.ge",
  "f64.eq", "f64.ne", "f64.lt", "f64.gt", "f64.le", "f64.ge",
  // 0x67
  "i32.clz", "i32.ctz", "i32.popcnt", "i32.add", "i32.sub", "i32.mul", "i32.div_s", "i32.div_u",
  "i32.rem_s", "i32.rem_u", "i32.and", "i32.or", "i32.xor", "i32.shl", "i32.shr_s", "i32.shr_u",
  "i32.rotl", "i32.rotr",
  "i64.clz", "i64.ctz", "i64.popcnt", "i64.add", "i64.sub", "i64.mul", "i64.div_s", "i64.div_u",
  "i64.rem_s", "i64.rem_u", "i64.and", "i64.or", "i64.xor", "i64.shl", "i64.shr_s", "i64.shr_u",
  "i64.rotl", "i64.rotr",
  // 0x8b
  "f32.abs", "f32.neg", "f32.ceil", "f32.floor", "f32.trunc", "f32.nearest", "f32.sqrt",
  "f32.add", "f32.sub", "f32.mul", "f32.div", "f32.min", "f32.max", "f32.copysign",
  "f64.abs", "f64.neg", "f64.ceil", "f64.floor", "f64.trunc", "f64.nearest", "f64.sqrt",
  "f64.add", "f64.sub", "f64.mul", "f64.div", "f64.min", "f64.max", "f64.copysign",
  // 0xa7
  "i32.wrap_i64", "i32.trunc_f32_s", "i32.trunc_f32_u", "i32.trunc_f64_s", "i32.trunc_f64_u",
  "i64.extend_i32_s", "i64.extend_i32_u", "i64.trunc_f32_s", "i64.trunc_f32_u",
  "i64.trunc_f64_s", "i64.trunc_f64_u",
  "f32.convert_i32_s", "f32.convert_i32_u", "f32.convert_i64_s", "f32.convert_i64_u",
  "f32.demote_f64",
  "f64.convert_i32_s", "f64.convert_i32_u", "f64.convert_i64_s", "f64.convert_i64_u",
  "f64.promote_f32",
  "i32.reinterpret_f32", "i64.reinterpret_f64", "f32.reinterpret_i32", "f64.reinterpret_i64",
  "i32.extend8_s", "i32.extend16_s", "i64.extend8_s", "i64.extend16_s", "i64.extend32_s",
] as const;
const NUMERIC_START = 0x45;

/** Instructions behind the prefix 0xfc without immediates. */
const SATURATING = [
  "i32.trunc_sat_f32_s", "i32.trunc_sat_f32_u", "i32.trunc_sat_f64_s", "i32.trunc_sat_f64_u",
  "i64.trunc_sat_f32_s", "i64.trunc_sat_f32_u", "i64.trunc_sat_f64_s", "i64.trunc_sat_f64_u",
] as const;

const STRUCTURED = {
  unreachable: 0x00, nop: 0x01, return: 0x0f, drop: 0x1a, select: 0x1b,
} as const;

/** Vector instructions (prefix 0xfd) without immediates. */
const VECTOR = {
  "i8x16.swizzle": 14, "i8x16.splat": 15, "i16x8.splat": 16, "i32x4.splat": 17,
  "i64x2.splat": 18, "f32x4.splat": 19, "f64x2.splat": 20,
  "i8x16.eq": 35, "i8x16.ne": 36, "i8x16.lt_s": 37, "i8x16.lt_u": 38, "i8x16.gt_s": 39,
  "i8x16.gt_u": 40, "i8x16.le_s": 41, "i8x16.le_u": 42, "i8x16.ge_s": 43, "i8x16.ge_u": 44,
  "i16x8.eq": 45, "i16x8.ne": 46, "i16x8.lt_s": 47, "i16x8.lt_u": 48, "i16x8.gt_s": 49,
  "i16x8.gt_u": 50, "i16x8.le_s": 51, "i16x8.le_u": 52, "i16x8.ge_s": 53, "i16x8.ge_u": 54,
  "i32x4.eq": 55, "i32x4.ne": 56, "i32x4.lt_s": 57, "i32x4.lt_u": 58, "i32x4.gt_s": 59,
  "i32x4.gt_u": 60, "i32x4.le_s": 61, "i32x4.le_u": 62, "i32x4.ge_s": 63, "i32x4.ge_u": 64,
  "f32x4.eq": 65, "f32x4.ne": 66, "f32x4.lt": 67, "f32x4.gt": 68, "f32x4.le": 69, "f32x4.ge": 70,
  "f64x2.eq": 71, "f64x2.ne": 72, "f64x2.lt": 73, "f64x2.gt": 74, "f64x2.le": 75, "f64x2.ge": 76,
  "v128.not": 77, "v128.and": 78, "v128.andnot": 79, "v128.or": 80, "v128.xor": 81,
  "v128.bitselect": 82, "v128.any_true": 83,
  "f32x4.demote_f64x2_zero": 94, "f64x2.promote_low_f32x4": 95,
  "i8x16.abs": 96, "i8x16.neg": 97, "i8x16.popcnt": 98, "i8x16.all_true": 99,
  "i8x16.bitmask": 100, "i8x16.narrow_i16x8_s": 101, "i8x16.narrow_i16x8_u": 102,
  "f32x4.ceil": 103, "f32x4.floor": 104, "f32x4.trunc": 105, "f32x4.nearest": 106,
  "i8x16.shl": 107, "i8x16.shr_s": 108, "i8x16.shr_u": 109, "i8x16.add": 110,
  "i8x16.add_sat_s": 111, "i8x16.add_sat_u": 112, "i8x16.sub": 113, "i8x16.sub_sat_s": 114,
  "i8x16.sub_sat_u": 115, "f64x2.ceil": 116, "f64x2.floor": 117,
  "i8x16.min_s": 118, "i8x16.min_u": 119, "i8x16.max_s": 120, "i8x16.max_u": 121,
  "f64x2.trunc": 122, "i8x16.avgr_u": 123,
  "i16x8.abs": 128, "i16x8.neg": 129, "i16x8.all_true": 131, "i16x8.bitmask": 132,
  "i16x8.narrow_i32x4_s": 133, "i16x8.narrow_i32x4_u": 134,
  "i16x8.extend_low_i8x16_s": 135, "i16x8.extend_high_i8x16_s": 136,
  "i16x8.extend_low_i8x16_u": 137, "i16x8.extend_high_i8x16_u": 138,
  "i16x8.shl": 139, "i16x8.shr_s": 140, "i16x8.shr_u": 141, "i16x8.add": 142, "i16x8.sub": 145,
  "f64x2.nearest": 148, "i16x8.mul": 149,
  "i16x8.min_s": 150, "i16x8.min_u": 151, "i16x8.max_s": 152, "i16x8.max_u": 153,
  "i16x8.extmul_low_i8x16_s": 156, "i16x8.extmul_high_i8x16_s": 157,
  "i32x4.abs": 160, "i32x4.neg": 161, "i32x4.all_true": 163, "i32x4.bitmask": 164,
  "i32x4.extend_low_i16x8_s": 167, "i32x4.extend_high_i16x8_s": 168,
  "i32x4.extend_low_i16x8_u": 169, "i32x4.extend_high_i16x8_u": 170,
  "i32x4.shl": 171, "i32x4.shr_s": 172, "i32x4.shr_u": 173, "i32x4.add": 174, "i32x4.sub": 177,
  "i32x4.mul": 181, "i32x4.min_s": 182, "i32x4.min_u": 183, "i32x4.max_s": 184,
  "i32x4.max_u": 185, "i32x4.dot_i16x8_s": 186,
  "i64x2.abs": 192, "i64x2.neg": 193, "i64x2.all_true": 195, "i64x2.bitmask": 196,
  "i64x2.extend_low_i32x4_s": 199, "i64x2.extend_high_i32x4_s": 200,
  "i64x2.extend_low_i32x4_u": 201, "i64x2.extend_high_i32x4_u": 202,
  "i64x2.shl": 203, "i64x2.shr_s": 204, "i64x2.shr_u": 205, "i64x2.add": 206, "i64x2.sub": 209,
  "i64x2.mul": 213, "i64x2.eq": 214, "i64x2.ne": 215, "i64x2.lt_s": 216, "i64x2.gt_s": 217,
  "i64x2.le_s": 218, "i64x2.ge_s": 219,
  "f32x4.abs": 224, "f32x4.neg": 225, "f32x4.sqrt": 227, "f32x4.add": 228, "f32x4.sub": 229,
  "f32x4.mul": 230, "f32x4.div": 231, "f32x4.min": 232, "f32x4.max": 233, "f32x4.pmin": 234,
  "f32x4.pmax": 235,
  "f64x2.abs": 236, "f64x2.neg": 237, "f64x2.sqrt": 239, "f64x2.add": 240, "f64x2.sub": 241,
  "f64x2.mul": 242, "f64x2.div": 243, "f64x2.min": 244, "f64x2.max": 245, "f64x2.pmin": 246,
  "f64x2.pmax": 247,
  "i32x4.trunc_sat_f32x4_s": 248, "i32x4.trunc_sat_f32x4_u": 249,
  "f32x4.convert_i32x4_s": 250, "f32x4.convert_i32x4_u": 251,
  "i32x4.trunc_sat_f64x2_s_zero": 252, "i32x4.trunc_sat_f64x2_u_zero": 253,
  "f64x2.convert_low_i32x4_s": 254, "f64x2.convert_low_i32x4_u": 255,
  "f32x4.relaxed_madd": 0x105, "f32x4.relaxed_nmadd": 0x106,
  "f64x2.relaxed_madd": 0x107, "f64x2.relaxed_nmadd": 0x108,
} as const;

/** Vector instructions with a lane number. */
const LANE = {
  "i8x16.extract_lane_s": 21, "i8x16.extract_lane_u": 22, "i8x16.replace_lane": 23,
  "i16x8.extract_lane_s": 24, "i16x8.extract_lane_u": 25, "i16x8.replace_lane": 26,
  "i32x4.extract_lane": 27, "i32x4.replace_lane": 28, "i64x2.extract_lane": 29,
  "i64x2.replace_lane": 30, "f32x4.extract_lane": 31, "f32x4.replace_lane": 32,
  "f64x2.extract_lane": 33, "f64x2.replace_lane": 34,
} as const;

/** Scalar loads and stores: opcode and log2 of the width. */
const SCALAR_MEMORY = {
  "i32.load": [0x28, 2], "i64.load": [0x29, 3], "f32.load": [0x2a, 2], "f64.load": [0x2b, 3],
  "i32.load8_s": [0x2c, 0], "i32.load8_u": [0x2d, 0], "i32.load16_s": [0x2e, 1],
  "i32.load16_u": [0x2f, 1], "i64.load8_s": [0x30, 0], "i64.load8_u": [0x31, 0],
  "i64.load16_s": [0x32, 1], "i64.load16_u": [0x33, 1], "i64.load32_s": [0x34, 2],
  "i64.load32_u": [0x35, 2],
  "i32.store": [0x36, 2], "i64.store": [0x37, 3], "f32.store": [0x38, 2], "f64.store": [0x39, 3],
  "i32.store8": [0x3a, 0], "i32.store16": [0x3b, 1], "i64.store8": [0x3c, 0],
  "i64.store16": [0x3d, 1], "i64.store32": [0x3e, 2],
} as const;

/** Vector loads and stores: opcode and log2 of the width. */
const VECTOR_MEMORY = {
  "v128.load": [0, 4], "v128.load8x8_s": [1, 3], "v128.load8x8_u": [2, 3],
  "v128.load16x4_s": [3, 3], "v128.load16x4_u": [4, 3], "v128.load32x2_s": [5, 3],
  "v128.load32x2_u": [6, 3], "v128.load8_splat": [7, 0], "v128.load16_splat": [8, 1],
  "v128.load32_splat": [9, 2], "v128.load64_splat": [10, 3], "v128.store": [11, 4],
  "v128.load32_zero": [92, 2], "v128.load64_zero": [93, 3],
} as const;

/** Vector loads and stores of one lane: opcode and log2 of the width. */
const LANE_MEMORY = {
  "v128.load8_lane": [84, 0], "v128.load16_lane": [85, 1], "v128.load32_lane": [86, 2],
  "v128.load64_lane": [87, 3], "v128.store8_lane": [88, 0], "v128.store16_lane": [89, 1],
  "v128.store32_lane": [90, 2], "v128.store64_lane": [91, 3],
} as const;

/** An instruction whose operands all come from the stack. */
export type PlainOp =
  | (typeof NUMERIC)[number]
  | (typeof SATURATING)[number]
  | keyof typeof STRUCTURED
  | keyof typeof VECTOR;
export type LaneOp = keyof typeof LANE;
export type MemoryOp = keyof typeof SCALAR_MEMORY | keyof typeof VECTOR_MEMORY;
export type LaneMemoryOp = keyof typeof LANE_MEMORY;

/** An encoded opcode: its prefix byte (0: none) and its number. */
export interface Opcode {
  readonly prefix: number;
  readonly code: number;
  /** log2 of the bytes accessed; 0 for instructions that touch no memory. */
  readonly align: number;
}

const NUMERIC_PREFIX = 0xfc;
const VECTOR_PREFIX = 0xfd;

function buildTable(): ReadonlyMap<string, Opcode> {
  const table = new Map<string, Opcode>();
  const add = (name: string, prefix: number, code: number, align = 0): void => {
    table.set(name, { prefix, code, align });
  };
  NUMERIC.forEach((name, i) => add(name, 0, NUMERIC_START + i));
  SATURATING.forEach((name, i) => add(name, NUMERIC_PREFIX, i));
  for (const [name, code] of Object.entries(STRUCTURED)) add(name, 0, code);
  for (const [name, code] of Object.entries(VECTOR)) add(name, VECTOR_PREFIX, code);
  for (const [name, code] of Object.entries(LANE)) add(name, VECTOR_PREFIX, code);
  for (const [name, [code, align]] of Object.entries(SCALAR_MEMORY)) add(name, 0, code, align);
  for (const [name, [code, align]] of [
    ...Object.entries(VECTOR_MEMORY),
    ...Object.entries(LANE_MEMORY),
  ]) {
    add(name, VECTOR_PREFIX, code, align);
  }
  return table;
}

/** Every instruction by name. */
export const OPCODES: ReadonlyMap<string, Opcode> = buildTable();

/** Whether `name` is an instruction without immediates (for names that are put together). */
export function isPlainOp(name: string): name is PlainOp {
  return OPCODES.has(name) && !(name in LANE) && !(name in SCALAR_MEMORY) &&
    !(name in VECTOR_MEMORY) && !(name in LANE_MEMORY);
}
