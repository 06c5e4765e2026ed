import type { RequesterFacts } from './access-facts.ts';
import { actor, deny, type Json, permit, purpose } from './testing/consents.ts';
import { type FactsChange, facts, NOON, NORTH, SOUTH } from './testing/facts.ts';
import { type RecordInRegistry, type RegisteredRequester, whoCould } from './who-could.ts';

const registered = (id: string, change: Partial<RequesterFacts> = {}): RegisteredRequester => ({
  id,
  requester: {
    ...facts().requester,
    practitioner: `Practitioner/${id}`,
    practitionerRoles: [`PractitionerRole/${id}`],
    ...change,
  },
  organization: 'active',
  organizationKind: 'hospital',
  practitioner: 'active',
});

const PEOPLE = [
  registered('s1'),
  registered('s2'),
  registered('n1', { organization: NORTH }),
  registered('a1', { role: 'auditor' }),
  registered('r1', { role: 'researcher' }),
];

function known(consents: readonly Json[], change: FactsChange = {}, requesters = PEOPLE): RecordInRegistry {
  const { record, relation, registry, settings } = facts({ relation: { care: [] }, ...change });
  return { record, relation, consents, registry, settings, requesters, time: NOON, action: 'access' };
}
const summary = (answer: ReturnType<typeof whoCould>) =>
  answer.map(({ requesterIds, purposes }) => [requesterIds.join(), purposes.map((one) => one.purpose).join()]);

describe('whoCould', () => {
  it('lists by class of equal facts who could see a record for a purpose', () => {
    expect(summary(whoCould(known([permit()]), 'HPAYMT'))).toEqual([
      ['s1,s2', 'HPAYMT'],
      ['n1', 'HPAYMT'],
    ]);
    expect(summary(whoCould(known([permit({ actor: [actor(SOUTH)] })]), 'HPAYMT'))).toEqual([['s1,s2', 'HPAYMT']]);
  });

  it('parts a class where a consent names one of it', () => {
    const absolute = 'https://elsewhere/FHIR/Practitioner/s2/_history/1';
    expect(summary(whoCould(known([permit(), deny({ actor: [actor('Practitioner/s2')] })]), 'HPAYMT'))).toEqual([
      ['s1', 'HPAYMT'],
      ['n1', 'HPAYMT'],
    ]);
    expect(summary(whoCould(known([permit(), deny({ actor: [actor(absolute)] })]), 'HPAYMT'))).toEqual([
      ['s1', 'HPAYMT'],
      ['n1', 'HPAYMT'],
    ]);
    const related = { care: [{ kind: 'treatment', with: 'PractitionerRole/s1', from: null, until: null }] };
    expect(summary(whoCould(known([permit()], { relation: related }), 'COC'))).toEqual([
      ['s1', 'COC'],
      ['n1', 'COC'],
    ]);
  });

  it('asks every purpose of use where none is given, and says under what obligations', () => {
    const [researchers] = whoCould(
      known([permit({ purpose: purpose('CLINTRCH') })], {}, [registered('r1', { role: 'researcher' })]),
    );
    expect(researchers?.purposes.map((one) => one.purpose)).toEqual([
      'CLINTRCH',
      'CLINTRCHNPC',
      'CLINTRCHPC',
      'PRECLINTRCH',
    ]);
    expect(researchers?.purposes[0]).toEqual({
      purpose: 'CLINTRCH',
      reasons: ['consent-permits'],
      obligations: ['de-identify'],
      onlyByBreakGlass: false,
    });
  });

  it('tells what only break-glass would open', () => {
    const [south, north] = whoCould(known([]));
    expect(south?.purposes).toEqual(
      ['ETREAT', 'BTG', 'ERTREAT'].map((one) => ({
        purpose: one,
        reasons: ['break-glass'],
        obligations: ['log-detail', 'notify-patient'],
        onlyByBreakGlass: true,
      })),
    );
    expect(north?.requesterIds).toEqual(['n1']);
    expect(whoCould(known([deny()]))).toEqual([]);
  });

  it('leaves out who is suspended or whose facts are malformed', () => {
    const suspended: RegisteredRequester = { ...registered('s3'), practitioner: 'suspended' };
    const malformed = registered('s4', { organization: null });
    expect(whoCould(known([permit()], {}, [suspended, malformed]), 'HPAYMT')).toEqual([]);
  });

  it('agrees with asking each requester alone', () => {
    const one = whoCould(known([permit(), deny({ actor: [actor('Practitioner/s2')] })]));
    const each = PEOPLE.flatMap((person) =>
      whoCould(known([permit(), deny({ actor: [actor('Practitioner/s2')] })], {}, [person])),
    );
    expect(
      one.flatMap(({ requesterIds, ...rest }) => requesterIds.map((id) => ({ requesterIds: [id], ...rest }))),
    ).toEqual(each);
  });
});
