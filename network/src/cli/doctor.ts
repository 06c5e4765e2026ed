import { ENGINES } from '../consortium/engine.ts';
import { examine } from '../operations/doctor/examine.ts';
import { runFileOf } from '../supervisor/run-file.ts';
import { findParty } from '../topology/find-organization.ts';
import { choice } from './choice-option.ts';
import { type Command, EXIT_FAILED, EXIT_OK, parseOptions } from './command.ts';
import { PROJECT_DIRECTORY } from './project-directory.ts';
import { NETWORK_OPTIONS, NETWORK_OPTIONS_HELP, networkPlace } from './topology-option.ts';

export const doctor: Command = {
  name: 'doctor',
  summary: 'Look for what keeps a network from starting or running, with cures',
  help: `usage: medquorum doctor [--engine ${ENGINES.join('|')}] [--org NAME]... [--json] [options]

Looks at programs and versions, ports, disk, clocks, certificates near their end, and connections to peers and orderers; changes
nothing, so there is no dry run. Ports must be free before a start; of a network that runs, every node must answer. Exit status
1: there are problems; warnings alone are 0.

  --engine NAME     the engine to look after (default: embedded)
  --org NAME        this machine runs only this organisation (short name or MSP id, or the ordering service); may be repeated (default: all)
  --json            print one JSON object
${NETWORK_OPTIONS_HELP}`,
  async run(argv, { stdout }) {
    const { engine, json, org, ...values } = parseOptions(argv, {
      ...NETWORK_OPTIONS,
      engine: { type: 'string', default: 'embedded' },
      org: { type: 'string', multiple: true },
      json: { type: 'boolean' },
    });
    const engineName = choice('engine', ENGINES, engine);
    const place = await networkPlace(values);
    const own = org === undefined ? undefined : new Set(org.map((name) => findParty(place.topology, name).name));
    const { FABRIC_BIN: fabricBin, PATH: searchPath } = process.env;
    const findings = await examine({
      ...place,
      engine: engineName,
      binaryPlaces: { fabricBin, searchPath, projectDirectory: PROJECT_DIRECTORY },
      isRunning: runFileOf(place.dataDirectory).read()?.supervisorAlive === true,
      own,
      nowMs: Date.now(),
    });
    const problems = findings.filter(({ level }) => level === 'problem').length;
    if (json) {
      stdout.write(`${JSON.stringify({ problems, findings })}\n`);
    } else {
      for (const { level, check, subject, detail, cure } of findings) {
        stdout.write(`${level.padEnd(7)}  ${check}: ${subject}: ${detail}\n`);
        if (cure !== undefined) stdout.write(`         cure: ${cure}\n`);
      }
      stdout.write(problems === 0 ? 'no problems\n' : `${problems} problems\n`);
    }
    return problems === 0 ? EXIT_OK : EXIT_FAILED;
  },
};
