import { randomUUID } from 'node:crypto';
import type { PatientState } from '@medquorum/chaincode/patient/patient-state';
import { keyProofBytes } from '@medquorum/chaincode/registry/key-proof';
import type { EncryptionKey } from '@medquorum/chaincode/schema/identifiers';
import type { Database } from '../database/open-database.ts';
import { GatewayError } from '../gateway-error.ts';
import type { EntrySigner } from '../identity/entry-signer.ts';
import type { HeldKeys } from '../identity/held-keys.ts';
import { generateEncryptionKey } from '../identity/organization-keys.ts';
import type { WriteRequest } from '../operation/operations.ts';
import { argsOf, type CommittedView, committedView, type Planned, type Writer } from '../operation/writer.ts';
import type { Authors } from '../organization/authors.ts';
import type { ReadModel, Seen } from '../readmodel/read-model.ts';

/** `custodial`: this gateway makes and keeps the patient's keys. Otherwise the patient's device brings public ones. */
export type Registration = Readonly<{ mrn?: string }> &
  (
    | Readonly<{ wallet: 'custodial' }>
    | Readonly<{
        wallet: 'self';
        pseudonym: string;
        signingKey: string;
        encryptionKey: EncryptionKey;
        keyProof: string;
      }>
  );

type Options = Readonly<{
  db: Database;
  writer: Writer;
  signer: EntrySigner;
  authors: Authors;
  held: HeldKeys;
  readModel: ReadModel;
  channel: string;
  chaincode: string;
}>;

/** Enrolment of patients, and the hospital's own numbers, which stay in its own database. */
export class Patients {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  /** @throws GatewayError `MQ_MRN_TAKEN`; MedQuorumError of `patient.register` */
  async register(
    request: WriteRequest,
    registration: Registration,
  ): Promise<CommittedView & Readonly<{ pseudonym: string }>> {
    const outcome = await this.#options.writer.write(request, 'patient', 'register', () => this.#plan(registration));
    return { ...committedView(outcome), pseudonym: argsOf<{ pseudonym: string }>(outcome).pseudonym };
  }

  /** @throws GatewayError `MQ_PATIENT_UNKNOWN` */
  async byNumber(mrn: string): Promise<string> {
    const row = await this.#options.db
      .selectFrom('patientNumber')
      .select('patient')
      .where('mrn', '=', mrn)
      .executeTakeFirst();
    if (row === undefined) throw new GatewayError('MQ_PATIENT_UNKNOWN', 'no patient has this number here');
    return row.patient;
  }

  /** @throws GatewayError `MQ_PATIENT_UNKNOWN`, `MQ_STATE_NOT_TRUSTED` */
  async find(pseudonym: string): Promise<PatientState> {
    const patient = await this.#options.readModel.trusted('patient', pseudonym);
    if (patient === undefined) throw new GatewayError('MQ_PATIENT_UNKNOWN', 'no patient has this pseudonym');
    return patient;
  }

  /** Patients whom this organisation enrolled, newest first. */
  async own(limit: number): Promise<readonly Seen<PatientState>[]> {
    return this.#options.readModel.list('patient', { mspId: this.#options.authors.mspId, limit });
  }

  async #plan(registration: Registration): Promise<Planned> {
    const { authors, signer } = this.#options;
    const pseudonym = await this.#assign(registration);
    const keys = registration.wallet === 'self' ? registration : await this.#custodialKeys(pseudonym);
    const { signingKey, encryptionKey, keyProof } = keys;
    const args = { pseudonym, wallet: registration.wallet, signingKey, encryptionKey, keyProof };
    const entry = signer.sign(authors.organization(), 'patient', 'register', args);
    return { entries: [entry], touches: [`patient:${pseudonym}`] };
  }

  /** A number whose registration never reached the ledger keeps its pseudonym for the next attempt. */
  async #assign(registration: Registration): Promise<string> {
    const { db, readModel } = this.#options;
    const pseudonym = registration.wallet === 'self' ? registration.pseudonym : randomUUID();
    const { mrn } = registration;
    if (mrn === undefined) return pseudonym;
    const inserted = await db
      .insertInto('patientNumber')
      .values({ mrn, patient: pseudonym })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst();
    if (inserted.numInsertedOrUpdatedRows === 1n) return pseudonym;
    const earlier = await db.selectFrom('patientNumber').select('patient').where('mrn', '=', mrn).executeTakeFirst();
    const free = earlier !== undefined && (await readModel.find('patient', earlier.patient)) === undefined;
    if (free && (registration.wallet === 'custodial' || earlier.patient === pseudonym)) return earlier.patient;
    throw new GatewayError('MQ_MRN_TAKEN', 'the number belongs to a patient');
  }

  async #custodialKeys(pseudonym: string) {
    const { channel, chaincode, held } = this.#options;
    const encryption = generateEncryptionKey();
    const key = await held.create({ kind: 'patient', id: pseudonym }, 1, encryption.privateKey);
    const encryptionKey = {
      kem: 'X25519' as const,
      publicKey: Buffer.from(encryption.publicKey).toString('base64url'),
    };
    const party = { kind: 'patient' as const, id: pseudonym };
    const claim = { channel, chaincode, party, keyGeneration: 1, signingKey: key.publicKey, encryptionKey };
    return { signingKey: key.publicKey, encryptionKey, keyProof: key.sign(keyProofBytes(claim)) };
  }
}
