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
