import { applies } from '../testing/rule.ts';
import { credentialRevoked } from './credential-revoked.ts';

describe('C4 credential-revoked', () => {
  it('applies to a revoked certificate or key', () => {
    expect(applies(credentialRevoked, { registry: { credentialRevoked: true } })).toBe(true);
    expect(applies(credentialRevoked)).toBe(false);
  });
});
