import type { ConsortiumConfiguration, RecordClass } from '../consortium/consortium-configuration.ts';
import { encodedClassPolicy } from '../endorsement/class-policy.ts';
import { MedQuorumError } from '../medquorum-error.ts';
import type { RecordState } from './record-state.ts';

/** @throws MedQuorumError `MQ_RECORD_CLASS_UNKNOWN` */
export function classOf({ recordClasses }: ConsortiumConfiguration, name: string): RecordClass {
  const found = recordClasses.find((it) => it.name === name);
  if (found === undefined) throw new MedQuorumError('MQ_RECORD_CLASS_UNKNOWN', 'no such record class');
  return found;
}

/**
 * A class that a new record may name.
 *
 * @throws MedQuorumError `MQ_RECORD_CLASS_UNKNOWN`, `MQ_RECORD_CLASS_CLOSED`
 */
export function openClassOf(configuration: ConsortiumConfiguration, name: string): RecordClass {
  const found = classOf(configuration, name);
  if (found.closed) throw new MedQuorumError('MQ_RECORD_CLASS_CLOSED', 'the class takes no new records');
  return found;
}

/**
 * The key policy that a head has from a write on: the one of its class as the consortium has it now. The write itself is held
 * by Fabric to the policy that the head has had.
 *
 * @throws MedQuorumError `MQ_RECORD_CLASS_UNKNOWN`
 */
export function headPolicy(
  configuration: ConsortiumConfiguration,
  { class: name, custodian }: Pick<RecordState, 'class' | 'custodian'>,
): Uint8Array {
  return encodedClassPolicy(configuration, classOf(configuration, name), custodian);
}
