/** A line that shows how far long work has come; silent where output is not a terminal. */
export class ProgressBar {
  readonly #total: number;
  readonly #isShown: boolean = process.stderr.isTTY === true;
  #last = 0;

  constructor(total: number) {
    this.#total = total;
  }

  /** Draws at most 20 times a second. */
  update(done: number, text: string): void {
    const now = performance.now();
    if (!this.#isShown || now - this.#last < 50) return;
    this.#last = now;
    const width = 30;
    const filled = Math.min(width, Math.round((width * done) / this.#total));
    process.stderr.write(`\r[${"=".repeat(filled)}${" ".repeat(width - filled)}] ${text}\x1b[K`);
  }

  end(): void {
    if (this.#isShown) process.stderr.write("\r\x1b[K");
  }
}
