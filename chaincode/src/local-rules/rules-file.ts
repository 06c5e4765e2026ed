import { readFileSync } from 'node:fs';
import { type LocalRules, localRules } from './local-rules.ts';

/**
 * The rules in an organisation's description of the consortium (JSON), read anew whenever they are asked for: a new file is
 * a vote, without a restart.
 *
 * @throws what cannot be read at all, at once
 */
export function rulesInFile(file: string): () => LocalRules {
  const read = () => localRules(JSON.parse(readFileSync(file, 'utf8')));
  read();
  return read;
}
