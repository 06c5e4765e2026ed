import { MedQuorumError } from '../medquorum-error.ts';
import type { ConsortiumConfiguration } from './consortium-configuration.ts';

/**
 * Whether one configuration may take the place of another. Records name their class for ever, and what is private of them
 * stands in its collection: a class stays, and stays where it is. Numbers may be raised and lowered.
 *
 * @throws MedQuorumError `MQ_CONFIGURATION_INVALID` naming the class
 */
export function checkSuccession(before: ConsortiumConfiguration, after: ConsortiumConfiguration): void {
  for (const { name, collection } of before.recordClasses) {
    const next = after.recordClasses.find((it) => it.name === name);
    if (next === undefined) {
      throw new MedQuorumError(
        'MQ_CONFIGURATION_INVALID',
        `class ${name} may have records and stays; closed: true ends new ones`,
      );
    }
    if (next.collection !== collection) {
      throw new MedQuorumError('MQ_CONFIGURATION_INVALID', `class ${name} may have records, its collection stays`);
    }
  }
}
