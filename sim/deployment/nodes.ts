/** The nodes of the embedded cluster: names, and which of them take pods. They are no objects in the API. */
export interface Nodes {
  readonly names: readonly string[];
  /** From now on it takes no more pods; those that are there stay. Throws where there is no such node. */
  cordon(node: string): void;
  uncordon(node: string): void;
  isCordoned(node: string): boolean;
  /** The node whose turn it is; undefined where all are cordoned. */
  next(): string | undefined;
  /** Calls `listener` whenever a node takes pods again; returns the function that ends it. */
  onUncordon(listener: () => void): () => void;
}

export function createNodes(names: readonly string[]): Nodes {
  const cordoned = new Set<string>();
  const listeners = new Set<() => void>();
  let turn = 0;

  function known(node: string): string {
    if (names.includes(node)) return node;
    throw new Error(`There is no node ${node}: expected ${names.join(', ')}`);
  }

  return {
    names,
    cordon: (node) => void cordoned.add(known(node)),
    uncordon(node) {
      cordoned.delete(known(node));
      for (const listener of [...listeners]) listener();
    },
    isCordoned: (node) => cordoned.has(known(node)),
    next() {
      const inTurn = [...names.slice(turn), ...names.slice(0, turn)];
      const node = inTurn.find((name) => !cordoned.has(name));
      if (node !== undefined) turn = (names.indexOf(node) + 1) % names.length;
      return node;
    },
    onUncordon(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
