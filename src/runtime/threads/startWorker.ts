/** Worker threads of Node and of browsers, alike. */
import type * as WorkerThreads from "node:worker_threads";
import { builtinModule } from "../../config/platform.ts";

export interface StartedWorker {
  post(message: unknown): void;
}

interface BrowserWorker {
  onerror: (() => void) | null;
  postMessage(message: unknown): void;
}

/** Whether workers can see our memory: in browsers only pages that are isolated from other sites have it. */
export function mayShareMemory(): boolean {
  if (typeof SharedArrayBuffer === "undefined") return false;
  if (builtinModule("node:os") !== undefined) return true;
  const { crossOriginIsolated, Worker } = globalThis as { crossOriginIsolated?: boolean; Worker?: unknown };
  return crossOriginIsolated === true && Worker !== undefined;
}

/** Starts a worker that never keeps the process alive; `onError` is told when it could not start or has ended with an error. */
export function startWorker(script: string, onError: () => void): StartedWorker {
  // Loaded when there is a worker to start: reading it in takes Node some milliseconds.
  const node = builtinModule<typeof WorkerThreads>("node:worker_threads");
  if (node !== undefined) {
    // Options of this process, such as loaders, are not for a script that imports nothing.
    const worker = new node.Worker(script, { eval: true, execArgv: [], stdin: false });
    worker.unref();
    worker.on("error", onError);
    return { post: (message) => worker.postMessage(message) };
  }
  const { Worker, Blob, URL } = globalThis as unknown as {
    Worker: new (url: string) => BrowserWorker;
    Blob: new (parts: string[], options: { type: string }) => unknown;
    URL: { createObjectURL(blob: unknown): string };
  };
  const worker: BrowserWorker = new Worker(URL.createObjectURL(new Blob([script], { type: "text/javascript" })));
  worker.onerror = onError;
  return { post: (message) => worker.postMessage(message) };
}
