import { createHash } from 'node:crypto';
import type { ContainerUnit } from './container-unit.ts';

/** Name of the annotation or label that has it. */
export const FILES_DIGEST = 'medquorum.example/files-sha256';

/** SHA-256 (hex) of what containers are given, so that what changed, such as a renewed certificate, starts them anew. */
export function filesDigest(...units: readonly ContainerUnit[]): string {
  const files = units.flatMap((each) => each.files.map(({ path, content }) => [path, content]));
  return createHash('sha256').update(JSON.stringify(files)).digest('hex');
}
