// Decimal text of floats as NumPy writes it (its "Dragon4" printing): the shortest digits that
// name the number within its own precision, cut to 8 places with ties to even.

import { roundToFloat16 } from "./float16.ts";

export type FloatName = "float16" | "float32" | "float64";

const PRECISION = 8;

const roundings: Readonly<Record<FloatName, (value: number) => number>> = {
  float16: roundToFloat16,
  float32: Math.fround,
  float64: (value) => value,
};

/** Decimal digits that a float dtype surely holds (NumPy's `finfo.precision`). */
const decimals: Readonly<Record<FloatName, number>> = { float16: 3, float32: 6, float64: 15 };

/** Size from which NumPy writes a number alone with an exponent. */
const scalarCutoff: Readonly<Record<FloatName, number>> = {
  float16: 1e3,
  float32: 1e6,
  float64: 1e16,
};

/** `d.ddde+x` with the fewest digits that read back to the same value of the dtype. */
function shortestExponential(value: number, name: FloatName): string {
  if (name === "float64") return value.toExponential();
  const round = roundings[name];
  for (let digits = 0; digits < 10; digits++) {
    if (round(Number(value.toExponential(digits))) !== value) continue;
    return exponential(value, digits).join("e");
  }
  return value.toExponential();
}

/**
 * Digits of a value cut to some places, with ties to even where JavaScript rounds them up.
 * @param write exact digits to any number of places, correctly rounded except at ties
 */
function tiesToEven(write: (places: number) => string, places: number): string {
  const rounded = write(places);
  const oneMore = write(places + 1);
  if (!oneMore.endsWith("5")) return rounded;
  const exact = write(100);
  if (!exact.startsWith(oneMore) || /[1-9]/.test(exact.slice(oneMore.length))) return rounded;
  const truncated = oneMore.slice(0, -1);
  return Number(truncated.at(-1)) % 2 === 0 ? truncated : rounded;
}

/** `value.toFixed(places)` with ties to even. */
function fixed(value: number, places: number): string {
  return tiesToEven((n) => value.toFixed(n), places);
}

/** `[mantissa, exponent]` of `value.toExponential(places)` with ties to even. */
function exponential(value: number, places: number): [string, number] {
  const [rounded, exponent] = value.toExponential(places).split("e") as [string, string];
  if (places === 0) return [rounded, Number(exponent)];
  const mantissa = tiesToEven((n) => value.toExponential(n).split("e")[0]!, places);
  const carried = mantissa !== rounded;
  const power = carried ? value.toExponential(places + 1).split("e")[1]! : exponent;
  return [mantissa, Number(power)];
}

/** Digits and exponent of a text such as `-1.25e-7`: sign, "125", -7. */
function splitExponential(text: string): { sign: string; digits: string; exponent: number } {
  const [mantissa, exponent] = text.split("e") as [string, string];
  const sign = mantissa.startsWith("-") ? "-" : "";
  return { sign, digits: mantissa.replace(/[-.]/g, ""), exponent: Number(exponent) };
}

/** Shortest digits written without an exponent; a decimal point always, no trailing zeros. */
function shortestPositional(value: number, name: FloatName): string {
  const { sign, digits, exponent } = splitExponential(shortestExponential(value, name));
  if (exponent < 0) return `${sign}0.${"0".repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, "0");
  return `${sign}${whole}.${digits.slice(exponent + 1)}`;
}

/** Minus zero is written with its sign, which JavaScript's conversions drop. */
function withSign(value: number, text: string): string {
  return Object.is(value, -0) ? `-${text}` : text;
}

/** At most 8 places, trailing zeros trimmed, the point kept. */
function positional(value: number, name: FloatName): string {
  if (value === 0) return withSign(value, "0.");
  const text = shortestPositional(value, name);
  const places = text.length - 1 - text.indexOf(".");
  if (places <= PRECISION) return text;
  return fixed(value, PRECISION).replace(/0+$/, "");
}

/** Mantissa with a point, and exponent with sign and at least two digits. */
function scientific(value: number, places: number): { mantissa: string; exponent: string } {
  const [mantissa, exponent] = exponential(value, places);
  return {
    mantissa: withSign(value, places === 0 ? `${mantissa}.` : mantissa),
    exponent: `${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`,
  };
}

/** Places after the point that scientific notation needs for a value, at most 8. */
function scientificPlaces(value: number, name: FloatName): number {
  const { digits } = splitExponential(shortestExponential(value, name));
  if (digits.length - 1 <= PRECISION) return digits.length - 1;
  const [mantissa] = exponential(value, PRECISION);
  return mantissa.replace(/0+$/, "").length - mantissa.indexOf(".") - 1;
}

function needsExponent(finite: readonly number[], name: FloatName): boolean {
  const round = roundings[name];
  let max = 0;
  let min = Infinity;
  for (const value of finite) {
    const size = Math.abs(value);
    if (size === 0) continue;
    max = Math.max(max, size);
    min = Math.min(min, size);
  }
  if (max === 0) return false;
  // NumPy compares in the array's own precision.
  const cutoff = 10 ** Math.min(8, decimals[name]);
  return max >= cutoff || min < round(0.0001) || round(max / min) > 1000;
}

function nonFinite(value: number, plus: boolean): string {
  const sign = value < 0 ? "-" : plus ? "+" : "";
  return sign + (value !== value ? "nan" : "inf");
}

/**
 * Text of each element of an array of floats, all of one width.
 * @param values the elements that will be shown
 * @param plus write `+` before values that are not negative (imaginary parts)
 */
export function arrayFormat(values: readonly number[], name: FloatName, plus: boolean): (value: number) => string {
  const finite = values.filter(Number.isFinite);
  const signed = (value: number, text: string): string => (plus && !text.startsWith("-") ? `+${text}` : text);
  const useExponent = needsExponent(finite, name);
  const places = useExponent ? Math.max(...finite.map((v) => scientificPlaces(v, name))) : 0;
  let exponentWidth = 0;
  if (useExponent) {
    exponentWidth = Math.max(...finite.map((v) => scientific(v, places).exponent.length - 1));
  }
  const write = (value: number): [string, string] => {
    if (useExponent) {
      const { mantissa, exponent } = scientific(value, places);
      const padded = exponent[0] + exponent.slice(1).padStart(exponentWidth, "0");
      const [whole, rest] = signed(value, mantissa).split(".") as [string, string];
      return [whole, `${rest}e${padded}`];
    }
    return signed(value, positional(value, name)).split(".") as [string, string];
  };
  let left = 0;
  let right = 0;
  for (const value of finite) {
    const [whole, rest] = write(value);
    left = Math.max(left, whole.length);
    right = Math.max(right, rest.length);
  }
  if (finite.length < values.length) {
    const negative = plus || values.includes(-Infinity);
    left = Math.max(left, 3 - (right + 1), 3 + (negative ? 1 : 0) - (right + 1));
  }
  return (value) => {
    if (!Number.isFinite(value)) return nonFinite(value, plus).padStart(left + right + 1);
    const [whole, rest] = write(value);
    return `${whole.padStart(left)}.${rest.padEnd(right)}`;
  };
}

/** Text of one float alone: shortest digits, an exponent for large and small ones. */
export function scalarText(value: number, name: FloatName, wholeSuffix: string): string {
  if (!Number.isFinite(value)) return nonFinite(value, false);
  if (value === 0) return withSign(value, `0${wholeSuffix}`);
  const size = Math.abs(value);
  if (size >= scalarCutoff[name] || size < 1e-4) {
    const { sign, digits, exponent } = splitExponential(shortestExponential(value, name));
    const rest = digits.length > 1 ? `.${digits.slice(1)}` : "";
    const power = `${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
    return `${sign}${digits[0]}${rest}e${power}`;
  }
  const text = shortestPositional(value, name);
  return text.endsWith(".") ? text.slice(0, -1) + wholeSuffix : text;
}
