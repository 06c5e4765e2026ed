import { readErrorMessage } from '../medquorum-error.ts';

/** The code of the failure that a call ends in, with the item's index where it names one: `MQ_X [0]`. */
export async function codeOf(call: Promise<unknown>): Promise<string> {
  const message = await call.then(
    () => 'no failure',
    (error: unknown) => (error instanceof Error ? error.message : 'not an error'),
  );
  const { code = message, index } = readErrorMessage(message) ?? {};
  return index === undefined ? code : `${code} [${index}]`;
}
