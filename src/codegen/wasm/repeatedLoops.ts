/**
 * Loops of a program that do the same with other buffers and sizes, as the layers of a network do: equal up to the names of what they
 * define and of what they are given. One function serves them all.
 */
import type { For, Ref, Stmt } from "../../ir/node.ts";
import { factsOf } from "./facts.ts";
import { Form } from "./form.ts";

/** Loops of one form. */
export interface Repeated {
  readonly first: For;
  /** Whether each thing that the form is given differs between the loops. */
  readonly differs: boolean[];
}

/** A loop of such a form, and what it gives, in the order of the form. */
export interface Repetition {
  readonly form: Repeated;
  readonly given: readonly Ref[];
}

/** The loops among `body` whose form occurs more than once. */
export function repeatedLoops(body: readonly Stmt[]): Map<Stmt, Repetition> {
  const loops = body.filter((s): s is For => s.kind === "for");
  const found = new Map<Stmt, Repetition>();
  if (loops.length < 2) return found;
  const byKey = new Map<string, Repetition>();
  for (const s of loops) {
    const { defined, assigned } = factsOf([s]);
    if ([...assigned].some((ref) => !defined.has(ref))) continue;
    const { key, given } = new Form().body([s]);
    const before = byKey.get(key);
    if (before === undefined) {
      byKey.set(key, { form: { first: s, differs: given.map(() => false) }, given });
      continue;
    }
    const { form, given: others } = before;
    for (const [i, ref] of given.entries()) if (ref !== others[i]) form.differs[i] = true;
    found.set(form.first, before).set(s, { form, given });
  }
  return found;
}
