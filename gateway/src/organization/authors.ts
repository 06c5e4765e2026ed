import { GatewayError } from '../gateway-error.ts';
import type { EntryAuthor } from '../identity/entry-signer.ts';
import type { HeldKeys } from '../identity/held-keys.ts';
import type { OrganizationKeys } from '../identity/organization-keys.ts';
import type { Principal } from '../identity/principal.ts';
import type { ReadModel } from '../readmodel/read-model.ts';

/** The authors in whose name this gateway signs: its organisation, its practitioners, its custodial patients. */
export class Authors {
  readonly mspId: string;
  readonly keys: OrganizationKeys;
  readonly #held: HeldKeys;
  readonly #readModel: ReadModel;

  constructor(mspId: string, keys: OrganizationKeys, held: HeldKeys, readModel: ReadModel) {
    this.mspId = mspId;
    this.keys = keys;
    this.#held = held;
    this.#readModel = readModel;
  }

  organization(): EntryAuthor {
    const { keyGeneration, signing } = this.keys;
    return { author: { kind: 'organization', id: this.mspId, keyGeneration }, key: signing };
  }

  /** @throws GatewayError `MQ_KEY_NOT_HELD` */
  async practitioner(id: string): Promise<EntryAuthor> {
    return this.#heldBy('practitioner', id, (await this.#readModel.settled('practitioner', id))?.keyGeneration ?? 1);
  }

  /** The wallet of a patient whose keys this organisation keeps. @throws GatewayError `MQ_KEY_NOT_HELD` */
  async patient(pseudonym: string): Promise<EntryAuthor> {
    return this.#heldBy(
      'patient',
      pseudonym,
      (await this.#readModel.settled('patient', pseudonym))?.keyGeneration ?? 1,
    );
  }

  /**
   * Who acts in a request. A person acts for himself; a hospital's system names the practitioner it acts for, and the
   * ledger shows that it did.
   *
   * @throws GatewayError `MQ_AUTH_FORBIDDEN` where no practitioner can be told, `MQ_KEY_NOT_HELD`
   */
  async actor({ role, practitionerId }: Principal, named: string | undefined): Promise<Actor> {
    if (role === 'system') {
      if (named === undefined)
        throw new GatewayError('MQ_AUTH_FORBIDDEN', 'a system names the practitioner it acts for');
      return { entryAuthor: this.organization(), practitionerId: named, onBehalfOf: named };
    }
    if (practitionerId === undefined) throw new GatewayError('MQ_AUTH_FORBIDDEN', 'the account is of no practitioner');
    if (named !== undefined && named !== practitionerId) {
      throw new GatewayError('MQ_AUTH_FORBIDDEN', 'a practitioner acts for himself');
    }
    return { entryAuthor: await this.practitioner(practitionerId), practitionerId, onBehalfOf: undefined };
  }

  async #heldBy(kind: 'patient' | 'practitioner', id: string, keyGeneration: number): Promise<EntryAuthor> {
    const { signing } = await this.#held.find({ kind, id }, keyGeneration);
    return { author: { kind, id, keyGeneration }, key: signing };
  }
}

/** In whose name an entry is made: the practitioner's own key, or the system's with the practitioner it names. */
export type Actor = Readonly<{ entryAuthor: EntryAuthor; practitionerId: string; onBehalfOf: string | undefined }>;
