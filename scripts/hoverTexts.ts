/** Asks a compiler what an editor would show for the variables of a file. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import type * as Typescript from "typescript-5.9";

const require = createRequire(import.meta.url);

/** The options that a configuration file gives. */
export function optionsIn(compiler: string, config: string): Typescript.CompilerOptions {
  const ts = require(compiler) as typeof Typescript;
  const read = ts.readConfigFile(config, (name) => readFileSync(name, "utf8"));
  return ts.parseJsonConfigFileContent(read.config, ts.sys, dirname(config)).options;
}

/** By line (from 0): what hovering over the variable declared there shows. */
export function hoverTexts(compiler: string, file: string, config: string): Map<number, string> {
  const ts = require(compiler) as typeof Typescript;
  const options = optionsIn(compiler, config);
  const service = ts.createLanguageService({
    getCompilationSettings: () => options,
    getScriptFileNames: () => [file],
    getScriptVersion: () => "0",
    getScriptSnapshot: (name) =>
      ts.sys.fileExists(name) ? ts.ScriptSnapshot.fromString(readFileSync(name, "utf8")) : undefined,
    getCurrentDirectory: () => dirname(config),
    getDefaultLibFileName: (given) => ts.getDefaultLibFilePath(given),
    fileExists: (name) => ts.sys.fileExists(name),
    readFile: (name) => ts.sys.readFile(name),
    directoryExists: (name) => ts.sys.directoryExists(name),
  });
  const source = service.getProgram()!.getSourceFile(file)!;
  const texts = new Map<number, string>();
  for (const statement of source.statements) {
    if (!ts.isVariableStatement(statement)) continue;
    const { name } = statement.declarationList.declarations[0]!;
    const info = service.getQuickInfoAtPosition(file, name.getStart(source));
    const text = (info?.displayParts ?? []).map((part) => part.text).join("");
    texts.set(source.getLineAndCharacterOfPosition(name.getStart(source)).line, text.replace(/\s+/g, " "));
  }
  return texts;
}
