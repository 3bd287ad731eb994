/**
 * Bessel functions of orders 0 and 1. I: the power series in x^2/4 (DLMF 10.25.2) up to 8, a polynomial in 1/x times e^x / sqrt(x) above.
 * J: a polynomial times the factors of the zeros up to 8; above it Hankel's form sqrt(2/(pi x)) (P cos chi - Q sin chi) (DLMF 10.17.3), with
 * that one of sin x +- cos x that cancels taken from cos 2x.
 */
import type { Kit } from "../../ir/decompose/kit.ts";
import type { Expr } from "../../ir/node.ts";
import type { ScalarOp } from "../define.ts";
import * as table from "./coefficients.ts";
import { exp, formula } from "./formula.ts";

const LIMIT = 8;

/** e^u Q(16/u - 1) / sqrt u; the exponential in two halves, of which neither overflows before the result does. */
function growing(k: Kit, u: Expr, far: readonly number[]): Expr {
  const half = exp(k, k.mul(u, 0.5));
  const t = k.sub(k.div(16, u), 1);
  return k.mul(k.mul(half, k.div(k.horner(t, far), k.sqrt(u))), half);
}

function i0Value(k: Kit, x: Expr): Expr {
  const u = k.abs(x);
  const near = k.horner(k.mul(k.mul(u, u), 0.25), table.I0_SERIES);
  const far = growing(k, k.atLeast(u, LIMIT), table.I0_FAR);
  return k.select(k.gt(u, LIMIT), k.select(k.eq(u, Infinity), Infinity, far), near);
}

function i1Value(k: Kit, x: Expr): Expr {
  const u = k.abs(x);
  const near = k.mul(k.horner(k.mul(k.mul(u, u), 0.25), table.I1_SERIES), k.mul(u, 0.5));
  const far = growing(k, k.atLeast(u, LIMIT), table.I1_FAR);
  return k.copysign(k.select(k.gt(u, LIMIT), k.select(k.eq(u, Infinity), Infinity, far), near), x);
}

/** (u - z)(u + z) for a zero in two parts. */
function factor(k: Kit, u: Expr, [hi, lo]: readonly [number, number]): Expr {
  return k.mul(k.minus(k.minus(u, hi), lo), k.plus(u, hi));
}

function nearZeros(k: Kit, u: Expr, zeros: readonly (readonly [number, number])[], near: readonly number[]): Expr {
  const t = k.sub(k.mul(k.mul(u, u), 1 / 32), 1);
  const regular = k.horner(t, near);
  return zeros.reduce((product, zero) => k.mul(product, factor(k, u, zero)), regular);
}

/** sin u + cos u and sin u - cos u, neither with cancellation. */
function sums(k: Kit, u: Expr): readonly [plus: Expr, minus: Expr] {
  const [s, c] = [k.b.op("sin", u), k.b.op("cos", u)];
  const double = k.neg(k.b.op("cos", k.mul(u, 2)));
  const [plus, minus] = [k.plus(s, c), k.minus(s, c)];
  const opposite = k.lt(k.mul(s, c), 0);
  return [k.select(opposite, k.div(double, minus), plus), k.select(opposite, minus, k.div(double, plus))];
}

function hankel(k: Kit, given: Expr, order: 0 | 1): Expr {
  const u = k.atLeast(given, LIMIT);
  const r = k.div(1, u);
  const t = k.sub(k.mul(k.mul(r, r), 128), 1);
  const p = k.horner(t, order === 0 ? table.P0_FAR : table.P1_FAR);
  const q = k.mul(k.horner(t, order === 0 ? table.Q0_FAR : table.Q1_FAR), r);
  const [plus, minus] = sums(k, u);
  const wave = order === 0 ? k.sub(k.mul(p, plus), k.mul(q, minus)) : k.add(k.mul(p, minus), k.mul(q, plus));
  const value = k.mul(k.div(wave, k.sqrt(u)), 0.5641895835477563);
  return k.select(k.eq(u, Infinity), 0, value);
}

function j0Value(k: Kit, x: Expr): Expr {
  const u = k.abs(x);
  const near = nearZeros(k, k.atMost(u, LIMIT), table.J0_ZEROS, table.J0_NEAR);
  return k.select(k.gt(u, LIMIT), hankel(k, u, 0), k.select(k.eq(u, 0), 1, near));
}

function j1Value(k: Kit, x: Expr): Expr {
  const u = k.abs(x);
  const near = k.mul(nearZeros(k, k.atMost(u, LIMIT), table.J1_ZEROS, table.J1_NEAR), u);
  const value = k.select(k.gt(u, LIMIT), hankel(k, u, 1), near);
  return k.select(k.lt(x, 0), k.neg(value), k.select(k.eq(x, 0), x, value));
}

export const i0: ScalarOp = formula({
  name: "i0",
  doc: "The modified Bessel function of the first kind, order 0.",
  domain: [-10, 10],
  maxUlp: 8,
  value: i0Value,
  derivative: (f, x) => f.i1(x),
});

export const i1: ScalarOp = formula({
  name: "i1",
  doc: "The modified Bessel function of the first kind, order 1.",
  domain: [-10, 10],
  maxUlp: 8,
  value: i1Value,
  derivative: (f, x, out) => f.sub(f.i0(x), f.switch(f.eq(x, 0), 0.5, f.div(out, f.switch(f.eq(x, 0), 1, x)))),
});

export const j0: ScalarOp = formula({
  name: "j0",
  doc: "The Bessel function of the first kind, order 0.",
  domain: [-20, 20],
  maxUlp: 8,
  value: j0Value,
  derivative: (f, x) => f.neg(f.j1(x)),
});

export const j1: ScalarOp = formula({
  name: "j1",
  doc: "The Bessel function of the first kind, order 1.",
  domain: [-20, 20],
  maxUlp: 8,
  value: j1Value,
  derivative: (f, x, out) => f.sub(f.j0(x), f.switch(f.eq(x, 0), 0.5, f.div(out, f.switch(f.eq(x, 0), 1, x)))),
});
