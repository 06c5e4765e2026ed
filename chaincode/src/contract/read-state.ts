import { canonicalJson } from '@medquorum/crypto/encoding/canonical-json';
import type { Context } from 'fabric-contract-api';
import { LedgerSession } from '../ledger/ledger-session.ts';
import type { State, StateKind, StateOf } from '../ledger/state.ts';
import { type ErrorCode, MedQuorumError } from '../medquorum-error.ts';
import { refuse } from '../schema/shape.ts';
import { StubStateStore } from './stub-state-store.ts';

/** Items of one page. */
export const MAX_PAGE_SIZE = 100;

export function readSession({ stub }: Context): LedgerSession {
  return new LedgerSession(new StubStateStore(stub));
}

/** @throws MedQuorumError with `code` where there is none */
export function found<S extends State>(state: S | undefined, code: ErrorCode): string {
  if (state === undefined) throw new MedQuorumError(code, `no such ${code.slice('MQ_'.length, -'_NOT_FOUND'.length)}`);
  return canonicalJson(state);
}

/** One page of a composite-key range: `{ items, bookmark }`, the bookmark empty on the last page. Read-only. */
export async function readPage<K extends StateKind>(
  { stub }: Context,
  kind: K,
  attributes: readonly string[],
  pageSizeText: string,
  bookmark: string,
): Promise<string> {
  const pageSize = Number(pageSizeText);
  if (!Number.isInteger(pageSize) || pageSize < 1 || pageSize > MAX_PAGE_SIZE) {
    refuse('pageSize', `must be an integer from 1 to ${MAX_PAGE_SIZE}`);
  }
  const page = stub.getStateByPartialCompositeKeyWithPagination(kind, [...attributes], pageSize, bookmark);
  const items: StateOf<K>[] = [];
  for await (const { value } of page) items.push(JSON.parse(Buffer.from(value).toString()));
  const { metadata } = await page;
  return canonicalJson({ items, bookmark: metadata?.bookmark ?? '' });
}

/** A number in an argument, which Fabric carries as text. */
export function numberArgument(value: string, path: string): number {
  return /^[1-9][0-9]{0,8}$/.test(value) ? Number(value) : refuse(path, 'must be a positive integer');
}
