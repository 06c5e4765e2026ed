import { generateMaterial } from '../pki/generate-material.ts';
import { findParty } from '../topology/find-organization.ts';
import { type Command, EXIT_OK, parseOptions } from './command.ts';
import { daysOf } from './days-option.ts';
import { CHANGE_OPTIONS, CHANGE_OPTIONS_HELP, networkPlace } from './topology-option.ts';

export const pkiGenerate: Command = {
  name: 'pki generate',
  summary: 'Make the keys and certificates that a network needs',
  help: `usage: medquorum pki generate [--org NAME]... [--production] [options]

Makes what is missing and keeps what is there. Without --production the material is marked as for development.

  --org NAME        only this organisation (short name or MSP id); may be repeated
  --production      mark the material as production: the embedded engine refuses it
  --days N          life of the certificates (default 365)
${CHANGE_OPTIONS_HELP}`,
  async run(argv, { stdout, stderr }) {
    const {
      org,
      production,
      days,
      'dry-run': dryRun,
      ...values
    } = parseOptions(argv, {
      ...CHANGE_OPTIONS,
      org: { type: 'string', multiple: true },
      production: { type: 'boolean' },
      days: { type: 'string' },
    });
    const { topology, materialDirectory } = await networkPlace(values);
    const only = org?.map((name) => findParty(topology, name).name);
    const { created } = await generateMaterial(topology, materialDirectory, {
      environment: production ? 'production' : 'development',
      dryRun,
      ...(only === undefined ? {} : { only }),
      ...daysOf(days),
    });
    for (const file of created) stdout.write(`${file}\n`);
    stderr.write(
      dryRun
        ? `${created.length} certificates would be made in ${materialDirectory}; nothing was done (--dry-run)\n`
        : `${created.length} certificates made in ${materialDirectory}\n`,
    );
    return EXIT_OK;
  },
};
