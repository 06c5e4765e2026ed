import type { Entry } from './entry.ts';

/** Of every stored shape; a change that older readers would misread raises it. */
export const SHAPE_VERSION = 1;

/** What all stored shapes share: version, kind, and the entry that last wrote it. */
export type Stored<Kind extends string, Members> = Readonly<{ v: typeof SHAPE_VERSION; kind: Kind; entry: Entry }> &
  Readonly<Members>;
