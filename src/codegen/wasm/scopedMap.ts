/** A map that can go back to what it held: the changes since then are undone, so that a scope costs what was declared in it. */
export class ScopedMap<K, V> {
  readonly #values = new Map<K, V>();
  /** What each change put aside, oldest first. */
  readonly #undo: { readonly key: K; readonly before: V | undefined }[] = [];

  get(key: K): V | undefined {
    return this.#values.get(key);
  }

  has(key: K): boolean {
    return this.#values.has(key);
  }

  set(key: K, value: V): void {
    this.#undo.push({ key, before: this.#values.get(key) });
    this.#values.set(key, value);
  }

  /** The present state, for `rewind`. */
  mark(): number {
    return this.#undo.length;
  }

  /** Takes back all changes since `mark`; `drop` gets the values that thereby go. */
  rewind(mark: number, drop: (value: V) => void): void {
    while (this.#undo.length > mark) {
      const { key, before } = this.#undo.pop()!;
      const now = this.#values.get(key)!;
      if (before === undefined) this.#values.delete(key);
      else this.#values.set(key, before);
      if (now !== before) drop(now);
    }
  }
}
