import { applyObligations } from './apply-obligations.ts';

const patient = {
  resourceType: 'Patient',
  identifier: [{ value: 'MRN-1' }],
  name: [{ family: 'Roe', given: ['Jane'] }],
  birthDate: '1980-02-03',
  gender: 'female',
  address: [{ city: 'Springfield' }],
};
const labelled = (code: string) => ({ resourceType: 'Condition', meta: { security: [{ code }] }, code: { text: 'x' } });

describe('applyObligations', () => {
  it('removes who it is, and keeps what was measured', () => {
    const bundle = {
      resourceType: 'Bundle',
      entry: [
        { fullUrl: 'urn:uuid:1', resource: patient },
        {
          resource: {
            resourceType: 'Observation',
            effectiveDateTime: '2024-05-06T10:00:00Z',
            valueQuantity: { value: 7, unit: 'mmol/L' },
            note: [{ text: 'Jane says' }],
            component: [{ valueString: 'told by Jane' }],
          },
        },
        { resource: { resourceType: 'DiagnosticReport', conclusion: 'Jane is well' } },
        { resource: { resourceType: 'Practitioner', name: [{ family: 'Strange' }] } },
      ],
    };
    const text = JSON.stringify(applyObligations(bundle, ['de-identify']));
    for (const secret of ['Roe', 'Jane', 'MRN-1', 'Springfield', 'Strange', '1980-02', '2024-05'])
      expect(text).not.toContain(secret);
    expect(text).toContain('"birthDate":"1980"');
    expect(text).toContain('mmol/L');
  });

  it('removes resources and entries that carry a label', () => {
    const bundle = { resourceType: 'Bundle', entry: [{ resource: labelled('PSY') }, { resource: labelled('N') }] };
    expect(applyObligations(bundle, ['redact:PSY'])).toEqual({
      resourceType: 'Bundle',
      entry: [{ resource: labelled('N') }],
    });
    expect(applyObligations(labelled('PSY'), ['redact:PSY'])).toBeNull();
  });

  it('masks a path of one type only', () => {
    expect(applyObligations(patient, ['mask:Patient.name.family'])).toMatchObject({ name: [{ given: ['Jane'] }] });
    expect(applyObligations(patient, ['mask:Observation.name'])).toEqual(patient);
  });

  it('leaves content alone for what concerns the reader', () => {
    expect(
      applyObligations(patient, ['notify-patient', 'no-redisclosure', 'log-detail', 'review-by:2026-01-01T00:00:00Z']),
    ).toEqual(patient);
  });
});
