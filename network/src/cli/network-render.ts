import { isIP } from 'node:net';
import path from 'node:path';
import { IMAGES } from '../deployment/images.ts';
import { renderPrometheus, WATCHED_DEPLOYMENTS } from '../deployment/render-prometheus.ts';
import {
  DEPLOYMENT_TARGETS,
  type DeploymentTarget,
  deploymentFiles,
  writeDeployment,
} from '../deployment/write-deployment.ts';
import { writePublic } from '../pki/material-file.ts';
import { findParty } from '../topology/find-organization.ts';
import { loadTopology } from '../topology/load-topology.ts';
import type { Topology } from '../topology/topology.ts';
import { choice } from './choice-option.ts';
import { type Command, EXIT_OK, parseOptions, required, UsageError } from './command.ts';
import { CHANGE_OPTIONS, CHANGE_OPTIONS_HELP, networkPlace } from './topology-option.ts';

const TARGETS = [...DEPLOYMENT_TARGETS, 'prometheus'] as const;

/** Options that mean nothing for the other targets. */
const OPTIONS_OF_TARGETS: Readonly<Record<string, readonly string[]>> = {
  deployment: ['prometheus'],
  'public-url': ['compose', 'kubernetes'],
  with: ['compose', 'kubernetes'],
  image: ['compose', 'kubernetes'],
  'tls-secret': ['kubernetes'],
  'storage-class': ['kubernetes'],
};

export const networkRender: Command = {
  name: 'network render',
  summary: 'Write what one organisation deploys, for compose or Kubernetes',
  help: `usage: medquorum network render --target compose|kubernetes --org NAME --out DIR [options]
       medquorum network render --target prometheus [--org NAME] [--deployment NAME] --out DIR [options]

Writes the containers of one organisation: its peers with their chaincode processes, the orderers it operates (operator: of an orderer in the
topology), gateway and database. Of the key folder it takes the organisation's own node and client keys, and what is public of the others; keys
of authorities and administrators are deployed nowhere. The package ids of the chaincode packages it writes go to stdout.

  --target NAME     ${TARGETS.join(', ')} (target lists for Prometheus' file-based discovery)
  --org NAME        short name or MSP id; the ordering organisation has the orderers that nobody else operates
  --out DIR         where to; passwords made there are kept when it is written again
  --deployment NAME prometheus: ${WATCHED_DEPLOYMENTS.join(', ')} (default: processes): where what is watched runs. Compose shows metrics to its
                    own machine only, Kubernetes by headless Services (NAME-metrics)
  --public-url URL  https URL by which clients reach the gateway (default: https:// and its host in the topology); the gateway speaks HTTP to the
                    proxy in front of it: of this machine under compose, an Ingress under Kubernetes, which serves a name, not an address
  --with FILE       the topology as it is committed, while a new version of a chaincode comes: processes of that version are written beside the new
                    ones, so that clients keep writing; without it they are gone. Where --out has the package that peers installed, it is kept
  --image NAME      image of chaincode processes and gateway (default: ${IMAGES.application}, of deploy/Dockerfile)
  --tls-secret NAME Kubernetes: secret with the certificate of that name (default: gateway-tls)
  --storage-class NAME
                    Kubernetes: storage class of the data (default: the cluster's)
${CHANGE_OPTIONS_HELP}`,
  async run(argv, { stdout, stderr }) {
    const values = parseOptions(argv, {
      ...CHANGE_OPTIONS,
      target: { type: 'string' },
      org: { type: 'string' },
      out: { type: 'string' },
      deployment: { type: 'string' },
      'public-url': { type: 'string' },
      'tls-secret': { type: 'string' },
      'storage-class': { type: 'string' },
      image: { type: 'string' },
      with: { type: 'string' },
    });
    const target = choice('target', TARGETS, required(values.target, 'target'));
    for (const [option, targets] of Object.entries(OPTIONS_OF_TARGETS))
      if (option in values && !targets.includes(target))
        throw new UsageError(`--${option} is of --target ${targets.join(' or ')}, not of ${target}`);
    const out = path.resolve(required(values.out, 'out'));
    const { topology, materialDirectory } = await networkPlace(values);
    const dryRun = values['dry-run'];
    const tell = (files: Iterable<string>) => {
      for (const file of files) stderr.write(`would write ${path.join(out, file)}\n`);
      stderr.write('nothing was done (--dry-run)\n');
      return EXIT_OK;
    };
    if (target === 'prometheus') {
      const organization = values.org && findParty(topology, values.org).name;
      const deployment = choice('deployment', WATCHED_DEPLOYMENTS, values.deployment ?? 'processes');
      const lists = renderPrometheus(topology, organization, deployment);
      if (dryRun) return tell(lists.keys());
      for (const [file, text] of lists) await writePublic(path.join(out, file), text);
      stderr.write(`${lists.size} target lists written to ${out}\n`);
      return EXIT_OK;
    }
    const organization = required(values.org, 'org');
    const { deployment, files } = await deploymentFiles({
      topology,
      organization,
      materialDirectory,
      target,
      out,
      publicUrl: publicUrlOf(topology, organization, target, values['public-url']),
      before: values.with === undefined ? undefined : await loadTopology(values.with),
      image: values.image,
      tlsSecret: values['tls-secret'],
      storageClass: values['storage-class'],
    });
    const { name, units, packages } = deployment;
    for (const { packageId } of packages) stdout.write(`${packageId}\n`);
    if (dryRun) return tell(files.keys());
    await writeDeployment(out, files);
    if (topology.organizations.some(({ host }) => host === 'localhost' || host.startsWith('127.')))
      stderr.write(
        'an organisation of the topology is on loopback: nobody else reaches it; give each an address (hosts:)\n',
      );
    stderr.write(`${units.map((unit) => unit.name).join(', ')} of ${name} written to ${out}; it holds private keys\n`);
    return EXIT_OK;
  },
};

/** @throws UsageError where clients could not reach the gateway by it, or not in private */
function publicUrlOf(
  topology: Topology,
  nameOrMspId: string,
  target: DeploymentTarget,
  given: string | undefined,
): string | undefined {
  const own = findParty(topology, nameOrMspId);
  if (!('gatewayPort' in own) || own.gatewayPort === undefined) return undefined;
  const text = given ?? `https://${own.gatewayHost ?? own.host}`;
  const url = URL.parse(text);
  if (url?.protocol !== 'https:' || url.href !== `${url.origin}/`)
    throw new UsageError(`--public-url is ${JSON.stringify(text)}; allowed: https://HOST or https://HOST:PORT`);
  if (target === 'kubernetes' && isIP(url.hostname.replaceAll(/[[\]]/g, '')) !== 0)
    throw new UsageError(
      `--public-url: an Ingress serves a name, and ${url.hostname} is an address; give https://NAME`,
    );
  return url.origin;
}
