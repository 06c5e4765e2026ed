/** A code system whose codes stand under one another (is-a). Built once from a generated tree; read-only afterwards. */
export class CodeHierarchy {
  readonly #ancestors = new Map<string, Set<string>>();
  readonly #abstract = new Set<string>();

  /** @param tree one code per line, indented by one space per level, abstract codes ending in `*` */
  constructor(tree: string) {
    const path: string[] = [];
    for (const line of tree.split('\n')) {
      const name = line.trimStart();
      if (name === '') continue;
      const code = name.endsWith('*') ? name.slice(0, -1) : name;
      if (name !== code) this.#abstract.add(code);
      path.length = line.length - name.length;
      const ancestors = this.#ancestors.get(code) ?? new Set();
      for (const ancestor of path) ancestors.add(ancestor);
      this.#ancestors.set(code, ancestors);
      path.push(code);
    }
  }

  has(code: string): boolean {
    return this.#ancestors.has(code);
  }

  /** An abstract code only selects others; it says nothing of a request or a record. */
  isAbstract(code: string): boolean {
    return this.#abstract.has(code);
  }

  /** True where `special` is `general` or stands under it. Unknown codes subsume nothing. */
  subsumes(general: string, special: string): boolean {
    const ancestors = this.#ancestors.get(special);
    return ancestors !== undefined && (general === special || ancestors.has(general));
  }

  /** Every code under `general`, itself included, in the order of the tree. */
  under(general: string): readonly string[] {
    return [...this.#ancestors.keys()].filter((code) => this.subsumes(general, code));
  }
}
