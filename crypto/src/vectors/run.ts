import type { Bls12381 } from '../arithmetic/arithmetic.ts';
import { loadMclBls12381 } from '../arithmetic/mcl-bls12381.ts';
import { nobleBls12381 } from '../arithmetic/noble-bls12381.ts';
import { bytesToHex } from '../encoding/bytes.ts';
import { VectorFields } from './vector-fields.ts';
import type { VectorOperation, VectorSet } from './vector-set.ts';
import { VECTOR_SETS } from './vector-sets.ts';

export type VectorReport = { readonly passed: number; readonly failed: number };

/**
 * Runs one file of test vectors, on both implementations of the arithmetic where there are two. A vector counts once and passes if it
 * passes on each. An unknown specification or operation, a broken file and a file without vectors are failures.
 * @param name of the file, for the lines that report failures
 * @param report takes one line per failure
 */
export async function runVectorFile(
  name: string,
  text: string,
  report: (line: string) => void,
  sets: readonly VectorSet[] = VECTOR_SETS,
): Promise<VectorReport> {
  let file: VectorFields;
  let vectors: readonly unknown[];
  let spec: string;
  try {
    file = new VectorFields(JSON.parse(text));
    spec = file.text('spec');
    vectors = file.list('vectors');
    if (vectors.length === 0) throw new Error('no vectors');
  } catch (error) {
    report(`FAIL ${name}: not a file of vectors: ${messageOf(error)}`);
    return { passed: 0, failed: 1 };
  }
  const backEnds = { 'bls12-381': [await loadMclBls12381(), nobleBls12381], none: [nobleBls12381] };
  let failed = 0;
  for (const [position, value] of vectors.entries()) {
    const failures = await runVector(value, (op) => {
      const set = sets.find((candidate) => candidate.spec === spec && Object.hasOwn(candidate.operations, op));
      const operation = set?.operations[op];
      if (set === undefined || operation === undefined) throw new Error(`no operation ${op} in ${spec}`);
      return { operation, file, backEnds: backEnds[set.arithmetic] };
    });
    if (failures.length > 0) failed++;
    for (const failure of failures) report(`FAIL ${name} ${idOf(value) ?? `#${position}`} ${failure}`);
  }
  return { passed: vectors.length - failed, failed };
}

type Chosen = {
  readonly operation: VectorOperation;
  readonly file: VectorFields;
  readonly backEnds: readonly Bls12381[];
};

/** One line per implementation on which the vector fails. */
async function runVector(value: unknown, choose: (op: string) => Chosen): Promise<string[]> {
  let chosen: Chosen;
  let input: VectorFields;
  let expected: [string, unknown][];
  try {
    const vector = new VectorFields(value);
    chosen = choose(vector.text('op'));
    input = vector.object('input');
    vector.object('expected');
    expected = Object.entries(vector.value('expected') as object);
    if (expected.length === 0) throw new Error('expects nothing');
  } catch (error) {
    return [messageOf(error)];
  }
  const failures: string[] = [];
  for (const arithmetic of chosen.backEnds) {
    const label = chosen.backEnds.length > 1 ? ` [${arithmetic.name}]` : '';
    try {
      const actual = await chosen.operation(input, { arithmetic, file: chosen.file });
      const wrong = expected.find(([member, want]) => canonical(actual[member]) !== canonical(want));
      if (wrong) failures.push(`${wrong[0]}${label}: expected ${shown(wrong[1])}, got ${shown(actual[wrong[0]])}`);
    } catch (error) {
      failures.push(`threw${label}: ${messageOf(error)}`);
    }
  }
  return failures;
}

/** Text that is equal for equal values, with byte strings as in the files: lower-case hexadecimal. */
function canonical(value: unknown): string {
  if (value === undefined) return 'undefined';
  return JSON.stringify(value, (_, member) => {
    if (member instanceof Uint8Array) return bytesToHex(member);
    if (typeof member === 'object' && member !== null && !Array.isArray(member)) {
      return Object.fromEntries(Object.entries(member).toSorted(([a], [b]) => (a < b ? -1 : 1)));
    }
    return member;
  });
}

const MAX_SHOWN_CHARS = 120;
function shown(value: unknown): string {
  const text = canonical(value);
  return text.length > MAX_SHOWN_CHARS ? `${text.slice(0, MAX_SHOWN_CHARS)}...` : text;
}

function idOf(value: unknown): string | undefined {
  const id = (value as { id?: unknown } | null)?.id;
  return typeof id === 'string' ? id : undefined;
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
