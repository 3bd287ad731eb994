// Where flags come from besides code: THEANO_FLAGS and .theanorc files. Both are trusted like
// code (they can name compilers), so nothing is ever read from the working directory.

import { ConfigError } from "../errors.ts";
import type { Platform } from "./platform.ts";

/** One setting as it was found. */
export interface Setting {
  readonly name: string;
  readonly value: string;
  /** For messages: `THEANO_FLAGS` or the path of a file. */
  readonly from: string;
}

/** Splits at commas outside quotes, and removes the quotes, as a shell would. */
function splitFlags(text: string): string[] {
  const parts: string[] = [];
  let part = "";
  let quote = "";
  for (const char of text) {
    if (quote !== "") {
      if (char === quote) quote = "";
      else part += char;
    } else if (char === '"' || char === "'") quote = char;
    else if (char === ",") {
      parts.push(part);
      part = "";
    } else part += char;
  }
  parts.push(part);
  return parts.map((piece) => piece.trim()).filter((piece) => piece !== "");
}

/**
 * Settings of `a=b,c.d=e`.
 * @throws ConfigError for a part without `=`.
 */
export function parseFlags(text: string, from = "THEANO_FLAGS"): Setting[] {
  return splitFlags(text).map((part) => {
    const equals = part.indexOf("=");
    if (equals < 1) {
      throw new ConfigError(`${from}: ${JSON.stringify(part)} is not of the form name=value.`);
    }
    return { name: part.slice(0, equals).trim(), value: part.slice(equals + 1).trim(), from };
  });
}

/**
 * Settings of an ini file: sections are prefixes, `[global]` and none are no prefix.
 * @throws ConfigError naming the line that is neither section, setting nor comment.
 */
export function parseIni(text: string, from: string): Setting[] {
  const settings: Setting[] = [];
  let prefix = "";
  text.split(/\r?\n/).forEach((raw, index) => {
    const line = raw.replace(/^\uFEFF/, "").trim();
    if (line === "" || line.startsWith("#") || line.startsWith(";")) return;
    const section = /^\[([^\]]+)\]$/.exec(line);
    if (section !== null) {
      const name = section[1]!.trim();
      prefix = name === "global" ? "" : `${name}.`;
      return;
    }
    const setting = /^([^=:]+?)\s*[=:]\s*(.*)$/.exec(line);
    if (setting === null) {
      throw new ConfigError(
        `${from}, line ${index + 1}: ${JSON.stringify(line)} is neither [section] nor ` + "name = value.",
      );
    }
    settings.push({ name: prefix + setting[1]!, value: setting[2]!, from });
  });
  return settings;
}

function isAbsolute(path: string, platform: Platform): boolean {
  return path.startsWith("/") || (platform.isWindows && /^([A-Za-z]:)?[\\/]/.test(path));
}

/** Files to read, in order of precedence; the last one wins. */
function configFiles(platform: Platform): string[] {
  const home = platform.homeDirectory();
  const expand = (path: string): string =>
    home !== undefined && /^~(?=[\\/]|$)/.test(path) ? home + path.slice(1) : path;
  const listed = platform.env("THEANORC");
  if (listed !== undefined) {
    const files = listed.split(platform.isWindows ? ";" : ":").filter((path) => path !== "");
    return files.map(expand).filter((path) => {
      const absolute = isAbsolute(path, platform);
      if (!absolute) platform.warn(`THEANORC: ${path} is not an absolute path; it is not read.`);
      return absolute;
    });
  }
  if (home === undefined || !isAbsolute(home, platform)) return [];
  const names = platform.isWindows ? [".theanorc", ".theanorc.txt"] : [".theanorc"];
  return names.map((name) => `${home}/${name}`);
}

/** All settings of the surroundings, the later ones winning. */
export function readSettings(platform: Platform): Setting[] {
  const settings: Setting[] = [];
  for (const file of configFiles(platform)) {
    const text = platform.readText(file);
    if (text === undefined) continue;
    if (platform.isWritableByOthers(file)) {
      platform.warn(`${file} can be written by other users; it is not read (chmod go-w).`);
    } else settings.push(...parseIni(text, file));
  }
  const flags = platform.env("THEANO_FLAGS");
  if (flags !== undefined) settings.push(...parseFlags(flags));
  return settings;
}
