/** Calls native code that needs 10 MiB of stack, from this thread, or with the argument "worker" from a thread of its own. Prints how deep it got. */
import { isMainThread, Worker } from "node:worker_threads";
import { fileURLToPath } from "node:url";
import { register } from "tsx/esm/api";

if (isMainThread && process.argv[2] === "worker") {
  new Worker(fileURLToPath(import.meta.url)).on("exit", (code) => (process.exitCode = code));
} else {
  register();
  const { loadKoffi } = await import("../../src/runtime/native/koffi.ts");
  const { nodeModules } = await import("../../src/runtime/native/node.ts");
  const { compileShared, findCompiler } = await import("../../src/runtime/native/compiler.ts");
  const { C_FLAGS } = await import("../../src/codegen/c/render.ts");
  const node = nodeModules();
  const folder = node.fs.mkdtempSync(node.path.join(node.os.tmpdir(), "theano-stack-"));
  const output = node.path.join(folder, "deep.so");
  const text =
    "int deep(int n) { volatile char block[65536]; block[0] = n; return n == 0 ? 0 : deep(n - 1) + 1 + 0 * block[0]; }";
  compileShared(node, findCompiler(node), C_FLAGS, text, output);
  const depth = loadKoffi(node).load(output).func("deep", "int", ["int"])(160);
  node.fs.rmSync(folder, { recursive: true });
  node.fs.writeSync(1, `${depth}\n`);
}
