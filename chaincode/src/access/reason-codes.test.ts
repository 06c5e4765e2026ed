import { readFileSync } from 'node:fs';
import { ACCESS_RULES } from './access-rules.ts';
import { REASON_CODES } from './reason-codes.ts';

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

describe('REASON_CODES', () => {
  it('has one rule for each code that is not given by decide itself', () => {
    const ofRules = [...ACCESS_RULES.constraints, ...ACCESS_RULES.grounds].map(({ code }) => code);
    expect([...ofRules, 'facts-malformed', 'no-ground'].toSorted()).toEqual(Object.keys(REASON_CODES).toSorted());
  });
  it('stands in docs/access-decision.md line for line', () => {
    const rows = Object.entries(REASON_CODES).map(
      ([code, { rule, sentence }]) => `| \`${code}\` | ${rule} | ${sentence} |`,
    );
    expect(read('docs/access-decision.md')).toContain(rows.join('\n'));
  });
  it('stands in the changelog', () => {
    const changelog = read('CHANGELOG.md');
    for (const code of Object.keys(REASON_CODES)) expect(changelog).toContain(`\`${code}\``);
  });
});
