/**
 * What a worker of the pool runs, as text: it must be a script of its own, in Node and in browsers, from the built package and from the
 * sources alike. Plain JavaScript that uses nothing from outside.
 *
 * Modules and the call to wake arrive as messages; jobs are found in shared memory (`control.ts` says where what lies).
 */
import { CONTROL } from "./control.ts";

/** Milliseconds that a worker goes on looking for jobs after its last one. */
const PATIENCE = 1;

export const WORKER_SCRIPT: string = `"use strict";
const isNode = typeof process === "object" && typeof require === "function";
const C = ${JSON.stringify(CONTROL)};
const modules = [];
let words, numbers, index, memory, seen = 0;
const stub = () => { throw new Error("not for workers"); };

function addModule(id, module, scratch) {
  const env = { memory, scratch };
  for (const { name, kind } of WebAssembly.Module.imports(module)) if (kind === "function") env[name] = stub;
  modules[id] = new WebAssembly.Instance(module, { env }).exports;
  Atomics.store(words, C.ready + index, id);
}

function work() {
  const functions = modules[words[C.module]];
  const end = words[C.end], chunk = words[C.chunk];
  const take = () => Atomics.add(words, C.next, chunk);
  if (words[C.kernel] >= 0) {
    const kernel = functions["kernel" + words[C.kernel]];
    const frame = words[C.frame] + index * words[C.frameStride];
    for (let at = take(); at < end; at = take()) kernel(frame, at, Math.min(end, at + chunk));
    return;
  }
  const product = Object.values(functions)[0];
  const given = Array.from(numbers.subarray(C.product, C.product + 14));
  for (let at = take(); at < end; at = take()) product(...part(given, words[C.byRows], at, Math.min(end, at + chunk)));
}

// Rows (or columns) from..to of a product: operands m, n, k, then offset and two strides of A, B and C. Strides count elements.
function part(g, byRows, from, to) {
  const p = g.slice(), bytes = words[C.elementBytes];
  if (byRows) { p[0] = to - from; p[3] += from * g[4] * bytes; p[9] += from * g[10] * bytes; }
  else { p[1] = to - from; p[6] += from * g[8] * bytes; p[9] += from * g[11] * bytes; }
  return p;
}

function run() {
  for (;;) {
    let idle = performance.now();
    for (let round = 1; ; round++) {
      const generation = Atomics.load(words, C.generation);
      if (generation !== seen) {
        seen = generation;
        // Who is late finds the job closed and touches nothing of it.
        Atomics.add(words, C.inside, 1);
        try {
          if (Atomics.load(words, C.isOpen) === 1 && index < words[C.working]) work();
        } catch {
          Atomics.store(words, C.failed, 1);
        } finally {
          Atomics.sub(words, C.inside, 1);
        }
        idle = performance.now();
      } else if (round % 512 === 0 && performance.now() - idle > ${PATIENCE}) break;
    }
    Atomics.store(words, C.sleeping + index, 1);
    if (Atomics.load(words, C.generation) === seen || Atomics.exchange(words, C.sleeping + index, 0) === 0) return;
  }
}

function receive(message) {
  if (message.control !== undefined) {
    ({ memory, index } = message);
    words = new Int32Array(memory.buffer, message.control, C.words);
    numbers = new Float64Array(memory.buffer, message.control, C.words / 2);
    seen = Atomics.load(words, C.generation);
    Atomics.store(words, C.sleeping + index, 1);
  } else if (message.module !== undefined) addModule(message.id, message.module, message.scratch);
  else if (message.forget !== undefined) delete modules[message.forget];
  else run();
}

if (isNode) require("node:worker_threads").parentPort.on("message", receive);
else onmessage = (event) => receive(event.data);
`;
