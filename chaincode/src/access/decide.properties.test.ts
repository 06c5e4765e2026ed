import fc from 'fast-check';
import { SEED } from '../testing/seed.ts';
import { decide } from './decide.ts';
import { explain } from './explain.ts';
import { outsideView } from './outside-view.ts';
import { REASON_CODES } from './reason-codes.ts';
import { anyConsent, anyLine, anyRecord, anyRequester, flatConsent } from './testing/any-line.ts';
import { confidentiality, type Json, sensitivity } from './testing/consents.ts';
import { secondOpinion } from './testing/second-evaluator.ts';
import { answerTrialLine, trialFacts } from './trial-line.ts';

const OPTIONS = { seed: SEED, numRuns: 1000 };
const answer = (line: Json) => answerTrialLine(JSON.stringify(line));
const permits = (line: Json) => answer(line).effect === 'permit';
const consentsOf = (line: Json) => line.consents as readonly Json[];
/** A requester who is not malformed, most often one of whom consents decide. */
const anySimpleLine = fc.record({
  id: fc.constant('x'),
  consents: fc.array(fc.oneof(flatConsent('permit'), flatConsent('permit'), flatConsent('deny')), { maxLength: 3 }),
  record: anyRecord,
  requester: anyRequester,
});
/** `less` is to permit nothing that `more` does not. */
const permitsNoMore = (less: Json, more: Json) => !permits(less) || permits(more);

describe('decide, of any facts', () => {
  it('agrees with a second evaluator that shares no code with it', () => {
    const seen = { permit: 0, deny: 0 };
    fc.assert(
      fc.property(anyLine, (line) => {
        const { effect, reasons } = answer(line);
        seen[effect] += 1;
        const fixed = reasons.filter((code) => ['facts-malformed', 'consent-unreadable', 'no-ground'].includes(code));
        expect({ effect, fixed }).toEqual(secondOpinion(line));
      }),
      { ...OPTIONS, numRuns: 4000 },
    );
    expect(seen.permit).toBeGreaterThan(100); // so that agreement is not that of two refusals
  });

  it('agrees with it where consents are simple and permit more', () => {
    let permitted = 0;
    fc.assert(
      fc.property(anySimpleLine, (line) => {
        const { effect } = answer(line);
        permitted += effect === 'permit' ? 1 : 0;
        expect(effect).toBe(secondOpinion(line).effect);
      }),
      { ...OPTIONS, numRuns: 4000 },
    );
    expect(permitted).toBeGreaterThan(250);
  });

  it('never permits more after a deny is added', () => {
    fc.assert(
      fc.property(fc.oneof(anyLine, anySimpleLine), flatConsent('deny'), (line, denial) =>
        permitsNoMore({ ...line, consents: [...consentsOf(line), denial] }, line),
      ),
      OPTIONS,
    );
  });

  it('never permits more after a deny is nested in a permit', () => {
    fc.assert(
      fc.property(anySimpleLine, flatConsent('deny'), fc.nat(2), (line, denial, index) => {
        const consents = consentsOf(line).map((consent, i) => {
          const provision = consent.provision as Json;
          return i === index ? { ...consent, provision: { ...provision, provision: [denial.provision] } } : consent;
        });
        return permitsNoMore({ ...line, consents }, line);
      }),
      OPTIONS,
    );
  });

  it('never permits more after a permit is withdrawn', () => {
    fc.assert(
      fc.property(anyLine, flatConsent('permit'), (line, permit) => {
        const before = { ...line, consents: [...consentsOf(line), permit] };
        const after = { ...line, consents: [...consentsOf(line), { ...permit, status: 'inactive' }] };
        return permitsNoMore(after, before) && answer(after).effect === answer(line).effect;
      }),
      OPTIONS,
    );
  });

  it('never permits more after the record is labelled more confidential', () => {
    const order = ['U', 'L', 'M', 'N', 'R', 'V'];
    fc.assert(
      fc.property(anySimpleLine, fc.nat(5), fc.nat(5), (line, a, b) => {
        const [lower, higher] = [order[Math.min(a, b)], order[Math.max(a, b)]];
        const at = (label: string | undefined) => ({
          ...line,
          record: { ...(line.record as Json), confidentiality: label },
        });
        return permitsNoMore(at(higher), at(lower));
      }),
      OPTIONS,
    );
  });

  it('never permits more after the label of a deny is widened', () => {
    const widened = new Map([
      ['PSY', 'SPI'],
      ['OPIOIDUD', 'SUD'],
      ['SUD', 'SPI'],
      ['V', 'R'],
      ['R', 'N'],
      ['N', 'U'],
    ]);
    fc.assert(
      fc.property(anySimpleLine, flatConsent('deny'), fc.constantFrom(...widened.keys()), (line, denial, code) => {
        const labelled = (label: string) => {
          const coding = label.length === 1 ? confidentiality(label) : sensitivity(label);
          const provision = { ...(denial.provision as Json), securityLabel: [coding] };
          return { ...line, consents: [...consentsOf(line), { ...denial, provision }] };
        };
        return permitsNoMore(labelled(widened.get(code) ?? code), labelled(code));
      }),
      OPTIONS,
    );
  });

  it('never permits more after a consent becomes unreadable', () => {
    fc.assert(
      fc.property(anyLine, anyConsent, (line, consent) => {
        const unreadable = { ...consent, modifierExtension: [{ url: 'urn:x', valueBoolean: true }] };
        return permitsNoMore({ ...line, consents: [...consentsOf(line), unreadable] }, line);
      }),
      OPTIONS,
    );
  });

  it('answers the same to any order of consents', () => {
    const anyOrder = anyLine.chain((line) =>
      fc.tuple(fc.constant(line), fc.shuffledSubarray([...consentsOf(line)], { minLength: consentsOf(line).length })),
    );
    fc.assert(
      fc.property(anyOrder, ([line, consents]) => {
        const [before, after] = [line, { ...line, consents }].map(decisionOf);
        expect(after).toEqual(before);
      }),
      OPTIONS,
    );
  });

  it('answers the same twice, leaves the facts as they are, and sorts its lists', () => {
    fc.assert(
      fc.property(anyLine, (line) => {
        const text = JSON.stringify(line);
        const first = decisionOf(line);
        expect(decisionOf(line)).toEqual(first);
        expect(JSON.stringify(line)).toBe(text);
        for (const list of [first.reasons, first.obligations, first.consentIds]) {
          expect(list).toEqual([...new Set(list)].sort());
        }
        for (const code of first.reasons) expect(Object.keys(REASON_CODES)).toContain(code);
        expect(first.expiresAt === null).toBe(first.effect === 'deny');
      }),
      OPTIONS,
    );
  });

  it('never throws, whatever it is given', () => {
    fc.assert(
      fc.property(anyLine, fc.jsonValue(), fc.anything(), (line, value, anything) => {
        expect(decide(anything).reasons).toEqual(['facts-malformed']);
        const facts = factsOf(line);
        const consent = { ...consentsOf(line)[0], resourceType: 'Consent', provision: value };
        return facts === undefined || ['permit', 'deny'].includes(decide({ ...facts, consents: [consent] }).effect);
      }),
      OPTIONS,
    );
  });

  it('answers any text as one line', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary' }), fc.json()),
        (text) => answerTrialLine(text).effect === 'deny',
      ),
      OPTIONS,
    );
  });

  it('shows outsiders one and the same refusal of segregated records', () => {
    fc.assert(
      fc.property(anyLine, (line) => {
        const facts = factsOf(line);
        if (facts === undefined) return;
        const hidden = {
          ...facts,
          record: { ...facts.record, custodian: 'Organization/east', author: null, labels: ['PSY'] },
        };
        const decision = decide(hidden);
        if (decision.effect === 'permit' || facts.requester.role === 'patient') return;
        expect(JSON.stringify(outsideView(decision, hidden))).toBe(
          '{"effect":"deny","reasons":["no-ground"],"obligations":[],"consentIds":[],"expiresAt":null}',
        );
      }),
      OPTIONS,
    );
  });

  it('explains what it decides', () => {
    fc.assert(
      fc.property(anyLine, (line) => {
        const facts = factsOf(line);
        if (facts === undefined) return;
        const { decision, rules } = explain(facts);
        expect(decision).toEqual(decide(facts));
        const applied = rules.filter(
          (rule) => rule.applied && (decision.effect === 'permit') === (rule.kind === 'ground'),
        );
        expect(decision.reasons).toEqual(expect.arrayContaining(applied.map(({ code }) => code)));
      }),
      { ...OPTIONS, numRuns: 300 },
    );
  });
});

function factsOf(line: Json) {
  try {
    return trialFacts(line);
  } catch {
    return undefined; // a line that is malformed on purpose
  }
}

function decisionOf(line: Json) {
  return decide(factsOf(line));
}
