import { ledgerKey, parseLedgerKey } from '@medquorum/chaincode/ledger/ledger-key';

/** A composite key as PostgreSQL can hold it (text has no NUL): the JSON list of its parts. */
export function rowKey(key: string): string {
  const parsed = parseLedgerKey(key);
  return JSON.stringify(
    parsed === undefined ? [null, Buffer.from(key).toString('base64url')] : [parsed.type, ...parsed.attributes],
  );
}

/** Start of the row keys of every composite key with this type and these first attributes. */
export function rowKeyPrefix(type: string, attributes: readonly string[]): string {
  return `${JSON.stringify([type, ...attributes]).slice(0, -1)},`;
}

export function fromRowKey(text: string): string {
  const [type, ...attributes] = JSON.parse(text) as [string | null, ...string[]];
  return type === null ? Buffer.from(attributes[0] ?? '', 'base64url').toString() : ledgerKey(type, attributes);
}
