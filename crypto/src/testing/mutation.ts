/** One verification check taken out, and the test that must fail then. `npm run mutate:crypto` makes and tests each of them. */
export type Mutation = Readonly<{
  /** The check, in a few words. */
  check: string;
  /** File under crypto/src, and the text in it (once) that is replaced. */
  file: string;
  find: string;
  replace: string;
  /** Test file under crypto/src and the beginning of the name of a test in it, or of its group. */
  killedBy: readonly [file: string, name: string];
}>;

/** A mutation as a row of a table: check, text to find, what replaces it, beginning of the name of the test. */
export type MutationRow = readonly [check: string, find: string, replace: string, test: string];

/** Rows of one source file, killed by tests of one test file. */
export const mutationsOf = (file: string, testFile: string, rows: readonly MutationRow[]): Mutation[] =>
  rows.map(([check, find, replace, test]) => ({ check, file, find, replace, killedBy: [testFile, test] }));
