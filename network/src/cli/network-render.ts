import path from 'node:path';
import { renderPrometheus } from '../deployment/render-prometheus.ts';
import { DEPLOYMENT_TARGETS, deploymentFiles, writeDeployment } from '../deployment/write-deployment.ts';
import { writePublic } from '../pki/material-file.ts';
import { findOwner } from '../pki/renew-certificate.ts';
import { choice } from './choice-option.ts';
import { type Command, EXIT_OK, parseOptions, required } from './command.ts';
import { CHANGE_OPTIONS, CHANGE_OPTIONS_HELP, networkPlace } from './topology-option.ts';

const TARGETS = [...DEPLOYMENT_TARGETS, 'prometheus'] as const;

export const networkRender: Command = {
  name: 'network render',
  summary: 'Write what one organisation deploys, for compose or Kubernetes',
  help: `usage: medquorum network render --target compose|kubernetes --org NAME --out DIR [options]
       medquorum network render --target prometheus [--org NAME] --out DIR [options]

Writes the containers of one organisation: its peers with their chaincode processes, the orderers it operates (operator: of an orderer in the
topology), gateway and database. Of the key folder it takes the organisation's own node and client keys, and what is public of the others; keys
of authorities and administrators are deployed nowhere. The package ids of the chaincode packages it writes go to stdout.

  --target NAME     ${TARGETS.join(', ')} (target lists for Prometheus' file-based discovery)
  --org NAME        short name or MSP id; the ordering organisation has the orderers that nobody else operates
  --out DIR         where to; passwords made there are kept when it is written again
${CHANGE_OPTIONS_HELP}`,
  async run(argv, { stdout, stderr }) {
    const values = parseOptions(argv, {
      ...CHANGE_OPTIONS,
      target: { type: 'string' },
      org: { type: 'string' },
      out: { type: 'string' },
    });
    const target = choice('target', TARGETS, required(values.target, 'target'));
    const out = path.resolve(required(values.out, 'out'));
    const { topology, materialDirectory } = await networkPlace(values);
    const dryRun = values['dry-run'];
    const tell = (files: Iterable<string>) => {
      for (const file of files) stderr.write(`would write ${path.join(out, file)}\n`);
      stderr.write('nothing was done (--dry-run)\n');
      return EXIT_OK;
    };
    if (target === 'prometheus') {
      const lists = renderPrometheus(topology, values.org && findOwner(topology, values.org).name);
      if (dryRun) return tell(lists.keys());
      for (const [file, text] of lists) await writePublic(path.join(out, file), text);
      stderr.write(`${lists.size} target lists written to ${out}\n`);
      return EXIT_OK;
    }
    const organization = required(values.org, 'org');
    const { deployment, files } = await deploymentFiles({ topology, organization, materialDirectory, target, out });
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
