import { listCertificates } from '../pki/list-certificates.ts';
import { findParty } from '../topology/find-organization.ts';
import { type Command, EXIT_OK, parseOptions } from './command.ts';
import { NETWORK_OPTIONS, NETWORK_OPTIONS_HELP, networkPlace } from './topology-option.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

export const pkiList: Command = {
  name: 'pki list',
  summary: 'List certificates with their state and expiry',
  help: `usage: medquorum pki list [--org NAME]... [--json] [options]

  --org NAME        only this organisation (short name or MSP id); may be repeated
  --json            one JSON object per line
${NETWORK_OPTIONS_HELP}`,
  async run(argv, { stdout }) {
    const { org, json, ...values } = parseOptions(argv, {
      ...NETWORK_OPTIONS,
      org: { type: 'string', multiple: true },
      json: { type: 'boolean' },
    });
    const { topology, materialDirectory } = await networkPlace(values);
    const all = [...topology.organizations.map(({ name }) => name), topology.orderers.name];
    const wanted = org?.map((name) => findParty(topology, name).name) ?? all;
    for (const organization of wanted) {
      for (const certificate of await listCertificates(topology, materialDirectory, organization)) {
        const days = Math.floor((certificate.notAfter.getTime() - Date.now()) / DAY_MS);
        const { name, unit, use, status, serialNumber, notAfter } = certificate;
        stdout.write(
          json
            ? `${JSON.stringify(certificate)}\n`
            : `${status.padEnd(7)} ${notAfter.toISOString().slice(0, 10)} (${String(days).padStart(4)} d)  ${use.padEnd(8)} ${unit.padEnd(7)} ${serialNumber}  ${name}\n`,
        );
      }
    }
    return EXIT_OK;
  },
};
