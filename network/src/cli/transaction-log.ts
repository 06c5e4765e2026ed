import type { NetworkLog } from '../embedded/gateway/transaction-journal.ts';
import type { Output } from './command.ts';

/** How `network up` tells of transactions. */
export const LOG_FORMATS = ['text', 'json', 'none'] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

/** Keys of a transaction that a line names before it counts the rest. */
const MAX_SHOWN_KEYS = 4;
const SHOWN_TX_ID_CHARS = 12;

/** One line per transaction on `output`: for people, or JSON lines with a fixed message and fields. */
export function transactionLog(format: LogFormat, output: Output): NetworkLog {
  const write = (level: 'info' | 'warn') => (fields: object, message: string) => {
    if (format === 'json') {
      output.write(`${JSON.stringify({ time: new Date().toISOString(), level, msg: message, ...plain(fields) })}\n`);
    } else if (format === 'text') {
      output.write(`${new Date().toISOString().slice(11, 23)} ${sentence(fields as Fields, message)}\n`);
    }
  };
  return { info: write('info'), warn: write('warn') };
}

type Fields = Readonly<{
  txId?: string;
  blockNumber?: number;
  code?: string;
  chaincode?: string;
  function?: string;
  creator?: string;
  endorsers?: readonly string[];
  keys?: readonly string[];
  durationMs?: number | undefined;
  errors?: readonly string[];
  err?: unknown;
}>;

function sentence(fields: Fields, message: string): string {
  if (fields.txId === undefined) return `${message}${describeRest(fields)}`;
  const { keys = [], endorsers = [], errors = [] } = fields;
  const more = keys.length > MAX_SHOWN_KEYS ? ` and ${keys.length - MAX_SHOWN_KEYS} more` : '';
  return [
    fields.txId.slice(0, SHOWN_TX_ID_CHARS),
    fields.code ?? 'NOT_ENDORSED',
    fields.blockNumber === undefined ? '' : `block ${fields.blockNumber}`,
    fields.chaincode === undefined ? '' : `${fields.chaincode}.${fields.function}`,
    fields.creator === undefined ? '' : `by ${fields.creator}`,
    endorsers.length === 0 ? '' : `endorsed by ${endorsers.join(', ')}`,
    keys.length === 0 ? '' : `keys ${keys.slice(0, MAX_SHOWN_KEYS).map(printable).join(', ')}${more}`,
    fields.durationMs === undefined ? '' : `${fields.durationMs} ms`,
    errors.map((error) => `\n    ${error}`).join(''),
  ]
    .filter((part) => part !== '')
    .join('  ');
}

/** Composite keys have NUL between their parts. */
const printable = (key: string) => key.replaceAll('\u0000', '~');

function describeRest(fields: object): string {
  const text = JSON.stringify(plain(fields));
  return text === '{}' ? '' : ` ${text}`;
}

/** Errors have no enumerable fields: JSON would show none of them. */
function plain(fields: object): object {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, value instanceof Error ? (value.stack ?? `${value}`) : value]),
  );
}
