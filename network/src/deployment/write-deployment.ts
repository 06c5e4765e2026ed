import { randomBytes } from 'node:crypto';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readIfThere, writePublic, writeSecret } from '../pki/material-file.ts';
import type { Topology } from '../topology/topology.ts';
import { DEPLOYMENT_SECRETS, type DeploymentSecrets, PASSWORDS } from './application-units.ts';
import {
  type DeploymentChoices,
  type OrganizationDeployment,
  organizationDeployment,
} from './organization-deployment.ts';
import { composeFilePath, renderCompose } from './render-compose.ts';
import { type KubernetesChoices, renderKubernetes } from './render-kubernetes.ts';

export const DEPLOYMENT_TARGETS = ['compose', 'kubernetes'] as const;
export type DeploymentTarget = (typeof DEPLOYMENT_TARGETS)[number];

export type DeploymentRequest = Readonly<{
  topology: Topology;
  /** Short name or MSP id. */
  organization: string;
  materialDirectory: string;
  target: DeploymentTarget;
  out: string;
}> &
  DeploymentChoices &
  KubernetesChoices;

const PASSWORD_BYTES = 24;

/**
 * Writes what one organisation deploys. Run again on the same folder it keeps the passwords it made.
 * @returns the deployment, for whoever reports on it
 */
export async function writeDeployment(request: DeploymentRequest): Promise<OrganizationDeployment> {
  const { topology, organization, materialDirectory, target, out } = request;
  const passwords = await Promise.all(DEPLOYMENT_SECRETS.map(async (name) => [name, await keptPassword(out, name)]));
  const secrets = Object.fromEntries(passwords) as DeploymentSecrets;
  const deployment = await organizationDeployment(topology, organization, materialDirectory, secrets, request);
  if (target === 'compose') {
    const units = deployment.units.flatMap((unit) => [unit, ...unit.companions]);
    for (const file of units.flatMap(({ files }) => files))
      await (file.secret ? writeSecret : writePublic)(path.join(out, composeFilePath(file)), file.content);
    await writePublic(path.join(out, 'compose.yaml'), renderCompose(deployment));
  } else {
    for (const [file, text] of renderKubernetes(deployment, request))
      await (file === 'secrets.yaml' ? writeSecret : writePublic)(path.join(out, file), text);
  }
  for (const { label, bytes } of deployment.packages) {
    const folder = path.join(out, 'packages');
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(path.join(folder, `${label}.tar.gz`), bytes, { mode: 0o600 });
  }
  await chmod(out, 0o700);
  return deployment;
}

/** Beside the other secrets, where the compose file looks for it. */
async function keptPassword(out: string, name: string): Promise<string> {
  const file = path.join(out, 'secrets', PASSWORDS, name);
  const there = await readIfThere(file);
  if (there !== undefined) return there;
  const made = randomBytes(PASSWORD_BYTES).toString('base64url');
  await writeSecret(file, made);
  return made;
}
