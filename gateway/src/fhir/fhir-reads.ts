import type { Bundle, DocumentReference, Resource } from '@medplum/fhirtypes';
import type { RecordVersionState } from '@medquorum/chaincode/record/record-state';
import { V3 } from '@medquorum/chaincode/schema/fhir-codes';
import type { AccessRequest } from '../access/decisions.ts';
import { outcomeView } from '../access/outcome-view.ts';
import { GatewayError } from '../gateway-error.ts';
import type { Principal } from '../identity/principal.ts';
import type { WriteRequest } from '../operation/operations.ts';
import type { ReadModel } from '../readmodel/read-model.ts';
import type { RecordReader } from '../record/read-records.ts';
import { DIRECTORY_TYPES, type FhirDirectory } from './fhir-directory.ts';

/** How somebody asks, beside what for: what REST clients send in a body, FHIR clients send in headers. */
export type FhirAccess = Omit<AccessRequest, 'patient' | 'records'>;

type Options = Readonly<{ directory: FhirDirectory; readModel: ReadModel; reader: RecordReader }>;

/** Most documents of one search. */
export const MAX_SEARCH_RESULTS = 200;

/** Reads FHIR resources back: staff and places at once, a patient's only after the decision is committed. */
export class FhirReads {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  /**
   * One resource.
   * @throws GatewayError `MQ_HTTP_NOT_FOUND`; `MQ_ACCESS_DENIED` with the reasons; and as {@link RecordReader.read}
   */
  async read(
    write: WriteRequest,
    principal: Principal,
    type: string,
    id: string,
    access: FhirAccess,
  ): Promise<Resource> {
    if (DIRECTORY_TYPES.has(type)) return (await this.#options.directory.read(type, id)) ?? notFound();
    const content = await this.#content(write, principal, type, id, access);
    const inside =
      content.resourceType === 'Bundle' ? (content.entry ?? []).map(({ resource }) => resource) : [content];
    // De-identification takes ids away with everything else: then the record's first resource of the type is the one.
    const sameType = inside.filter((resource) => resource?.resourceType === type);
    return sameType.find((resource) => resource?.id === id) ?? sameType[0] ?? notFound();
  }

  /** Everything in the record of a document, as a FHIR collection. @throws as {@link read} */
  async document(write: WriteRequest, principal: Principal, id: string, access: FhirAccess): Promise<Resource> {
    return this.#content(write, principal, 'DocumentReference', id, access);
  }

  /** The documents of a patient by what the ledger says of them: no content, so no decision. */
  async documents(patient: string): Promise<Bundle> {
    const heads = await this.#options.readModel.list('record', { patient, limit: MAX_SEARCH_RESULTS });
    const found = await Promise.all(
      heads
        .filter(({ flaw, state }) => flaw === null && state.class !== 'persona')
        .map(async ({ state }) => {
          const shown = state.activeVersion ?? state.latestVersion;
          const version = await this.#options.readModel.trusted('record-version', state.recordId, shown);
          return version === undefined
            ? []
            : [documentOf(version, patient, state.custodian, state.activeVersion === shown)];
        }),
    );
    const documents = found.flat();
    return {
      resourceType: 'Bundle',
      type: 'searchset',
      total: documents.length,
      entry: documents.map((resource) => ({ resource, search: { mode: 'match' } })),
    };
  }

  async #content(
    write: WriteRequest,
    principal: Principal,
    type: string,
    id: string,
    access: FhirAccess,
  ): Promise<Resource> {
    const recordId = (await this.#options.directory.recordOf(type, id)) ?? id;
    const head = await this.#options.readModel.find('record', recordId);
    const patient = head?.state.patient ?? (await this.#options.directory.patientOf(recordId)) ?? notFound();
    const { decision, items } = await this.#options.reader.read(write, principal, {
      ...access,
      patient,
      records: [recordId],
    });
    const [item] = items;
    if (item === undefined) return notFound();
    if (item.effect === 'deny') {
      const { reasons } = outcomeView(item);
      const sentences = reasons.map(({ sentence }) => sentence).join(' ');
      throw new GatewayError('MQ_ACCESS_DENIED', sentences, { extra: { decisionId: decision.decisionId, reasons } });
    }
    if (item.failure !== undefined)
      throw new GatewayError(item.failure, 'permitted, but the content could not be released');
    return item.content as unknown as Resource;
  }
}

function documentOf(
  { header, recordId, version }: RecordVersionState,
  patient: string,
  custodian: string,
  active: boolean,
): DocumentReference {
  return {
    resourceType: 'DocumentReference',
    id: recordId,
    meta: { versionId: String(version) },
    status: 'current',
    docStatus: active ? 'final' : 'preliminary',
    subject: { reference: `Patient/${patient}` },
    custodian: { identifier: { system: 'urn:medquorum:msp', value: custodian } },
    ...(header?.code === undefined ? {} : { type: { coding: [{ ...header.code }] } }),
    ...(typeof header?.date === 'string' ? { date: header.date } : {}),
    ...(typeof header?.date === 'object' ? { context: { period: { ...header.date } } } : {}),
    securityLabel:
      header === null ? [] : [{ coding: [{ system: `${V3}v3-Confidentiality`, code: header.confidentiality }] }],
    content: [{ attachment: { contentType: 'application/fhir+json', url: `DocumentReference/${recordId}/$content` } }],
  };
}

function notFound(): never {
  throw new GatewayError('MQ_HTTP_NOT_FOUND', 'there is no such resource here');
}
