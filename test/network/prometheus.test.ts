import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const CASES = fileURLToPath(new URL('./alerts.promtool.yaml', import.meta.url));
const CONFIGURATION = fileURLToPath(new URL('../../deploy/prometheus/prometheus.yml', import.meta.url));
const ALERTS = fileURLToPath(new URL('../../deploy/prometheus/alerts.yaml', import.meta.url));

/** Prometheus' own checker; what it prints, or why it refused. */
async function promtool(...args: readonly string[]): Promise<{ failed: boolean; printed: string }> {
  try {
    const { stdout, stderr } = await promisify(execFile)('promtool', args);
    return { failed: false, printed: `${stdout}${stderr}` };
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    return { failed: true, printed: `${stdout}${stderr}` };
  }
}

const isHere = !(await promtool('--version')).failed;

if (isHere) {
  describe('what Prometheus is given in deploy/', () => {
    it('is taken by its own checker, the alerts included', async () => {
      expect(await promtool('check', 'config', CONFIGURATION)).toMatchObject({ failed: false });
      const alerts = (await readFile(ALERTS, 'utf8')).match(/- alert:/g) ?? [];
      expect((await promtool('check', 'rules', ALERTS)).printed).toContain(`SUCCESS: ${alerts.length} rules found`);
    });

    it('lets every alert fire where it should, and none on a healthy consortium', async () => {
      expect(await promtool('test', 'rules', CASES)).toMatchObject({ failed: false });
      for (const [, name] of (await readFile(ALERTS, 'utf8')).matchAll(/- alert: (\w+)/g))
        expect(await readFile(CASES, 'utf8')).toContain(`{alertname="${name}"}`);
    });

    it('is found out when a limit changes', async () => {
      const folder = await mkdtemp(path.join(os.tmpdir(), 'alerts-'));
      try {
        const changed = (await readFile(ALERTS, 'utf8')).replace('> 1000', '> 1001');
        await writeFile(path.join(folder, 'alerts.yaml'), changed);
        const cases = (await readFile(CASES, 'utf8')).replace(/rule_files: .*/, 'rule_files: [alerts.yaml]');
        await writeFile(path.join(folder, 'cases.yaml'), cases);
        expect((await promtool('test', 'rules', path.join(folder, 'cases.yaml'))).failed).toBe(true);
      } finally {
        await rm(folder, { recursive: true });
      }
    });
  });
} else {
  it('what Prometheus is given in deploy/: not run, promtool is not here', () => {
    process.stderr.write('the alert rules are checked where promtool (of Prometheus) is on the PATH\n');
    expect(isHere).toBe(false);
  });
}
