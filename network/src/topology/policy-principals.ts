import { PolicyError } from '../policy/policy-error.ts';
import { parsePolicyText } from '../policy/policy-text.ts';
import { readPrincipal } from '../policy/principal.ts';

/** MSP ids that a policy text names, each once, in order; or what keeps the text from being a policy. */
export type PolicyReading = Readonly<{ mspIds: readonly string[] } | { wrong: string }>;

export function readPolicyText(text: string): PolicyReading {
  try {
    const principals = parsePolicyText(text).getIdentitiesList().map(readPrincipal);
    return { mspIds: [...new Set(principals.map(({ mspId }) => mspId).filter((mspId) => mspId !== undefined))] };
  } catch (error) {
    if (error instanceof PolicyError) return { wrong: error.message.slice(error.message.indexOf(': ') + 2) };
    throw error;
  }
}
