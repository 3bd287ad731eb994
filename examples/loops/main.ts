/** Is this module what was started, not imported? */
import { pathToFileURL } from "node:url";

export function isMain(url: string): boolean {
  return process.argv[1] !== undefined && pathToFileURL(process.argv[1]).href === url;
}
