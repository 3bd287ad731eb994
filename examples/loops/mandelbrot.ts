/** The Mandelbrot set: a loop over a whole picture, whose states are its points. `npx tsx examples/loops/mandelbrot.ts` */
import * as theano from "theano";
import { tensor as T } from "theano";
import { isMain } from "./main.ts";

/** After how many of `steps` steps each point of a grid leaves the circle of radius 2. */
export function makeMandelbrot(steps: number): theano.CompiledFunction<theano.NdArray> {
  const re = T.dvector("re");
  const im = T.dvector("im");
  const [a, b] = [re.dimshuffle("x", 0).add(T.zerosLike(im).dimshuffle(0, "x")), im.dimshuffle(0, "x")];
  const zero = T.zerosLike(a);
  const [[, , counts]] = theano.scan({
    fn: (x, y, count) => {
      const inside = x.mul(x).add(y.mul(y)).le(4);
      // Points that have left stay where they are, so that nothing overflows.
      const nextX = T.switch(inside, x.mul(x).sub(y.mul(y)).add(a), x);
      const nextY = T.switch(inside, x.mul(y).mul(2).add(b), y);
      return [nextX, nextY, count.add(inside.astype("int32"))];
    },
    outputsInfo: [zero, zero, zero.astype("int32")],
    nSteps: steps,
  });
  return theano.function([re, im], counts.at(-1));
}

const range = (from: number, to: number, n: number): number[] =>
  Array.from({ length: n }, (_, i) => from + ((to - from) * i) / (n - 1));

if (isMain(import.meta.url)) {
  const counts = makeMandelbrot(60)(range(-2.1, 0.7, 76), range(-1.15, 1.15, 31)).toList() as number[][];
  for (const row of counts) console.log(row.map((n) => " .:-=+*%@#"[Math.min(9, Math.floor((n / 60) * 9))]).join(""));
}
