import { randomUUID } from 'node:crypto';
import { keyProofBytes } from '@medquorum/chaincode/registry/key-proof';
import type { PractitionerState } from '@medquorum/chaincode/registry/registry-state';
import type { PractitionerRoleKind } from '@medquorum/chaincode/schema/codes';
import type { Accounts } from '../identity/accounts.ts';
import type { EntrySigner } from '../identity/entry-signer.ts';
import type { HeldKeys } from '../identity/held-keys.ts';
import type { WriteRequest } from '../operation/operations.ts';
import { argsOf, type CommittedView, committedView, type Writer } from '../operation/writer.ts';
import type { ReadModel } from '../readmodel/read-model.ts';
import type { Authors } from './authors.ts';

export type NewPractitioner = Readonly<{
  practitionerId?: string;
  roles: readonly Readonly<{ role: PractitionerRoleKind; facilities?: readonly string[] }>[];
  /** A local account to log in with, made once the practitioner is on the ledger. */
  account?: Readonly<{ username: string; password: string; role: PractitionerRoleKind }>;
}>;

type Options = Readonly<{
  writer: Writer;
  signer: EntrySigner;
  authors: Authors;
  held: HeldKeys;
  accounts: Accounts;
  readModel: ReadModel;
  channel: string;
  chaincode: string;
}>;

/** Practitioners of this organisation; their signing keys are kept here, encrypted. */
export class Practitioners {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  /** @throws GatewayError `MQ_ACCOUNT_EXISTS`; MedQuorumError of `registry.registerPractitioners` */
  async register(
    request: WriteRequest,
    practitioner: NewPractitioner,
  ): Promise<CommittedView & Readonly<{ practitionerId: string }>> {
    const { accounts, authors, channel, chaincode, held, signer, writer } = this.#options;
    const outcome = await writer.write(request, 'registry', 'registerPractitioners', async () => {
      const practitionerId = practitioner.practitionerId ?? randomUUID();
      const key = await held.create({ kind: 'practitioner', id: practitionerId }, 1);
      const party = { kind: 'practitioner' as const, id: practitionerId };
      const claim = { channel, chaincode, party, keyGeneration: 1, signingKey: key.publicKey, encryptionKey: null };
      const roles = practitioner.roles.map(({ role, facilities }) => ({
        id: randomUUID(),
        role,
        ...(facilities === undefined ? {} : { facilities }),
      }));
      const args = { practitionerId, roles, signingKey: key.publicKey, keyProof: key.sign(keyProofBytes(claim)) };
      const entry = signer.sign(authors.organization(), 'registry', 'registerPractitioners', args);
      return { entries: [entry], touches: [`practitioner:${practitionerId}`] };
    });
    const { practitionerId } = argsOf<{ practitionerId: string }>(outcome);
    const { account } = practitioner;
    if (account !== undefined && !(await accounts.exists(account.username))) {
      await accounts.create({ ...account, practitionerId, patient: undefined, scopes: undefined });
    }
    return { ...committedView(outcome), practitionerId };
  }

  async find(practitionerId: string): Promise<PractitionerState | undefined> {
    return this.#options.readModel.trusted('practitioner', practitionerId);
  }

  async own(limit: number): Promise<readonly PractitionerState[]> {
    const found = await this.#options.readModel.list('practitioner', { mspId: this.#options.authors.mspId, limit });
    return found.filter(({ flaw }) => flaw === null).map(({ state }) => state);
  }
}
