import { fileURLToPath } from 'node:url';
import { loadTopology } from './load-topology.ts';
import { organizationView } from './organization-view.ts';

const topology = await loadTopology(fileURLToPath(new URL('../../consortium.yaml', import.meta.url)));

describe('organizationView', () => {
  it('finds an organisation by its short name or MSP id', () => {
    const view = organizationView(topology, 'valley-hospital');
    expect(view).toEqual(organizationView(topology, 'ValleyHospitalMSP'));
    expect(view).toMatchObject({
      endpoint: '127.0.0.1:7151',
      serverName: 'peer0.valley-hospital.example',
      chaincodes: { ehr: '127.0.0.1:7154' },
    });
    expect(view.others).toHaveLength(4);
  });

  it('names the organisations there are', () => {
    expect(() => organizationView(topology, 'nobody')).toThrow(
      /found no "nobody"; allowed: city-hospital \(CityHospitalMSP\)/,
    );
  });
});
