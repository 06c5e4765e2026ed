import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { packageOf } from '../fabric/chaincode-package.ts';
import { packageLabel } from '../fabric/organization-package.ts';
import { readIfThere, writePublic, writeSecret } from '../pki/material-file.ts';
import type { Topology } from '../topology/topology.ts';
import { DEPLOYMENT_SECRETS, type DeploymentSecrets, PASSWORDS } from './application-units.ts';
import {
  type DeploymentChoices,
  type OrganizationDeployment,
  organizationDeployment,
  type StandingChaincode,
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
  /** The topology of what is committed, where another version of a chaincode stands than the topology has. */
  before?: Topology | undefined;
}> &
  Omit<DeploymentChoices, 'standing'> &
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
  const deployment = await organizationDeployment(topology, organization, materialDirectory, secrets, {
    ...request,
    standing: await standingIn(out, request.before),
  });
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
    const file = packageFile(out, label);
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(file, bytes, { mode: 0o600 });
  }
  await chmod(out, 0o700);
  return deployment;
}

/** With the packages that were written here: one that is made anew, with renewed certificates, is not what peers have installed. */
function standingIn(out: string, before: Topology | undefined): Promise<readonly StandingChaincode[]> {
  const chaincodes = before?.chaincodes ?? [];
  return Promise.all(
    chaincodes.map(async (chaincode) => {
      const label = packageLabel(chaincode);
      const bytes = await readFile(packageFile(out, label)).catch((cause: NodeJS.ErrnoException) => {
        if (cause.code !== 'ENOENT') throw cause;
      });
      return { chaincode, installed: bytes === undefined ? undefined : packageOf(label, bytes) };
    }),
  );
}

const packageFile = (out: string, label: string) => path.join(out, 'packages', `${label}.tar.gz`);

/** Beside the other secrets, where the compose file looks for it. */
async function keptPassword(out: string, name: string): Promise<string> {
  const file = path.join(out, 'secrets', PASSWORDS, name);
  const there = await readIfThere(file);
  if (there !== undefined) return there;
  const made = randomBytes(PASSWORD_BYTES).toString('base64url');
  await writeSecret(file, made);
  return made;
}
