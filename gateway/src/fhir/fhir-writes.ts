import type { Bundle, Reference, BundleEntry as ResponseEntry } from '@medplum/fhirtypes';
import type { Principal } from '../identity/principal.ts';
import type { WriteRequest } from '../operation/operations.ts';
import type { Writer } from '../operation/writer.ts';
import type { Actor, Authors } from '../organization/authors.ts';
import type { Patients } from '../patient/patients.ts';
import type { ReadModel } from '../readmodel/read-model.ts';
import type { RecordDrafts } from '../record/record-drafts.ts';
import { assignedIds } from './assigned-ids.ts';
import { enrolledPatient } from './chart-patient.ts';
import { toRecordDrafts } from './chart-records.ts';
import { DIRECTORY_TYPES, type FhirDirectory, identifiersOf } from './fhir-directory.ts';
import { FhirError } from './fhir-error.ts';
import type { BundleEntry, BundleRequest } from './read-bundle.ts';
import { type ReferenceDirectory, resolveReferences } from './resolve-references.ts';
import { type ChartPart, type ChartResource, splitChart } from './split-chart.ts';

export type FhirWriteRequest = Readonly<{
  write: WriteRequest;
  principal: Principal;
  /** Practitioner in whose name a hospital's system writes. */
  onBehalfOf: string | undefined;
}>;

type Options = Readonly<{
  patients: Patients;
  drafts: RecordDrafts;
  writer: Writer;
  authors: Authors;
  directory: FhirDirectory;
  readModel: ReadModel;
  /** Known to this gateway alone: ids that follow from an idempotency key cannot be foreseen by others. */
  idSecret: Uint8Array;
}>;

/** While references are only checked, a patient who is not enrolled yet stands under this id. */
const NOT_ENROLLED = 'not-enrolled';

/** Writes what hospital systems post as FHIR: a patient's chart as records on the ledger, staff and places into the directory. */
export class FhirWrites {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  /**
   * A transaction Bundle: everything in it is written, or nothing is on the ledger. A chart's records are one transaction there.
   *
   * @throws FhirError, GatewayError, MedQuorumError
   */
  async transaction(request: FhirWriteRequest, { entries }: BundleRequest): Promise<Bundle> {
    const responses = entries.some(({ resource }) => resource.resourceType === 'Patient')
      ? await this.#writeChart(request, entries)
      : await this.#writeDirectory(request, entries);
    return { resourceType: 'Bundle', type: 'transaction-response', entry: responses };
  }

  /** One entry of a batch, or a single create: staff, a place, or a resource of a known patient as a record of its own. */
  async single(request: FhirWriteRequest, entry: BundleEntry): Promise<ResponseEntry> {
    const isDirectory = DIRECTORY_TYPES.has(entry.resource.resourceType);
    const [response] = await (isDirectory
      ? this.#writeDirectory(request, [entry])
      : this.#writeResource(request, entry));
    return response ?? {};
  }

  async #writeResource(request: FhirWriteRequest, entry: BundleEntry): Promise<ResponseEntry[]> {
    if (entry.method === 'PUT' || entry.resource.resourceType === 'Patient') {
      throw notSupported(
        'a resource of a patient is created with POST; a Patient comes with the chart, in a transaction',
      );
    }
    const idOf = assignedIds(request.write, this.#options.idSecret);
    const [item] = await resolveReferences([entry], () => idOf(String(entry.index)), this.#references());
    if (item === undefined) return [];
    const { subject, patient } = item.resource as { subject?: Reference; patient?: Reference };
    const [, pseudonym] = /^Patient\/(.+)$/.exec((subject ?? patient)?.reference ?? '') ?? [];
    if (pseudonym === undefined) throw notSupported('the resource names no Patient as its subject');
    const actor = await this.#options.authors.actor(request.principal, request.onBehalfOf);
    await this.#propose(request.write, actor, pseudonym, [{ kind: 'resource', subject: item, resources: [item] }], '');
    return [created(item)];
  }

  async #writeChart(request: FhirWriteRequest, entries: readonly BundleEntry[]): Promise<ResponseEntry[]> {
    const [patient, ...others] = entries.filter(({ resource }) => resource.resourceType === 'Patient');
    const misplaced = entries.find(
      ({ method, resource }) =>
        DIRECTORY_TYPES.has(resource.resourceType) || (method === 'PUT' && resource.resourceType !== 'Patient'),
    );
    if (patient === undefined || others.length > 0) throw notSupported('one chart, of one Patient, in a transaction');
    if (misplaced !== undefined) {
      throw notSupported(
        `Bundle.entry[${misplaced.index}]: staff and places go in a Bundle of their own; a chart's resources are created with POST`,
      );
    }
    const { write } = request;
    const idOf = assignedIds(write, this.#options.idSecret);
    // Everything that can be wrong with the request is found before the patient is enrolled.
    toRecordDrafts(splitChart(await this.#chart(entries, idOf, NOT_ENROLLED)), idOf('patient-record'));
    const actor = await this.#options.authors.actor(request.principal, request.onBehalfOf);
    const pseudonym = await enrolledPatient(this.#options.patients, patient, write);
    const chart = await this.#chart(entries, idOf, pseudonym);
    await this.#propose(write, actor, pseudonym, splitChart(chart), idOf('patient-record'));
    return chart.map(created);
  }

  async #propose(
    write: WriteRequest,
    actor: Actor,
    patient: string,
    parts: readonly ChartPart[],
    patientRecordId: string,
  ): Promise<void> {
    const { directory, drafts, writer } = this.#options;
    const records = toRecordDrafts(parts, patientRecordId);
    await writer.write(write, 'record', 'propose', () =>
      drafts.propose(
        actor,
        records.map((record) => ({ ...record, patient, content: Buffer.from(JSON.stringify(record.content)) })),
      ),
    );
    for (const [index, { recordId }] of records.entries()) {
      await directory.index(patient, recordId, parts[index]?.resources ?? []);
    }
  }

  #chart(entries: readonly BundleEntry[], idOf: (place: string) => string, pseudonym: string) {
    const assign = ({ index, resource }: BundleEntry) =>
      resource.resourceType === 'Patient' ? pseudonym : idOf(String(index));
    return resolveReferences(entries, assign, this.#references());
  }

  async #writeDirectory({ write }: FhirWriteRequest, entries: readonly BundleEntry[]): Promise<ResponseEntry[]> {
    const stray = entries.find(({ resource }) => !DIRECTORY_TYPES.has(resource.resourceType));
    if (stray !== undefined) {
      throw notSupported(
        `Bundle.entry[${stray.index}]: a ${stray.resource.resourceType} is written with its Patient, in a transaction`,
      );
    }
    const idOf = assignedIds(write, this.#options.idSecret);
    const places = await Promise.all(entries.map((entry) => this.#directoryPlace(entry, idOf)));
    const resources = await resolveReferences(
      entries,
      (entry) => places[entries.indexOf(entry)]?.id ?? '',
      this.#references(),
    );
    const responses: ResponseEntry[] = [];
    for (const [position, item] of resources.entries()) {
      const known = places[position]?.known === true && entries[position]?.method === 'POST';
      if (!known) await this.#options.directory.store(item);
      responses.push(known ? found(item) : created(item));
    }
    return responses;
  }

  /** A conditional create of what is there already leaves it alone (https://hl7.org/fhir/R4/http.html#ccreate). */
  async #directoryPlace({ id, ifNoneExist, index, resource }: BundleEntry, idOf: (place: string) => string) {
    if (id !== undefined) return { id, known: false };
    const [, system, value] = /^identifier=([^|&]*)\|([^|&]+)$/.exec(ifNoneExist ?? '') ?? [];
    const identifiers = system !== undefined && value !== undefined ? [{ system, value }] : identifiersOf(resource);
    for (const identifier of identifiers) {
      const [known] = await this.#options.directory.findByIdentifier(
        resource.resourceType,
        identifier.system,
        identifier.value,
      );
      if (known !== undefined) return { id: known, known: true };
    }
    return { id: idOf(String(index)), known: false };
  }

  /** What a reference may name beyond the Bundle: the directory, and patients by pseudonym. */
  #references(): ReferenceDirectory {
    const { directory, readModel } = this.#options;
    return {
      findByIdentifier: (type, system, value) => directory.findByIdentifier(type, system, value),
      has: async (type, id) =>
        type === 'Patient' ? (await readModel.find('patient', id)) !== undefined : directory.has(type, id),
    };
  }
}

function created({ reference }: ChartResource): ResponseEntry {
  return { response: { status: '201 Created', location: `${reference}/_history/1`, etag: 'W/"1"' } };
}

function found({ reference }: ChartResource): ResponseEntry {
  return { response: { status: '200 OK', location: `${reference}/_history/1`, etag: 'W/"1"' } };
}

function notSupported(text: string): FhirError {
  return new FhirError('MQ_FHIR_NOT_SUPPORTED', text, [
    { severity: 'error', code: 'not-supported', details: { text } },
  ]);
}
