import { randomBytes } from 'node:crypto';
import { chmod, readFile } from 'node:fs/promises';
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

/** A file of a deployment, by its path below the folder. */
export type DeploymentFile = Readonly<{ content: string | Uint8Array; secret: boolean }>;

/**
 * What one organisation deploys, and the files that say so; nothing is written. Passwords are those that the folder has, or new ones.
 * @throws TopologyError, PkiError MQ_PKI_MISSING
 */
export async function deploymentFiles(
  request: DeploymentRequest,
): Promise<Readonly<{ deployment: OrganizationDeployment; files: ReadonlyMap<string, DeploymentFile> }>> {
  const { topology, organization, materialDirectory, target, out } = request;
  const files = new Map<string, DeploymentFile>();
  const passwords: [string, string][] = [];
  for (const name of DEPLOYMENT_SECRETS) {
    // Beside the other secrets, where the compose file looks for it.
    const file = path.posix.join('secrets', PASSWORDS, name);
    const content = (await readIfThere(path.join(out, file))) ?? randomBytes(PASSWORD_BYTES).toString('base64url');
    passwords.push([name, content]);
    files.set(file, { content, secret: true });
  }
  const secrets = Object.fromEntries(passwords) as DeploymentSecrets;
  const deployment = await organizationDeployment(topology, organization, materialDirectory, secrets, {
    ...request,
    standing: await standingIn(out, request.before),
  });
  if (target === 'compose') {
    const units = deployment.units.flatMap((unit) => [unit, ...unit.companions]);
    for (const file of units.flatMap((unit) => unit.files)) files.set(composeFilePath(file), file);
    files.set('compose.yaml', { content: renderCompose(deployment), secret: false });
  } else {
    for (const [file, content] of renderKubernetes(deployment, request))
      files.set(file, { content, secret: file === 'secrets.yaml' });
  }
  for (const { label, bytes } of deployment.packages) files.set(packageFile(label), { content: bytes, secret: true });
  return { deployment, files };
}

/** Writes the files of a deployment to a folder that only its owner may read. */
export async function writeDeployment(out: string, files: ReadonlyMap<string, DeploymentFile>): Promise<void> {
  for (const [file, { content, secret }] of files)
    await (secret ? writeSecret : writePublic)(path.join(out, file), content);
  await chmod(out, 0o700);
}

/** With the packages that were written here: one that is made anew, with renewed certificates, is not what peers have installed. */
function standingIn(out: string, before: Topology | undefined): Promise<readonly StandingChaincode[]> {
  const chaincodes = before?.chaincodes ?? [];
  return Promise.all(
    chaincodes.map(async (chaincode) => {
      const label = packageLabel(chaincode);
      const bytes = await readFile(path.join(out, packageFile(label))).catch((cause: NodeJS.ErrnoException) => {
        if (cause.code !== 'ENOENT') throw cause;
      });
      return { chaincode, installed: bytes === undefined ? undefined : packageOf(label, bytes) };
    }),
  );
}

const packageFile = (label: string) => path.posix.join('packages', `${label}.tar.gz`);
