/** The first steps: an expression, its gradient, a compiled function, a training step. `npx tsx examples/hello.ts` */
import * as theano from "theano";
import { tensor as T } from "theano";

// Symbols, an expression, a function.
const a = T.dscalar("a");
const b = T.dscalar("b");
const add = theano.function([a, b], a.add(b));
console.log(`1.5 + 2.5 = ${+add(1.5, 2.5)}`);

// Stable where naive code overflows.
const x = T.dvector("x");
const softplus = theano.function([x], T.log(T.add(1, T.exp(x))));
console.log(`log(1 + exp([-800, 0, 800])) = ${softplus([-800, 0, 800])}`);

// Gradients are expressions too.
const s = T.dscalar("s");
const cube = s.pow(3);
const slope = theano.grad(cube, s);
const curvature = theano.grad(slope, s);
const f = theano.function([s], { value: cube, slope, curvature });
const { value, slope: d1, curvature: d2 } = f(2);
console.log(`s^3 at 2: value ${value}, slope ${d1}, curvature ${d2}`);

// What will be computed can be read.
console.log(theano.pp(slope));
console.log(theano.debugprint(f));
