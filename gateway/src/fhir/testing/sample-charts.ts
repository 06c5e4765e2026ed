import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import type { Bundle } from '@medplum/fhirtypes';

const FOLDER = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../../../scripts/charts');

/** A fresh copy of one of the charts that the first run loads, or of their directory. */
export function sampleBundle(name: 'chart-1' | 'chart-2' | 'chart-3' | 'directory'): Bundle {
  return JSON.parse(gunzipSync(readFileSync(path.join(FOLDER, `${name}.json.gz`))).toString('utf8')) as Bundle;
}
