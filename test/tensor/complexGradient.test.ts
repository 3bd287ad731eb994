/** Gradients through complex numbers against finite differences, on every linker; in-place products of complex numbers. */
import { describe, expect, it } from "vitest";
import * as theano from "../../src/index.ts";
import { tensor as T } from "../../src/index.ts";
import type { TensorVariable } from "../../src/tensor/variable.ts";

const x = T.dscalar("x");
const y = T.dscalar("y");
const z = T.complex(x, y);
const k = T.complex(0.4, -0.9);
const pair = T.stack([z, k]);

const costs: Record<string, TensorVariable> = {
  mul: T.real(T.mul(z, k, z)),
  "mul by a real number": T.imag(z.mul(x)),
  div: T.imag(k.div(z)),
  exp: T.real(T.exp(z)),
  log: T.imag(T.log(z)),
  sqrt: T.imag(T.sqrt(z)),
  sin: T.real(T.sin(z)),
  tanh: T.imag(T.tanh(z)),
  pow: T.real(z.pow(3)),
  "complex pow": T.real(z.pow(k)),
  abs: T.abs(z.mul(z)),
  angle: T.angle(z.mul(k)),
  complexFromPolar: T.real(T.complexFromPolar(x, y).mul(k)),
  conj: T.real(T.conj(z).mul(k)),
  switch: T.imag(T.switch(T.gt(x, 0), z, k)),
  sum: T.imag(pair.mul(pair).sum()),
  prod: T.imag(T.prod(T.stack([z, k, z]))),
  dot: T.imag(pair.dot(T.stack([z, z]))),
  outer: T.real(T.outer(pair, T.stack([z, z])).sum()),
  cumprod: T.imag(T.stack([z, z, k]).cumprod().at(2)),
};

/** Central differences of fourth order. */
function slope(f: (p: number) => number, at: number): number {
  const h = 1e-3;
  return (f(at - 2 * h) - 8 * f(at - h) + 8 * f(at + h) - f(at + 2 * h)) / (12 * h);
}

describe.each(["wasm", "reference"] as const)("%s", (linker) => {
  const mode = new theano.Mode({ linker });

  it.each(Object.keys(costs))("%s", (name) => {
    const cost = costs[name]!;
    const f = theano.function([x, y], [cost, ...theano.grad(cost, [x, y])], { mode });
    const [p, q] = [0.3, 0.7];
    const [, gx, gy] = f(p, q);
    expect(+gx!).toBeCloseTo(
      slope((t) => +f(t, q)[0]!, p),
      7,
    );
    expect(+gy!).toBeCloseTo(
      slope((t) => +f(p, t)[0]!, q),
      7,
    );
  });

  it.each(["abs", "abs of z", "abs squared", "angle"])("%s to second order", (name) => {
    const more: Record<string, TensorVariable> = { "abs of z": T.abs(z), "abs squared": T.abs(z).mul(T.abs(z.mul(k))) };
    const cost = more[name] ?? costs[name]!;
    const first = theano.grad(cost, [x, y]);
    const second = first.flatMap((g) => theano.grad(g, [x, y]));
    const f = theano.function([x, y], [...first, ...second], { mode });
    const [p, q] = [0.3, 0.7];
    const [, , xx, xy, yx, yy] = f(p, q).map((v) => +v);
    expect(xx).toBeCloseTo(
      slope((t) => +f(t, q)[0]!, p),
      7,
    );
    expect(xy).toBeCloseTo(
      slope((t) => +f(p, t)[0]!, q),
      7,
    );
    expect(yx).toBeCloseTo(xy!, 12);
    expect(yy).toBeCloseTo(
      slope((t) => +f(p, t)[1]!, q),
      7,
    );
  });

  it("computes both parts before it stores either", () => {
    const square = z.mul(z);
    const f = theano.function([x, y], [T.real(square), T.imag(square)], { mode });
    expect(f(1, 2).map((v) => +v)).toEqual([-3, 4]);
  });

  it("refuses complex parts", () => {
    expect(() => T.complex(z, x)).toThrow(theano.DtypeError);
  });
});
