import { accessCase } from '../access-case.ts';
import {
  action,
  actor,
  confidentiality,
  consent,
  delegatee,
  deny,
  type Json,
  permit,
  policyRule,
  purpose,
  resourceType,
  scope,
  sensitivity,
} from '../testing/consents.ts';
import { CLINICIAN, type FactsChange, facts, NORTH, PATIENT, SOUTH } from '../testing/facts.ts';
import { MAX_PROVISION_DEPTH } from './consent-form.ts';

/** What one consent says of the facts, `nothing` for both kinds of silence. */
function says(given: Json, change: FactsChange = {}): string {
  const [reading] = accessCase(facts({ ...change, consents: [given] })).readings;
  return reading?.says.replace(/^nothing.*/, 'nothing') ?? 'missing';
}
const where = (given: Json) => {
  const [reading] = accessCase(facts({ consents: [given] })).readings;
  return reading !== undefined && 'where' in reading ? reading.where : undefined;
};

describe('which consents count', () => {
  it('counts an active privacy consent of the patient', () => {
    expect(says(permit())).toBe('permit');
    expect(says(permit({}, { patient: { reference: `${PATIENT}/_history/3` } }))).toBe('permit');
  });
  it.each(['draft', 'proposed', 'rejected', 'inactive', 'entered-in-error', 'Active', undefined])(
    'gives status %s no effect, readable or not',
    (status) => {
      expect(says(deny({}, { status }))).toBe('nothing');
      expect(says(consent({ type: 'perhaps' }, { status }))).toBe('nothing');
    },
  );
  it.each([{ reference: 'Patient/p8' }, { reference: `https://elsewhere/${PATIENT}` }, {}, undefined])(
    'does not count for a patient of %j',
    (patient) => {
      expect(says(deny({}, { patient }))).toBe('nothing');
    },
  );
  it.each(['treatment', 'adr'])('takes scope %s as no word on disclosure', (code) => {
    expect(says(deny({}, { scope: scope(code) }))).toBe('nothing');
  });
  it('counts scope research for HRESCH and below only', () => {
    const given = permit({}, { scope: scope('research') });
    expect(says(given, { request: { purpose: 'HRESCH' } })).toBe('permit');
    expect(says(given, { request: { purpose: 'CLINTRCH' } })).toBe('permit');
    expect(says(given, { request: { purpose: 'TREAT' } })).toBe('nothing');
    expect(says(permit(), { request: { purpose: 'HRESCH' } })).toBe('permit');
  });
  it('needs the code system of the scope; without any it counts and is unreadable', () => {
    expect(says(deny({}, { scope: { coding: [{ system: 'http://example.org', code: 'patient-privacy' }] } }))).toBe(
      'nothing',
    );
    expect(says(permit({}, { scope: { coding: [{ code: 'patient-privacy' }] } }))).toBe('unreadable');
    expect(says(deny({}, { scope: { text: 'privacy' } }))).toBe('nothing');
    expect(
      says(permit({}, { scope: { coding: [...scope('treatment').coding, ...scope('patient-privacy').coding] } })),
    ).toBe('permit');
  });
});

describe('what cannot be read', () => {
  const unknownExtension = { modifierExtension: [{ url: 'http://example.org/not', valueBoolean: true }] };
  const broken: readonly [string, Json, string][] = [
    ['an unknown root type', consent({ type: 'perhaps' }), 'Consent.provision.type'],
    ['an unknown nested type', permit({ provision: [{ type: 'maybe' }] }), 'Consent.provision.provision[0].type'],
    ['a nested provision without type', permit({ provision: [{}] }), 'Consent.provision.provision[0].type'],
    ['a modifier extension of the consent', permit({}, unknownExtension), 'Consent.modifierExtension'],
    ['one of the root', permit(unknownExtension), 'Consent.provision.modifierExtension'],
    [
      'one of a nested provision',
      permit({ provision: [{ type: 'deny', ...unknownExtension }] }),
      'Consent.provision.provision[0].modifierExtension',
    ],
    [
      'one of an actor',
      permit({ actor: [{ ...actor(SOUTH), ...unknownExtension }] }),
      'Consent.provision.actor[0].modifierExtension',
    ],
    [
      'one of data',
      permit({ data: [{ meaning: 'instance', reference: { reference: 'X/1' }, ...unknownExtension }] }),
      'Consent.provision.data[0].modifierExtension',
    ],
    ['one of a policy', permit({}, { policy: [unknownExtension] }), 'Consent.policy[0].modifierExtension'],
    [
      'one of a verification',
      permit({}, { verification: [{ verified: true, ...unknownExtension }] }),
      'Consent.verification[0].modifierExtension',
    ],
    ['implicit rules', permit({}, { implicitRules: 'http://example.org/rules' }), 'Consent'],
    ['a malformed period', permit({ period: { start: '2025-02-30' } }), 'Consent.provision.period'],
    [
      'a period that ends before it starts',
      permit({ period: { start: '2025-02', end: '2025-01' } }),
      'Consent.provision.period',
    ],
    ['a date not known', permit({ period: { _start: { extension: [] } } }), 'Consent.provision.period.start'],
    ['a malformed data period', permit({ dataPeriod: { end: '2025-02-03T08:00Z' } }), 'Consent.provision.dataPeriod'],
    ['a purpose not in its system', deny({ purpose: purpose('TRAET') }), 'Consent.provision.purpose[0].code'],
    ['a purpose without system', deny({ purpose: [{ code: 'TREAT' }] }), 'Consent.provision.purpose[0].system'],
    [
      'a code with a blank at its end',
      deny({ purpose: [{ system: 'urn:x', code: 'A ' }] }),
      'Consent.provision.purpose[0].code',
    ],
    ['a code that is a number', deny({ purpose: [{ system: 'urn:x', code: 7 }] }), 'Consent.provision.purpose[0].code'],
    ['an unknown action', deny({ action: [action('peek')] }), 'Consent.provision.action[0].coding[0].code'],
    ['an action in words', deny({ action: [{ text: 'peek' }] }), 'Consent.provision.action[0].coding'],
    ['an unknown label', deny({ securityLabel: [sensitivity('PSYX')] }), 'Consent.provision.securityLabel[0].code'],
    [
      'an unknown confidentiality',
      deny({ securityLabel: [confidentiality('X')] }),
      'Consent.provision.securityLabel[0].code',
    ],
    [
      'an unknown resource type',
      deny({ class: [resourceType('Documentreference')] }),
      'Consent.provision.class[0].code',
    ],
    [
      'an unknown meaning',
      deny({ data: [{ meaning: 'near', reference: { reference: 'X/1' } }] }),
      'Consent.provision.data[0].meaning',
    ],
    ['an actor without reference', deny({ actor: [{ role: {} }] }), 'Consent.provision.actor[0].reference'],
    [
      'an actor by identifier',
      deny({ actor: [{ reference: { identifier: { value: '1' } } }] }),
      'Consent.provision.actor[0].reference.reference',
    ],
    ['an actor that is no actor', deny({ actor: [actor('Location/1')] }), 'Consent.provision.actor[0].reference'],
    ['an unknown element', permit({ purposes: purpose('HRESCH') }), 'Consent.provision'],
    ['an unknown element of the consent', permit({}, { decision: 'deny' }), 'Consent'],
    ['an empty list', permit({ actor: [] }), 'Consent.provision.actor'],
    ['null', permit({ actor: null }), 'Consent.provision'],
    ['no base', consent({}), 'Consent.policyRule'],
    ['no base and no provision', consent(undefined), 'Consent.policyRule'],
    ['both bases', consent({}, { policyRule: policyRule('OPTIN', 'OPTOUT') }), 'Consent.policyRule'],
    ['another base', consent({}, { policyRule: policyRule('OPTINR') }), 'Consent.policyRule'],
    [
      'a base of another system',
      consent({}, { policyRule: { coding: [{ system: 'urn:x', code: 'OPTIN' }] } }),
      'Consent.policyRule',
    ],
  ];
  it.each(broken)('%s', (_, given, path) => {
    expect(says(given)).toBe('unreadable');
    expect(where(given)).toBe(path);
  });
  it('reads the whole consent, matched or not', () => {
    expect(says(permit({ purpose: purpose('HRESCH'), provision: [{ type: 'perhaps' }] }))).toBe('unreadable');
  });
  it('passes over plain extensions and words for people', () => {
    const coding = { ...purpose('TREAT')[0], display: 'treatment', version: '2018' };
    expect(says(permit({ id: 'r', extension: [{ url: 'urn:x' }], purpose: [coding] }, { text: { div: '' } }))).toBe(
      'permit',
    );
  });
  it(`nests to ${MAX_PROVISION_DEPTH} levels and no further`, () => {
    const nest = (depth: number): Json =>
      depth === 0 ? { type: 'permit' } : { type: 'permit', provision: [nest(depth - 1)] };
    expect(says(consent(nest(MAX_PROVISION_DEPTH)))).toBe('permit');
    expect(says(consent(nest(MAX_PROVISION_DEPTH + 1)))).toBe('unreadable');
  });
});

describe('the base', () => {
  it('is the type of the root where it has one', () => {
    expect(says(consent({ type: 'deny' }, { policyRule: policyRule('OPTIN') }))).toBe('deny');
    expect(says(consent({ type: 'permit' }, { policyRule: policyRule('OPTOUT') }))).toBe('permit');
    expect(says(consent({ type: 'permit' }, { policyRule: { text: 'whatever' } }))).toBe('permit');
  });
  it('is OPTIN or OPTOUT otherwise, for everything where there is no provision', () => {
    expect(says(consent({}, { policyRule: policyRule('OPTIN') }))).toBe('permit');
    expect(says(consent({ purpose: purpose('TREAT') }, { policyRule: policyRule('OPTOUT') }))).toBe('deny');
    expect(says(consent(undefined, { policyRule: policyRule('OPTOUT') }))).toBe('deny');
    expect(says(consent(undefined, { policyRule: policyRule('OPTIN') }))).toBe('permit');
  });
  it('does not decide where the root does not match', () => {
    expect(says(deny({ purpose: purpose('HRESCH') }))).toBe('nothing');
  });
});

describe('nested provisions', () => {
  it('are exceptions inside their parent', () => {
    const given = permit({ provision: [{ type: 'deny', purpose: purpose('ETREAT') }] });
    expect(says(given)).toBe('permit');
    expect(says(given, { request: { purpose: 'BTG' } })).toBe('deny');
  });
  it('are not looked at where the parent does not match', () => {
    expect(says(permit({ purpose: purpose('HRESCH'), provision: [{ type: 'deny' }] }))).toBe('nothing');
    expect(says(deny({ purpose: purpose('HRESCH'), provision: [{ type: 'permit' }] }))).toBe('nothing');
  });
  it('decide deepest first', () => {
    const third = { type: 'permit', actor: [actor(CLINICIAN)] };
    const given = permit({ provision: [{ type: 'deny', actor: [actor(SOUTH)], provision: [third] }] });
    expect(says(given)).toBe('permit');
    expect(says(given, { requester: { practitioner: 'Practitioner/x' } })).toBe('deny');
  });
  it('let deny win among siblings, in any order', () => {
    const siblings = [
      { type: 'permit', action: [action('access')] },
      { type: 'deny', actor: [actor(SOUTH)] },
    ];
    expect(says(permit({ provision: siblings }))).toBe('deny');
    expect(says(permit({ provision: siblings.toReversed() }))).toBe('deny');
  });
  it('let a sibling settle its own exceptions before', () => {
    const excepted = { type: 'deny', provision: [{ type: 'permit', actor: [actor(SOUTH)] }] };
    expect(says(deny({ provision: [excepted, { type: 'permit' }] }))).toBe('permit');
    expect(says(deny({ provision: [excepted, { type: 'deny' }] }))).toBe('deny');
  });
});

describe('period', () => {
  const at = (time: string) => ({ request: { time } });
  it('includes both ends; a date covers the whole day in UTC', () => {
    const given = permit({ period: { start: '2025-03-01', end: '2025-03-02' } });
    expect(says(given, at('2025-03-01T00:00:00Z'))).toBe('permit');
    expect(says(given, at('2025-03-02T23:59:59.999Z'))).toBe('permit');
    expect(says(given, at('2025-03-03T00:00:00Z'))).toBe('nothing');
    expect(says(given, at('2025-02-28T23:59:59.999Z'))).toBe('nothing');
  });
  it('counts offsets', () => {
    const given = permit({ period: { end: '2025-03-01T12:00:00+02:00' } });
    expect(says(given, at('2025-03-01T10:00:00Z'))).toBe('permit');
    expect(says(given, at('2025-03-01T12:00:00.001+02:00'))).toBe('nothing');
    expect(says(permit({ period: { end: '2025-03-01' } }), at('2025-03-02T00:30:00+01:00'))).toBe('permit');
  });
  it('covers a whole month or year, and leaves a missing side open', () => {
    expect(says(permit({ period: { start: '2025-03', end: '2025-03' } }))).toBe('permit');
    expect(says(permit({ period: { end: '2024' } }))).toBe('nothing');
    expect(says(permit({ period: { start: '2024' } }))).toBe('permit');
  });
  it('of the data is compared with the date of the record', () => {
    const given = permit({ dataPeriod: { start: '2025-02-03', end: '2025-02-03' } });
    expect(says(given)).toBe('permit');
    expect(says(given, { record: { date: '2025-02-04' } })).toBe('nothing');
    expect(says(deny({ dataPeriod: { start: '2025-02-04' } }))).toBe('nothing');
    expect(says(deny({ dataPeriod: { end: '2025-02-02' } }))).toBe('nothing');
    expect(says(given, { record: { date: null } })).toBe('nothing');
    expect(says(deny({ dataPeriod: { start: '2025' } }), { record: { date: null } })).toBe('nothing');
    expect(says(given, { record: { date: { start: '2025-02-03T01:00:00Z', end: '2025-02-03T02:00:00Z' } } })).toBe(
      'permit',
    );
  });
  it('of the data holds a date that is not precise enough against access', () => {
    const february = { record: { date: '2025-02' } };
    const elements = { dataPeriod: { end: '2025-02-14' } };
    expect(says(permit(elements), february)).toBe('nothing');
    expect(says(deny(elements), february)).toBe('deny');
    expect(says(permit({ ...elements, provision: [{ type: 'deny' }] }), february)).toBe('deny');
    expect(says(deny({ ...elements, provision: [{ type: 'permit' }] }), february)).toBe('nothing');
  });
});

describe('purpose', () => {
  const asking = (code: string) => ({ request: { purpose: code } });
  it.each([
    ['TREAT', 'BTG', 'permit'],
    ['TREAT', 'ERTREAT', 'permit'],
    ['ETREAT', 'TREAT', 'nothing'],
    ['HRESCH', 'CLINTRCH', 'permit'],
    ['HRESCH', 'CLINTRCHPC', 'permit'],
    ['PATRQT', 'PWATRNY', 'permit'],
    ['HPAYMT', 'ELIGVER', 'permit'],
    ['PurposeOfUse', 'DISASTER', 'permit'],
    ['TREAT', 'HRESCH', 'nothing'],
  ])('%s asked for as %s: %s', (given, asked, expected) => {
    expect(says(permit({ purpose: purpose(given) }), asking(asked))).toBe(expected);
  });
  it('takes values as alternatives and other systems as other codes', () => {
    expect(says(permit({ purpose: purpose('HRESCH', 'TREAT') }))).toBe('permit');
    expect(says(permit({ purpose: [{ system: 'urn:local', code: 'TREAT' }] }))).toBe('nothing');
  });
});

describe('actor', () => {
  it.each([SOUTH, CLINICIAN, 'PractitionerRole/south-gp', `${SOUTH}/_history/2`])(
    '%s is the requester',
    (reference) => {
      expect(says(permit({ actor: [actor(reference)] }))).toBe('permit');
      expect(says(deny({ actor: [actor(NORTH), actor(reference)] }))).toBe('deny');
    },
  );
  it.each([NORTH, 'Practitioner/south', 'Device/b', 'PractitionerRole/b', 'RelatedPerson/b'])(
    '%s is not',
    (reference) => {
      expect(says(deny({ actor: [actor(reference)] }))).toBe('nothing');
    },
  );
  it('takes the role as given', () => {
    expect(says(permit({ actor: [actor(SOUTH, { system: 'urn:x', code: 'anything' })] }))).toBe('permit');
    expect(says(permit({ actor: [{ reference: { reference: SOUTH } }] }))).toBe('permit');
    expect(says(permit({ actor: [{ role: { text: 'recipient' }, reference: { reference: SOUTH } }] }))).toBe('permit');
  });
  it.each([
    'Group/g',
    'CareTeam/t',
    '#g',
    'urn:uuid:6d1fe2a6-1c8d-4f5e-b6a5-1f6d2b1f6a11',
    `https://elsewhere/fhir/${CLINICIAN}`,
  ])('%s may be the requester: a deny holds, a permit does not', (reference) => {
    expect(says(permit({ actor: [actor(reference)] }))).toBe('nothing');
    expect(says(deny({ actor: [actor(reference)] }))).toBe('deny');
  });
  it('asked by a related person names him; the organisation he asks through does not work for him', () => {
    const asking: FactsChange = { requester: { role: 'proxy', person: 'RelatedPerson/r', practitioner: null } };
    expect(says(permit({ actor: [actor('RelatedPerson/r')] }), asking)).toBe('permit');
    expect(says(permit({ actor: [actor(SOUTH)] }), asking)).toBe('nothing');
    expect(says(deny({ actor: [actor(SOUTH)] }), asking)).toBe('deny');
  });

  describe('acting for another', () => {
    const proxy: FactsChange = {
      requester: {
        role: 'proxy',
        person: 'RelatedPerson/r',
        practitioner: null,
        onBehalfOf: PATIENT,
        organization: null,
      },
    };
    const assistant: FactsChange = { requester: { practitioner: 'Practitioner/x', onBehalfOf: CLINICIAN } };
    it('needs a permit that names him', () => {
      expect(says(permit(), proxy)).toBe('nothing');
      expect(says(permit({ actor: [actor('RelatedPerson/r')] }), proxy)).toBe('permit');
      expect(says(permit({ actor: [actor(SOUTH)] }), assistant)).toBe('nothing');
      expect(says(permit({ actor: [actor('Practitioner/x')] }), assistant)).toBe('permit');
      expect(says(permit({ actor: [actor(CLINICIAN)] }), assistant)).toBe('nothing');
    });
    it('or a delegatee, which he is', () => {
      expect(says(permit({ actor: [delegatee(SOUTH)] }), assistant)).toBe('permit');
      expect(says(permit({ actor: [delegatee(NORTH)] }), assistant)).toBe('nothing');
      expect(says(permit({ actor: [delegatee('PractitionerRole/south-gp')] }), assistant)).toBe('permit');
    });
    it('is denied as anyone is', () => {
      expect(says(deny(), proxy)).toBe('deny');
      expect(says(deny({ actor: [actor(SOUTH)] }), assistant)).toBe('deny');
      expect(says(deny({ provision: [{ type: 'permit' }] }), assistant)).toBe('deny');
      expect(says(permit({ provision: [{ type: 'deny' }] }), assistant)).toBe('deny');
    });
    it('is not what one does for oneself', () => {
      expect(says(permit(), { requester: { onBehalfOf: CLINICIAN } })).toBe('permit');
    });
  });
});

describe('labels', () => {
  const record = (
    confidentialityOfRecord: 'U' | 'L' | 'M' | 'N' | 'R' | 'V' | null,
    ...labels: string[]
  ): FactsChange => ({
    record: { confidentiality: confidentialityOfRecord, labels },
  });
  it('take confidentiality as a high-water mark in a permit', () => {
    const given = permit({ securityLabel: [confidentiality('R')] });
    for (const lower of ['U', 'L', 'M', 'N', 'R'] as const) expect(says(given, record(lower))).toBe('permit');
    expect(says(given, record('V'))).toBe('nothing');
  });
  it('and as a floor in a deny', () => {
    const given = deny({ securityLabel: [confidentiality('R')] });
    for (const lower of ['U', 'L', 'M', 'N'] as const) expect(says(given, record(lower))).toBe('nothing');
    for (const higher of ['R', 'V'] as const) expect(says(given, record(higher))).toBe('deny');
  });
  it('hold a record of no confidentiality against access', () => {
    expect(says(permit({ securityLabel: [confidentiality('V')] }), record(null))).toBe('nothing');
    expect(says(deny({ securityLabel: [confidentiality('V')] }), record(null))).toBe('deny');
  });
  it.each([
    ['SPI', 'PSY', 'deny'],
    ['SPI', 'SUD', 'deny'],
    ['SPI', 'OPIOIDUD', 'deny'],
    ['SUD', 'ETHUD', 'deny'],
    ['BH', 'COGN', 'deny'],
    ['PSY', 'SPI', 'nothing'],
    ['HIV', 'PSY', 'nothing'],
  ])('%s for a record of %s: %s', (given, label, expected) => {
    expect(says(deny({ securityLabel: [sensitivity(given)] }), record('N', 'SEX', label))).toBe(expected);
  });
  it('are alternatives, and match policies too', () => {
    expect(says(permit({ securityLabel: [sensitivity('HIV'), confidentiality('N')] }), record('N'))).toBe('permit');
    const part2: FactsChange = { record: { policies: ['42CFRPart2'] } };
    expect(says(deny({ securityLabel: [sensitivity('42CFRPart2')] }), part2)).toBe('deny');
    expect(says(deny({ securityLabel: [{ system: 'urn:local', code: 'PSY' }] }), record('N', 'PSY'))).toBe('nothing');
  });
});

describe('action, class and code', () => {
  it('compares actions by code', () => {
    expect(says(permit({ action: [action('access')] }))).toBe('permit');
    expect(says(permit({ action: [action('use'), action('collect')] }))).toBe('nothing');
    expect(says(permit({ action: [action('correct')] }))).toBe('nothing');
  });
  it('compares classes by resource type, record class or base profile', () => {
    expect(says(permit({ class: [resourceType('DocumentReference')] }))).toBe('permit');
    expect(says(permit({ class: [resourceType('Claim')] }))).toBe('nothing');
    expect(says(permit({ class: [{ system: 'urn:local', code: 'DocumentReference' }] }))).toBe('nothing');
    expect(says(permit({ class: [{ system: 'urn:medquorum:record-class', code: 'clinical' }] }))).toBe('permit');
    const profile = (name: string) => ({
      system: 'urn:ietf:rfc:3986',
      code: `http://hl7.org/fhir/StructureDefinition/${name}`,
    });
    expect(says(permit({ class: [profile('DocumentReference')] }))).toBe('permit');
    expect(says(permit({ class: [profile('lipidprofile')] }))).toBe('nothing');
    expect(says(deny({ class: [profile('lipidprofile')] }))).toBe('deny');
    expect(says(deny({ class: [resourceType('Resource')] }))).toBe('deny');
  });
  it('compares codes by system and code', () => {
    const code = (system: string, value: string) => ({
      code: [
        {
          coding: [
            { system: 'urn:x', code: 'y' },
            { system, code: value },
          ],
        },
      ],
    });
    expect(says(permit(code('http://loinc.org', '11488-4')))).toBe('permit');
    expect(says(permit(code('http://loinc.org', '11488-5')))).toBe('nothing');
    expect(says(permit(code('http://snomed.info/sct', '11488-4')))).toBe('nothing');
    expect(says(permit(code('http://loinc.org', '11488-4')), { record: { code: null } })).toBe('nothing');
  });
});

describe('data', () => {
  const data = (meaning: string, reference: string) => ({ data: [{ meaning, reference: { reference } }] });
  const record: FactsChange = { record: { refersTo: ['Encounter/e1'], referredBy: ['Composition/k1'] } };
  it.each([
    ['instance', 'DocumentReference/d9', 'permit'],
    ['instance', 'DocumentReference/d8', 'nothing'],
    ['instance', 'Encounter/e1', 'nothing'],
    ['authoredby', 'Practitioner/a', 'permit'],
    ['authoredby', 'DocumentReference/d9', 'nothing'],
    ['related', 'DocumentReference/d9', 'permit'],
    ['related', 'Composition/k1', 'permit'],
    ['related', 'DocumentReference/d8', 'nothing'],
    ['dependents', 'DocumentReference/d9', 'permit'],
    ['dependents', 'Encounter/e1', 'permit'],
    ['dependents', 'Composition/k1', 'nothing'],
  ])('%s %s: %s', (meaning, reference, expected) => {
    expect(says(permit(data(meaning, reference)), record)).toBe(expected);
    expect(says(deny(data(meaning, reference)), record)).toBe(expected === 'permit' ? 'deny' : 'nothing');
  });
  it.each([PATIENT, NORTH, 'Practitioner/a'])(
    'may mean by dependents of %s what the header puts under it',
    (reference) => {
      expect(says(permit(data('dependents', reference)), record)).toBe('nothing');
      expect(says(deny(data('dependents', reference)), record)).toBe('deny');
    },
  );
  it('may mean by related what refers to the resource', () => {
    expect(says(permit(data('related', 'Encounter/e1')), record)).toBe('nothing');
    expect(says(deny(data('related', 'Encounter/e1')), record)).toBe('deny');
  });
  it('of another server may be meant', () => {
    expect(says(deny(data('instance', 'https://elsewhere/fhir/DocumentReference/d9')))).toBe('deny');
    expect(says(permit(data('instance', 'https://elsewhere/fhir/DocumentReference/d9')))).toBe('nothing');
    expect(says(deny(data('instance', '#d9')))).toBe('deny');
  });
});

describe('a provision', () => {
  it('matches when every element present does', () => {
    const elements = {
      period: { start: '2025' },
      actor: [actor(SOUTH)],
      action: [action('access')],
      securityLabel: [confidentiality('N')],
      purpose: purpose('TREAT'),
      class: [resourceType('DocumentReference')],
      code: [{ coding: [{ system: 'http://loinc.org', code: '11488-4' }] }],
      dataPeriod: { start: '2025' },
      data: [{ meaning: 'instance', reference: { reference: 'DocumentReference/d9' } }],
    };
    const others: Json = {
      period: { end: '2024' },
      actor: [actor(NORTH)],
      action: [action('use')],
      securityLabel: [confidentiality('U')],
      purpose: purpose('HRESCH'),
      class: [resourceType('Claim')],
      code: [{ coding: [{ system: 'http://loinc.org', code: '1-8' }] }],
      dataPeriod: { end: '2024' },
      data: [{ meaning: 'instance', reference: { reference: 'DocumentReference/d8' } }],
    };
    expect(says(permit(elements))).toBe('permit');
    for (const name of Object.keys(elements)) {
      expect([name, says(permit({ ...elements, [name]: others[name] }))]).toEqual([name, 'nothing']);
    }
  });
});
