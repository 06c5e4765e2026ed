/**
 * Every reason an access decision may give: its code, the rule it stands for (docs/access-decision.md) and a sentence
 * for people. Codes are part of the API and of the ledger: never renamed, never reused.
 */
export const REASON_CODES = {
  'facts-malformed': { rule: '3', sentence: 'The request or the facts it rests on are missing or malformed.' },
  'consent-unreadable': {
    rule: '2.2',
    sentence: 'A consent of the patient cannot be read, so what it forbids is not known.',
  },
  'no-ground': { rule: '3', sentence: 'Nothing permits this access.' },

  'consent-denies': { rule: 'C1', sentence: 'A consent of the patient forbids this access.' },
  'segregated-not-named': {
    rule: 'C2',
    sentence: 'The record is specially protected and no consent that permits names each of its labels.',
  },
  'recipient-not-named': {
    rule: 'C2',
    sentence: 'The record is under 42 CFR Part 2 and no consent that permits names the recipient.',
  },
  'redisclosure-barred': {
    rule: 'C2',
    sentence: 'The record is under 42 CFR Part 2 and may not be passed on by who received it.',
  },
  'purpose-unknown': { rule: 'C3', sentence: 'The purpose is not a known purpose of use.' },
  'insurer-beyond-claims': { rule: 'C3', sentence: 'An insurer sees only what claims need, for payment.' },
  'researcher-beyond-research': { rule: 'C3', sentence: 'A researcher may ask for research only.' },
  'auditor-no-content': { rule: 'C3', sentence: 'The regulator audits and never sees content.' },
  'zone-not-permitted': { rule: 'C4', sentence: 'The request comes from outside the zone permitted to the role.' },
  'hours-not-permitted': { rule: 'C4', sentence: 'The request comes outside the hours permitted to the role.' },
  'facility-not-own': { rule: 'C4', sentence: "The facility is not one of the requester's organisation." },
  'time-outside-skew': { rule: 'C4', sentence: 'The time of the request differs too much from the clock.' },
  'credential-revoked': { rule: 'C4', sentence: 'A certificate or key of the request is revoked.' },
  'no-care-relation': { rule: 'C5', sentence: 'There is no open care relation between the patient and the requester.' },
  'organization-not-in-standing': {
    rule: 'C6',
    sentence: "The requester's organisation is suspended, has left or is not registered.",
  },
  'practitioner-not-in-standing': {
    rule: 'C6',
    sentence: 'The practitioner is suspended, has left or is not registered.',
  },
  'patient-not-in-standing': { rule: 'C6', sentence: 'The patient is suspended, has left or is not registered.' },
  'legal-hold': { rule: 'C6', sentence: 'The record is under legal hold.' },
  'erasure-in-progress': { rule: 'C6', sentence: 'The record is being erased.' },

  'consent-permits': { rule: 'G1', sentence: 'A consent of the patient permits this access.' },
  'patient-self': { rule: 'G2', sentence: 'The patient asks for his own record.' },
  'delegation-in-force': { rule: 'G2', sentence: 'The patient has delegated this to the person who asks.' },
  'custodian-care': { rule: 'G3', sentence: "The custodian's clinician treats the patient." },
  'legal-basis': { rule: 'G4', sentence: 'A legal basis on the registry permits this access.' },
  'break-glass': { rule: 'G5', sentence: 'An accountable emergency permits this access.' },
} as const satisfies Record<string, Readonly<{ rule: string; sentence: string }>>;

export type ReasonCode = keyof typeof REASON_CODES;
