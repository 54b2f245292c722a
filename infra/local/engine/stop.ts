/** Ends early what a scope waits for, and what the scopes inside it do. */
export class Stop {
  #isOver = false;
  readonly #acts = new Set<() => void>();

  get isOver(): boolean {
    return this.#isOver;
  }

  /** @returns a function that forgets `act` */
  tell(act: () => void): () => void {
    this.#acts.add(act);
    return () => this.#acts.delete(act);
  }

  now(): void {
    this.#isOver = true;
    for (const act of this.#acts) act();
    this.#acts.clear();
  }
}
