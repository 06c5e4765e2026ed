import { readFileSync } from 'node:fs';
import { settingsPage } from './config-reference.ts';

describe('the reference page of settings', () => {
  it('is what the settings say (npx medquorum gateway config reference > docs/gateway-settings.md)', () => {
    expect(readFileSync(new URL('../../../docs/gateway-settings.md', import.meta.url), 'utf8')).toBe(settingsPage());
  });
});
