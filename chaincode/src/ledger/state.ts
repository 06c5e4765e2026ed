/** Every stored shape with its key: what the ledger holds, read back into types. */
import { canonicalJson } from '@medquorum/crypto/encoding/canonical-json';
import type { DecisionState } from '../access/decision-state.ts';
import type { VerdictState } from '../audit/verdict-state.ts';
import type { ConsentHeadState, ConsentState } from '../consent/consent-state.ts';
import { sha256 } from '../encoding/sha256.ts';
import { MedQuorumError } from '../medquorum-error.ts';
import type { CareState, PatientState } from '../patient/patient-state.ts';
import type { AttestationState, RecordState, RecordVersionState } from '../record/record-state.ts';
import type {
  ConfigurationState,
  KeyState,
  NonceState,
  OrganizationState,
  PractitionerState,
} from '../registry/registry-state.ts';
import { keyNumber, ledgerKey, parseLedgerKey } from './ledger-key.ts';
import { SHAPE_VERSION } from './stored.ts';

export type State =
  | ConfigurationState
  | OrganizationState
  | PractitionerState
  | KeyState
  | NonceState
  | PatientState
  | CareState
  | RecordState
  | RecordVersionState
  | AttestationState
  | ConsentState
  | ConsentHeadState
  | DecisionState
  | VerdictState;
export type StateKind = State['kind'];
export type StateOf<K extends StateKind> = Extract<State, { kind: K }>;

type Party = KeyState['party'];

/** The key of every kind. Kinds with several keys under one first attribute are read as a short range by it. */
export const KEYS = {
  configuration: () => ledgerKey('configuration', ['current']),
  organization: (mspId: string) => ledgerKey('organization', [mspId]),
  practitioner: (practitionerId: string) => ledgerKey('practitioner', [practitionerId]),
  key: ({ kind, id }: Party, generation: number) => ledgerKey('key', [kind, id, keyNumber(generation)]),
  nonce: ({ kind, id }: Party, nonce: string) => ledgerKey('nonce', [kind, id, nonce]),
  patient: (pseudonym: string) => ledgerKey('patient', [pseudonym]),
  care: (patient: string, mspId: string) => ledgerKey('care', [patient, mspId]),
  record: (recordId: string) => ledgerKey('record', [recordId]),
  'record-version': (recordId: string, version: number) => ledgerKey('record-version', [recordId, keyNumber(version)]),
  attestation: (recordId: string, version: number, mspId: string) =>
    ledgerKey('attestation', [recordId, keyNumber(version), mspId]),
  consent: (patient: string, consentId: string) => ledgerKey('consent', [patient, consentId]),
  'consent-head': (patient: string) => ledgerKey('consent-head', [patient]),
  decision: (patient: string, decisionId: string) => ledgerKey('decision', [patient, decisionId]),
  verdict: (recordId: string, version: number, verdictId: string) =>
    ledgerKey('verdict', [recordId, keyNumber(version), verdictId]),
} as const satisfies Record<StateKind, (...attributes: never[]) => string>;

const KINDS: ReadonlySet<string> = new Set(Object.keys(KEYS));

/** The key that a state is stored under. */
export function keyOf(state: State): string {
  switch (state.kind) {
    case 'configuration':
      return KEYS.configuration();
    case 'organization':
      return KEYS.organization(state.mspId);
    case 'practitioner':
      return KEYS.practitioner(state.practitionerId);
    case 'key':
      return KEYS.key(state.party, state.keyGeneration);
    case 'nonce':
      return KEYS.nonce(state.author, state.nonce);
    case 'patient':
      return KEYS.patient(state.pseudonym);
    case 'care':
      return KEYS.care(state.patient, state.mspId);
    case 'record':
      return KEYS.record(state.recordId);
    case 'record-version':
      return KEYS['record-version'](state.recordId, state.version);
    case 'attestation':
      return KEYS.attestation(state.recordId, state.version, state.mspId);
    case 'consent':
      return KEYS.consent(state.patient, state.consentId);
    case 'consent-head':
      return KEYS['consent-head'](state.patient);
    case 'decision':
      return KEYS.decision(state.patient, state.decisionId);
    case 'verdict':
      return KEYS.verdict(state.recordId, state.version, state.verdictId);
  }
}

/** The bytes that are stored: canonical JSON. */
export function encodeState(state: State): Buffer {
  return Buffer.from(canonicalState(state));
}

/** What an intent names as the head that it replaces: SHA-256 of the stored bytes, lower-case hex. */
export function stateDigest(state: State): string {
  return sha256(canonicalState(state));
}

/** States are not changed once made, so one that is written and named by its digest is put into form once. */
const canonicalForms = new WeakMap<State, string>();

function canonicalState(state: State): string {
  const known = canonicalForms.get(state);
  if (known !== undefined) return known;
  const form = canonicalJson(state);
  canonicalForms.set(state, form);
  return form;
}

/**
 * Reads one key of a write set, or of the world state.
 *
 * @returns undefined for a key that is not one of {@link KEYS} (of a later version, or of another contract)
 * @throws MedQuorumError `MQ_STATE_INVALID` where the value is not a shape of this version, or not the one of its key
 */
export function decodeState(key: string, value: Uint8Array): State | undefined {
  const { type } = parseLedgerKey(key) ?? {};
  if (type === undefined || !KINDS.has(type)) return undefined;
  const text = Buffer.from(value).toString();
  const state = parsed(text);
  if (state?.v !== SHAPE_VERSION || state.kind !== type) {
    throw new MedQuorumError('MQ_STATE_INVALID', `a ${type} is not of shape version ${SHAPE_VERSION}`);
  }
  if (keyOf(state) !== key) throw new MedQuorumError('MQ_STATE_INVALID', `a ${type} stands under a key of another`);
  canonicalForms.set(state, text);
  return state;
}

function parsed(text: string): State | undefined {
  try {
    const state: unknown = JSON.parse(text);
    return typeof state === 'object' && state !== null ? (state as State) : undefined;
  } catch {
    return undefined;
  }
}
