/**
 * Loads the built package in a headless browser and runs compiled functions there. Needs Chromium (Debian's package); without one
 * it says so and passes, except where CI=true.
 */
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import { chromium } from "playwright-core";

const root = fileURLToPath(new URL("../..", import.meta.url));
const browsers = [process.env["CHROMIUM"], "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const executablePath = browsers.find((path) => path !== undefined && existsSync(path));

if (executablePath === undefined) {
  console.log("browser: no Chromium found; install it (Debian: apt-get install chromium) or set CHROMIUM to its path.");
  process.exit(process.env["CI"] === "true" ? 1 : 0);
}
if (!existsSync(join(root, "dist/index.js"))) {
  console.log("browser: dist/ is missing; run npm run build first.");
  process.exit(1);
}

const page = `<!doctype html><meta charset="utf-8"><title>theano</title>
<script type="importmap">{ "imports": { "theano": "/dist/index.js" } }</script>
<script type="module" src="/test/browser/page.js"></script>`;
const types: Record<string, string> = { ".js": "text/javascript", ".map": "application/json" };

/** The package together with parts that it does not export. */
const [inner] = buildSync({
  stdin: {
    contents: 'export * as inner from "./src/index.ts"; export { deviceNamed } from "./src/runtime/devices.ts";',
    resolveDir: root,
  },
  bundle: true,
  format: "esm",
  target: "es2022",
  write: false,
}).outputFiles;

const server = createServer((request, response) => {
  const path = new URL(request.url ?? "/", "http://localhost").pathname;
  if (path === "/" || path === "/isolated") {
    // Only a page that is isolated from other sites may share memory with workers.
    const isolation = { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" };
    response.writeHead(200, { "content-type": "text/html", ...(path === "/isolated" ? isolation : {}) }).end(page);
    return;
  }
  if (path === "/inner.js") {
    response.writeHead(200, { "content-type": types[".js"]! }).end(inner!.text);
    return;
  }
  const file = normalize(join(root, path));
  const type = types[extname(file)];
  const isInside = ["dist/", "test/browser/"].some((folder) => file.startsWith(join(root, folder)));
  if (type === undefined || !isInside || !existsSync(file)) {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, { "content-type": type }).end(readFileSync(file));
});
await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
const { port } = server.address() as { port: number };

const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
let failed = 0;
try {
  for (const path of ["", "isolated"]) {
    const tab = await browser.newPage();
    tab.on("pageerror", (error) => {
      failed++;
      console.error(`browser: ${error.message}`);
    });
    await tab.goto(`http://127.0.0.1:${port}/${path}`);
    const read = (): unknown => (globalThis as { results?: unknown }).results;
    await tab.waitForFunction(read, undefined, { timeout: 60_000 });
    const results = (await tab.evaluate(read)) as { name: string; ok: boolean; detail: string }[];
    for (const { name, ok, detail } of results) {
      if (!ok) failed++;
      const where = path === "" ? "" : ` (${path} page)`;
      console.log(`browser: ${ok ? "ok  " : "FAIL"} ${name}${where}${ok ? "" : `: ${detail}`}`);
    }
    await tab.close();
  }
} finally {
  await browser.close();
  server.close();
}
process.exitCode = failed > 0 ? 1 : 0;
