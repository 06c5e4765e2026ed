import { applies } from '../testing/rule.ts';
import { auditorNoContent } from './auditor-no-content.ts';

describe('C3 auditor-no-content', () => {
  it('denies the regulator, by role or organisation', () => {
    expect(applies(auditorNoContent, { requester: { role: 'auditor' } })).toBe(true);
    expect(applies(auditorNoContent, { registry: { organizationKind: 'regulator' } })).toBe(true);
    expect(applies(auditorNoContent)).toBe(false);
  });
});
