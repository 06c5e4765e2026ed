import type { Identifier, Resource } from '@medplum/fhirtypes';
import type { Database } from '../database/open-database.ts';
import type { ReferenceDirectory } from './resolve-references.ts';
import type { ChartResource } from './split-chart.ts';

/** Types of whom and what a hospital consists: they describe no patient and are stored whole, in this gateway only. */
export const DIRECTORY_TYPES: ReadonlySet<string> = new Set([
  'Practitioner',
  'PractitionerRole',
  'Organization',
  'Location',
  'HealthcareService',
]);

/** What this gateway knows of FHIR resources: staff and places whole, what is in records only by where it is. */
export class FhirDirectory implements ReferenceDirectory {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async findByIdentifier(resourceType: string, system: string, value: string): Promise<readonly string[]> {
    const rows = await this.#db
      .selectFrom('fhirIdentifier')
      .select('id')
      .where('resourceType', '=', resourceType)
      .where('system', '=', system)
      .where('value', '=', value)
      .execute();
    return rows.map(({ id }) => id);
  }

  async has(resourceType: string, id: string): Promise<boolean> {
    return (await this.#row(resourceType, id)) !== undefined;
  }

  /** A staff member or place; undefined for what is in a record or unknown. */
  async read(resourceType: string, id: string): Promise<Resource | undefined> {
    const doc = (await this.#row(resourceType, id))?.doc ?? undefined;
    return doc === undefined ? undefined : (JSON.parse(doc) as Resource);
  }

  /** The record that holds a patient's resource. */
  async recordOf(resourceType: string, id: string): Promise<string | undefined> {
    return (await this.#row(resourceType, id))?.recordId ?? undefined;
  }

  /** The patient of a record that this gateway wrote, where the ledger does not say. */
  async patientOf(recordId: string): Promise<string | undefined> {
    const row = await this.#db
      .selectFrom('fhirResource')
      .select('patient')
      .where('recordId', '=', recordId)
      .executeTakeFirst();
    return row?.patient ?? undefined;
  }

  /** Stores a staff member or place, new or again; its identifiers from then on lead to it. */
  async store({ resource }: ChartResource): Promise<void> {
    const { resourceType, id = '' } = resource;
    await this.#db.transaction().execute(async (tx) => {
      const doc = JSON.stringify(resource);
      await tx
        .insertInto('fhirResource')
        .values({ resourceType, id, patient: null, recordId: null, doc })
        .onConflict((conflict) => conflict.columns(['resourceType', 'id']).doUpdateSet({ doc }))
        .execute();
      for (const { system, value } of identifiersOf(resource)) {
        await tx
          .insertInto('fhirIdentifier')
          .values({ resourceType, system, value, id })
          .onConflict((conflict) => conflict.columns(['resourceType', 'system', 'value']).doUpdateSet({ id }))
          .execute();
      }
    });
  }

  /** Notes in which record each resource of a chart is. Storing the same again changes nothing. */
  async index(patient: string, recordId: string, resources: readonly ChartResource[]): Promise<void> {
    const rows = resources.map(({ resource: { resourceType, id = '' } }) => ({
      resourceType,
      id,
      patient,
      recordId,
      doc: null,
    }));
    if (rows.length === 0) return;
    await this.#db
      .insertInto('fhirResource')
      .values(rows)
      .onConflict((conflict) => conflict.columns(['resourceType', 'id']).doUpdateSet({ patient, recordId }))
      .execute();
  }

  #row(resourceType: string, id: string) {
    return this.#db
      .selectFrom('fhirResource')
      .selectAll()
      .where('resourceType', '=', resourceType)
      .where('id', '=', id)
      .executeTakeFirst();
  }
}

/** Identifiers with system and value; a resource of a type without them has none. */
export function identifiersOf(resource: Resource): readonly Readonly<{ system: string; value: string }>[] {
  const { identifier } = resource as { identifier?: Identifier | readonly Identifier[] };
  const all = identifier === undefined ? [] : Array.isArray(identifier) ? identifier : [identifier as Identifier];
  return all.flatMap(({ system, value }: Identifier) =>
    system === undefined || value === undefined ? [] : [{ system, value }],
  );
}
