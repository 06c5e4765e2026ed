import type { AccessCase } from './access-case.ts';
import type { ReasonCode } from './reason-codes.ts';

/** A value a rule compared, as people may read it. */
export type Compared = Readonly<Record<string, unknown>>;

/**
 * One rule of the access decision. In the table's constraints it can only deny, in its grounds only permit; a rule that
 * does not apply says nothing.
 */
export type AccessRule = Readonly<{
  code: ReasonCode;
  applies(asked: AccessCase): boolean;
  /** What `applies` looked at: fact and, where there is one, what it was held against. */
  compared(asked: AccessCase): Compared;
}>;
export type AccessRules = Readonly<{ constraints: readonly AccessRule[]; grounds: readonly AccessRule[] }>;
