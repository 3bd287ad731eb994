import { afterEach, describe, expect, expectTypeOf, it } from "vitest";
import { config, createConfig } from "../../src/config/config.ts";
import type { Config } from "../../src/config/config.ts";
import { flags } from "../../src/config/flags.ts";
import { platform } from "../../src/config/platform.ts";
import type { Platform } from "../../src/config/platform.ts";
import { ConfigError, enableUserLines, userLine } from "../../src/errors.ts";

interface Surroundings {
  env?: Record<string, string>;
  files?: Record<string, string>;
  shared?: string[];
  home?: string | undefined;
  isWindows?: boolean;
}

function surroundings(given: Surroundings = {}): Platform & { warnings: string[]; read: string[] } {
  const warnings: string[] = [];
  const read: string[] = [];
  return {
    warnings,
    read,
    env: (name) => given.env?.[name],
    homeDirectory: () => ("home" in given ? given.home : "/home/me"),
    readText: (path) => {
      read.push(path);
      return given.files?.[path];
    },
    isWritableByOthers: (path) => given.shared?.includes(path) ?? false,
    isWindows: given.isWindows ?? false,
    warn: (message) => warnings.push(message),
  };
}

const withFlags = (text: string): Config => createConfig(surroundings({ env: { THEANO_FLAGS: text } }));

afterEach(() => enableUserLines(true));

describe("defaults", () => {
  const fresh = createConfig(surroundings());

  it("are those of the table, and acceptable themselves", () => {
    expect(fresh.floatX).toBe("float64");
    expect(fresh.linker).toBe("auto");
    expect(fresh.mode).toBe("FAST_RUN");
    expect(fresh.traceback.limit).toBe(8);
    expect(fresh["NanGuardMode.bigIsError"]).toBe(true);
    for (const [name, spec] of Object.entries(flags)) {
      expect(spec.accepts.parse(spec.default)).toBe(spec.default);
      expect(spec.accepts.parse(String(spec.default))).toBe(spec.default);
      expect(fresh.get(name)).toBe(spec.default);
      expect(fresh.origin(name)).toBe("default");
    }
  });

  it("toString lists every flag with value, origin and meaning", () => {
    const text = fresh.toString();
    for (const name of Object.keys(flags)) expect(text).toContain(`${name} (`);
    expect(text).toContain("    Value:  float64 (default)");
    expect(String(withFlags("floatX=float32"))).toContain("    Value:  float32 (THEANO_FLAGS)");
  });
});

describe("setting in code", () => {
  it("by property, group and name in any spelling", () => {
    const c = createConfig(surroundings());
    c.floatX = "float32";
    c.traceback.limit = 0;
    c.set("on_unused_input", "ignore");
    c.set("NanGuardMode.nan_is_error", false);
    expect([c.floatX, c["traceback.limit"], c.onUnusedInput]).toEqual(["float32", 0, "ignore"]);
    expect(c.NanGuardMode.nanIsError).toBe(false);
    expect(c.get("nanguardmode.nanIsError")).toBe(false);
    expect(c.origin("float_x")).toBe("code");
  });

  it("takes text for numbers and booleans", () => {
    const c = createConfig(surroundings());
    c.set("nThreads", "4");
    c.set("profile", "True");
    c.set("openmp", "0");
    expect([c.nThreads, c.profile, c.openmp]).toEqual([4, true, false]);
  });

  it.each([
    ["floatX", "float128"],
    ["floatX", 32],
    ["nThreads", -1],
    ["nThreads", 1.5],
    ["nThreads", "many"],
    ["nThreads", ""],
    ["nThreads", NaN],
    ["profile", "yes"],
    ["profile", null],
    ["linker", "gcc"],
    ["mode", "FAST"],
    ["mode", null],
    ["trace", "graph,assembly"],
    ["cxx", undefined],
  ])("%s = %j is a ConfigError, and changes nothing", (name, value) => {
    const c = createConfig(surroundings());
    const before = c.get(name);
    expect(() => c.set(name, value)).toThrow(ConfigError);
    expect(() => c.set(name, value)).toThrow(/expected/);
    expect(c.get(name)).toBe(before);
  });

  it("unknown names are errors with a suggestion", () => {
    const c = createConfig(surroundings());
    expect(() => c.get("flaotX")).toThrow(/Did you mean floatX\?/);
    expect(() => c.set("optimizer_exclude", "x")).toThrow(/Did you mean optimizerExcluding\?/);
    expect(() => c.get("constructor")).toThrow(ConfigError);
    expect(() => Object.assign(c, { floatx: "float32" })).toThrow(TypeError);
    expect(() => Object.assign(c.traceback, { limt: 3 })).toThrow(TypeError);
  });

  it("a mode may be an instance, a trace a list", () => {
    const c = createConfig(surroundings());
    const mode = { linker: "wasm" };
    c.mode = mode;
    expect(c.mode).toBe(mode);
    expect(c.toString()).toContain("(an instance)");
    c.trace = "graph, ir";
    expect(c.trace).toBe("graph,ir");
    c.set("deterministic", "more");
    expect(c.deterministic).toBe(true);
  });

  it("traceback.limit = 0 switches the user's lines off", () => {
    const c = createConfig(surroundings());
    c.changeFlags({ "traceback.limit": 0 }, () => expect(userLine()).toBeUndefined());
    expect(userLine()).toBeDefined();
    expect(withFlags("traceback.limit=0").floatX).toBe("float64");
    expect(userLine()).toBeUndefined();
  });
});

describe("changeFlags", () => {
  it("gives the function's result and restores, nested and after errors", () => {
    const c = createConfig(surroundings());
    const inner = c.changeFlags({ floatX: "float32", "scan.debug": true }, () =>
      c.changeFlags({ floatX: "float16" }, () => [c.floatX, c.scan.debug]),
    );
    expect(inner).toEqual(["float16", true]);
    expect([c.floatX, c.scan.debug, c.origin("floatX")]).toEqual(["float64", false, "default"]);
    expect(() =>
      c.changeFlags({ floatX: "float32" }, () => {
        throw new RangeError("inside");
      }),
    ).toThrow(RangeError);
    expect(c.floatX).toBe("float64");
  });

  it("a bad value restores those set before it, and the function does not run", () => {
    const c = createConfig(surroundings());
    let ran = false;
    const bad = { floatX: "float32", linker: "none" } as unknown as { floatX: "float32" };
    expect(() => c.changeFlags(bad, () => (ran = true))).toThrow(ConfigError);
    expect([c.floatX, ran]).toEqual(["float64", false]);
  });

  it("waits for a promise", async () => {
    const c = createConfig(surroundings());
    const running = c.changeFlags({ floatX: "float32" }, async () => {
      await Promise.resolve();
      return c.floatX;
    });
    expect(c.floatX).toBe("float32");
    expect(await running).toBe("float32");
    expect(c.floatX).toBe("float64");
    const failing = c.changeFlags({ floatX: "float32" }, () => Promise.reject(new Error("no")));
    await expect(failing).rejects.toThrow("no");
    expect(c.floatX).toBe("float64");
  });
});

describe("THEANO_FLAGS", () => {
  it("takes both spellings, quotes, and values with =", () => {
    const c = withFlags(
      `floatX=float32, cast_policy=numpy+floatX,onUnusedInput=warn,` +
        `gcc.cxxflags="-O3,-march=native -DX=1",DebugMode.check_c=False,profile=True,`,
    );
    expect([c.floatX, c.castPolicy, c.onUnusedInput]).toEqual(["float32", "numpy+floatX", "warn"]);
    expect(c.gcc.cxxflags).toBe("-O3,-march=native -DX=1");
    expect([c.DebugMode.checkC, c.profile]).toEqual([false, true]);
    expect(c.origin("floatX")).toBe("THEANO_FLAGS");
  });

  it("the last of two wins", () => {
    expect(withFlags("floatX=float32,float_x=float16").floatX).toBe("float16");
  });

  it.each([
    ["py", "reference"],
    ["c|py", "c"],
    ["c|py_nogc", "c"],
    ["cvm", "c"],
    ["cvm_nogc", "c"],
    ["vm", "c"],
    ["c", "c"],
    ["wasm", "wasm"],
    ["cuda", "cuda"],
    ["webgpu", "webgpu"],
    ["auto", "auto"],
    ["reference", "reference"],
  ])("linker %s is %s", (given, linker) => {
    expect(withFlags(`linker=${given}`).linker).toBe(linker);
  });

  it("a debugger is not there: pdb raises", () => {
    expect(withFlags("on_opt_error=pdb").onOptError).toBe("raise");
  });

  it("a bad value is an error that says where it stands", () => {
    expect(() => withFlags("floatX=float8").floatX).toThrow(ConfigError);
    expect(() => withFlags("floatX=float8").floatX).toThrow(/from THEANO_FLAGS/);
    expect(() => withFlags("floatX").floatX).toThrow(/not of the form name=value/);
    expect(() => withFlags("=float32").floatX).toThrow(ConfigError);
  });

  it("unknown flags warn once; Theano's that mean nothing here say so", () => {
    const p = surroundings({ env: { THEANO_FLAGS: "flaotX=float32,flaotX=x,dnn.enabled=False" } });
    const c = createConfig(p);
    expect([c.floatX, c.floatX]).toEqual(["float64", "float64"]);
    expect(p.warnings).toEqual([
      "THEANO_FLAGS: unknown flag flaotX is ignored. Did you mean floatX?",
      "THEANO_FLAGS: Theano's flag dnn.enabled has no effect here.",
    ]);
  });

  it("is read only when a flag is first needed", () => {
    const p = surroundings({ env: { THEANO_FLAGS: "x=1" } });
    const c = createConfig(p);
    expect(p.warnings).toEqual([]);
    void c.floatX;
    expect(p.warnings).toHaveLength(1);
  });
});

describe(".theanorc", () => {
  const ini = [
    "\uFEFF# a comment",
    "[global]",
    "floatX = float32",
    "device: cpu",
    "; another",
    "",
    "[blas]",
    "  ldflags = -lopenblas -lm  ",
    "[NanGuardMode]",
    "nan_is_error = False",
  ].join("\r\n");

  it("is read from home; sections are prefixes", () => {
    const c = createConfig(surroundings({ files: { "/home/me/.theanorc": ini } }));
    expect([c.floatX, c.blas.ldflags, c.NanGuardMode.nanIsError]).toEqual(["float32", "-lopenblas -lm", false]);
    expect(c.origin("floatX")).toBe("/home/me/.theanorc");
  });

  it("THEANO_FLAGS beats it", () => {
    const env = { THEANO_FLAGS: "floatX=float16" };
    expect(createConfig(surroundings({ env, files: { "/home/me/.theanorc": ini } })).floatX).toBe("float16");
  });

  it("THEANORC lists files, the right one wins, and home's is not read", () => {
    const p = surroundings({
      env: { THEANORC: "/a:~/b:relative" },
      files: { "/a": "floatX=float16\nprofile=True", "/home/me/b": "floatX=float32", relative: "x=y" },
    });
    const c = createConfig(p);
    expect([c.floatX, c.profile]).toEqual(["float32", true]);
    expect(p.read).toEqual(["/a", "/home/me/b"]);
    expect(p.warnings).toEqual(["THEANORC: relative is not an absolute path; it is not read."]);
  });

  it("Windows has a second name and other separators", () => {
    const p = surroundings({ isWindows: true, home: "C:\\Users\\me" });
    void createConfig(p).floatX;
    expect(p.read).toEqual(["C:\\Users\\me/.theanorc", "C:\\Users\\me/.theanorc.txt"]);
    const q = surroundings({ isWindows: true, env: { THEANORC: "C:\\x;D:\\y" } });
    void createConfig(q).floatX;
    expect(q.read).toEqual(["C:\\x", "D:\\y"]);
  });

  it("is never looked for in the working directory", () => {
    for (const home of [undefined, "", ".", "relative"]) {
      const p = surroundings({ home });
      void createConfig(p).floatX;
      expect(p.read).toEqual([]);
    }
  });

  it("a file that others can write is not trusted", () => {
    const path = "/home/me/.theanorc";
    const p = surroundings({ files: { [path]: ini }, shared: [path] });
    expect(createConfig(p).floatX).toBe("float64");
    expect(p.warnings[0]).toContain("can be written by other users");
  });

  it("a bad line is an error with its number", () => {
    const p = surroundings({ files: { "/home/me/.theanorc": "[global]\nfloatX float32" } });
    expect(() => createConfig(p).floatX).toThrow(/\.theanorc, line 2/);
  });
});

describe("the process's own", () => {
  it("types follow the table", () => {
    expectTypeOf(config.floatX).toEqualTypeOf<"float64" | "float32" | "float16">();
    expectTypeOf(config.traceback.limit).toEqualTypeOf<number>();
    expectTypeOf(config.get("profile")).toEqualTypeOf<boolean>();
    // @ts-expect-error not a float dtype
    expect(() => (config.floatX = "int8")).toThrow(ConfigError);
  });

  it("platform reads the environment and files of Node", () => {
    expect(platform.env("PATH")).toBe(process.env["PATH"]);
    expect(platform.homeDirectory()).toBeTypeOf("string");
    expect(platform.readText(new URL(import.meta.url).pathname)).toContain("import { afterEach");
    expect(platform.readText("/no/such/file")).toBeUndefined();
    expect(platform.isWritableByOthers("/no/such/file")).toBe(false);
  });
});
