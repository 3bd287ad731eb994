// NumPy's array printing (numpy/_core/arrayprint.py, version 2.4) with its default options:
// precision 8, threshold 1000, 3 edge items, line width 75.

import { isBool, isComplex } from "../dtype.ts";
import type { DType } from "../dtype.ts";
import { readElement } from "./element.ts";
import type { Complex, Element } from "./element.ts";
import { arrayFormat, scalarText } from "./formatNumber.ts";
import type { FloatName } from "./formatNumber.ts";
import type { Strided } from "./layout.ts";

const THRESHOLD = 1000;
const EDGE_ITEMS = 3;
const LINE_WIDTH = 75;
const ELLIPSIS = "...";

type Format = (value: Element) => string;

/** Indices shown along an axis; -1 stands for the ellipsis. */
function shownIndices(length: number, summarize: boolean): number[] {
  const all = Array.from({ length }, (_, i) => i);
  if (!summarize || length <= 2 * EDGE_ITEMS) return all;
  return [...all.slice(0, EDGE_ITEMS), -1, ...all.slice(length - EDGE_ITEMS)];
}

/** Float dtype that the parts of a dtype are printed as. */
function floatName(dtype: DType): FloatName {
  if (dtype === "float16") return "float16";
  return dtype === "float32" || dtype === "complex64" ? "float32" : "float64";
}

function complexFormat(values: readonly Complex[], name: FloatName): Format {
  const real = arrayFormat(
    values.map((v) => v.re),
    name,
    false,
  );
  const imaginary = arrayFormat(
    values.map((v) => v.im),
    name,
    true,
  );
  return (value) => {
    const { re, im } = value as Complex;
    const text = imaginary(im);
    const digits = text.trimEnd();
    return `${real(re)}${digits}j${text.slice(digits.length)}`;
  };
}

function integerFormat(values: readonly Element[]): Format {
  const width = Math.max(0, ...values.map((value) => String(value).length));
  return (value) => String(value).padStart(width);
}

/** Text of each element, of one width, chosen from the values that will be shown. */
function elementFormat(values: readonly Element[], dtype: DType): Format {
  if (isBool(dtype)) return (value) => (value === 0 ? "False" : " True");
  if (isComplex(dtype)) return complexFormat(values as Complex[], floatName(dtype));
  if (dtype === "float16" || dtype === "float32" || dtype === "float64") {
    return arrayFormat(values as number[], floatName(dtype), false) as Format;
  }
  return integerFormat(values);
}

/** One row, its words wrapped at the line width. */
function formatRow(words: readonly string[], indent: string, width: number): string {
  let done = "";
  let line = indent;
  words.forEach((word, i) => {
    if (line.length + word.length > width && line.length > indent.length) {
      done += `${line.trimEnd()}\n`;
      line = indent;
    }
    line += i === words.length - 1 ? word : `${word} `;
  });
  return done + line;
}

function formatScalar(value: Element, dtype: DType): string {
  if (isBool(dtype)) return value === 0 ? "False" : "True";
  if (typeof value === "bigint") return String(value);
  const name = floatName(dtype);
  if (typeof value === "object") {
    const im = scalarText(value.im, name, "");
    if (value.re === 0 && !Object.is(value.re, -0)) return `${im}j`;
    return `(${scalarText(value.re, name, "")}${/^[-+]/.test(im) ? "" : "+"}${im}j)`;
  }
  return dtype.startsWith("float") ? scalarText(value, name, ".0") : String(value);
}

/** Text of an array, as NumPy's `str`. */
export function formatArray(a: Strided): string {
  if (a.shape.length === 0) return formatScalar(readElement(a, a.offset), a.dtype);
  if (a.size === 0) return "[]";
  const summarize = a.size > THRESHOLD;
  const shown = a.shape.map((length) => shownIndices(length, summarize));
  const ndim = a.shape.length;

  const visit = (axis: number, offset: number, values: Element[]): void => {
    if (axis === ndim) values.push(readElement(a, offset));
    else {
      for (const i of shown[axis]!) {
        if (i >= 0) visit(axis + 1, offset + i * a.strides[axis]!, values);
      }
    }
  };
  const values: Element[] = [];
  visit(0, a.offset, values);
  const format = elementFormat(values, a.dtype);

  const render = (axis: number, offset: number, indent: string, width: number): string => {
    const step = a.strides[axis]!;
    const last = axis === ndim - 1;
    const parts = shown[axis]!.map((i) => {
      if (i < 0) return ELLIPSIS;
      const at = offset + i * step;
      return last ? format(readElement(a, at)) : render(axis + 1, at, `${indent} `, width - 1);
    });
    const body = last
      ? formatRow(parts, indent, width - 1)
      : parts.map((part) => indent + part).join("\n".repeat(ndim - 1 - axis));
    return `[${body.slice(indent.length)}]`;
  };
  return render(0, a.offset, " ", LINE_WIDTH);
}
