import { codeOf } from '../testing/code-of.ts';
import { coding, concept, consentOf, permit } from '../testing/consents.ts';
import { VALLEY } from '../testing/founded-consortium.ts';
import { uuidOf } from '../testing/party.ts';
import { MAX_PROVISION_DEPTH, MAX_PROVISIONS, restrictedConsent } from './restricted-consent.ts';

const parse = (consent: unknown) => codeOf((async () => restrictedConsent(consent, 'consent'))());
const nested = (depth: number): object => permit(depth === 0 ? {} : { provision: [nested(depth - 1)] });

describe('the restricted Consent', () => {
  it('takes actor, role, purpose, class, code, label, data and validity windows', async () => {
    const consent = consentOf(
      permit({
        period: { start: '2026-01-01', end: '2026-12-31T23:59:59+01:00' },
        dataPeriod: { start: '2025' },
        action: [concept('consentaction', 'access')],
        securityLabel: [coding('v3-Confidentiality', 'R'), coding('v3-ActCode', 'PSY')],
        class: [{ system: 'http://hl7.org/fhir/resource-types', code: 'DocumentReference' }],
        code: [{ coding: [{ system: 'http://loinc.org', code: '34117-2' }] }],
        data: [{ meaning: 'instance', reference: { reference: `DocumentReference/${uuidOf('record')}` } }],
        provision: [permit({ type: 'deny', purpose: [coding('v3-ActReason', 'HMARKT')] })],
      }),
      { dateTime: '2026-01-01T10:00:00Z', policyRule: concept('v3-ActCode', 'OPTIN') },
    );
    expect(restrictedConsent(consent, 'consent')).toEqual(consent);
  });

  it.each([
    ['narrative', { text: { status: 'generated', div: '<div/>' } }],
    ['an identifier', { identifier: [{ value: '999-99-9999' }] }],
    ['an extension', { extension: [] }],
    ['a source', { sourceReference: { reference: 'Contract/x' } }],
    ['a verification', { verification: [{ verified: true }] }],
    ['a text beside the coding', { scope: { ...concept('consentscope', 'research'), text: 'Jane Doe' } }],
    ['a display in a coding', { scope: { coding: [{ ...coding('consentscope', 'research'), display: 'x' }] } }],
    ['a patient by another name', { patient: { reference: 'Patient/jane-doe' } }],
    ['a patient with a display', { patient: { reference: `Patient/${uuidOf('p')}`, display: 'Jane Doe' } }],
    ['a draft', { status: 'draft' }],
    ['another code system', { scope: { coding: [{ system: 'urn:oid:1.2', code: 'x' }] } }],
    ['a code outside its value set', { scope: concept('consentscope', 'JANEDOE') }],
    ['a day that does not exist', { dateTime: '2026-02-30' }],
    ['no provision', { provision: undefined }],
  ])('refuses %s', async (_, change) => {
    expect(await parse(consentOf(permit(), change))).toBe('MQ_INPUT_INVALID');
  });

  it.each([
    ['an actor by an absolute reference', { actor: [actor('https://example.org/Organization/x')] }],
    ['an actor of another type', { actor: [actor('Group/7')] }],
    ['an actor by an id that is not a pseudonym', { actor: [actor('Practitioner/jane-doe')] }],
    ['a provision type that is no type', { type: 'maybe' }],
    ['a modifier extension', { modifierExtension: [] }],
    ['an empty list', { purpose: [] }],
  ])('refuses a provision with %s', async (_, change) => {
    expect(await parse(consentOf(permit(change)))).toBe('MQ_INPUT_INVALID');
  });

  it(`nests at most ${MAX_PROVISION_DEPTH} deep and holds at most ${MAX_PROVISIONS} provisions`, async () => {
    expect(await parse(consentOf(nested(MAX_PROVISION_DEPTH)))).toBe('no failure');
    expect(await parse(consentOf(nested(MAX_PROVISION_DEPTH + 1)))).toBe('MQ_INPUT_INVALID');
    const wide = (count: number) => consentOf(permit({ provision: Array.from({ length: count }, () => permit()) }));
    expect(await parse(wide(MAX_PROVISIONS - 1))).toBe('no failure');
    expect(await parse(wide(MAX_PROVISIONS))).toBe('MQ_INPUT_INVALID');
  });
});

function actor(reference: string) {
  return { role: concept('v3-ParticipationType', 'IRCP'), reference: { reference: reference || VALLEY.id } };
}
