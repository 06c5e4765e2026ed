import { decide } from './decide.ts';
import { MAX_FACTS, parseAccessFacts } from './parse-access-facts.ts';
import { permit } from './testing/consents.ts';
import { EMERGENCY, facts } from './testing/facts.ts';

type Path = readonly (string | number)[];

/** A copy in which one value is replaced, or dropped where `value` is undefined. */
function altered(path: Path, value: unknown): unknown {
  const copy = JSON.parse(JSON.stringify(facts({ consents: [permit()], emergency: EMERGENCY })));
  const owner = path.slice(0, -1).reduce((at, name) => at[name], copy);
  const [last = ''] = path.slice(-1);
  if (value === undefined) delete owner[last];
  else owner[last] = value;
  return copy;
}

/** Every path of an object within an object. */
function paths(value: unknown, above: Path = []): readonly Path[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([name, member]) => [[...above, name], ...paths(member, [...above, name])]);
}

const optional = new Set(['zones', 'hours', 'masks', 'redactions']);

describe('parseAccessFacts', () => {
  it('takes valid facts as they are', () => {
    const valid = facts({ consents: [permit()], emergency: EMERGENCY });
    expect(parseAccessFacts(valid)).toEqual(valid);
  });

  it.each(paths(facts({ emergency: EMERGENCY })).filter((path) => !optional.has(String(path.at(-2)))))(
    'refuses facts without %s %s %s',
    (...path) => {
      const given = path.filter((name) => name !== undefined);
      expect(decide(altered(given, undefined)).reasons).toEqual(['facts-malformed']);
    },
  );

  it.each<[Path, unknown]>([
    [['unknown'], true],
    [['record', 'suspended'], true],
    [['record', 'patient'], null],
    [['record', 'patient'], ''],
    [['record', 'patient'], 'Patient/p 7'],
    [['record', 'class'], null],
    [['record', 'date'], 'yesterday'],
    [['record', 'date'], { start: null, end: null }],
    [['record', 'date'], { start: '2025', end: '2024' }],
    [['record', 'confidentiality'], 'X'],
    [['record', 'confidentiality'], 'r'],
    [['record', 'labels'], ['XYZ']],
    [
      ['record', 'labels'],
      ['SPI', '_ActInformationSensitivityPolicy'],
    ],
    [['record', 'labels'], 'PSY'],
    [['record', 'code'], '11488-4'],
    [['record', 'policies'], Array.from({ length: MAX_FACTS + 1 }, () => 'P')],
    [['requester', 'role'], 'surgeon'],
    [['requester', 'organization'], null],
    [['request', 'purpose'], null],
    [['request', 'purpose'], { code: 'TREAT' }],
    [['request', 'action'], 'read'],
    [['request', 'time'], '2025-03-01'],
    [['request', 'time'], '2025-03-01T12:00:00'],
    [['request', 'time'], 1740830400000],
    [['request', 'withinSkew'], 'yes'],
    [['relation', 'care'], true],
    [['consents'], null],
    [['consents'], [null]],
    [['consents'], ['Consent/1']],
    [['consents'], [{ resourceType: 'Patient' }]],
    [['registry', 'organization'], 'good'],
    [['emergency'], true],
    [['emergency', 'reason'], 7],
    [['settings', 'leaseMs'], 0],
    [['settings', 'zones'], { surgeon: [] }],
  ])('refuses %j as %j', (path, value) => {
    expect(parseAccessFacts(altered(path, value))).toBeUndefined();
  });

  it.each([undefined, null, 7, 'facts', [], {}])('refuses %j', (value) => {
    expect(decide(value)).toEqual({
      effect: 'deny',
      reasons: ['facts-malformed'],
      obligations: [],
      consentIds: [],
      expiresAt: null,
    });
  });

  it('takes as many facts of a kind as the limit says', () => {
    expect(
      parseAccessFacts(
        altered(
          ['record', 'policies'],
          Array.from({ length: MAX_FACTS }, () => 'P'),
        ),
      ),
    ).toBeDefined();
  });

  it('lets a patient or proxy ask without an organisation', () => {
    const person = { organization: null, practitioner: null, person: 'Patient/p7' };
    expect(parseAccessFacts(facts({ requester: { ...person, role: 'patient' } }))).toBeDefined();
    expect(parseAccessFacts(facts({ requester: { ...person, role: 'proxy' } }))).toBeDefined();
  });
});
