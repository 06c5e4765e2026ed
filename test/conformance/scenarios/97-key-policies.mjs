const ALL = ['Org1MSP', 'Org2MSP', 'Org3MSP'];
const SPECS = {
  removed: null,
  'none of three': { k: 0, orgs: ALL },
  'four of three': { k: 4, orgs: ALL },
  'one of nobody': { k: 1, orgs: [] },
  'none of nobody': { k: 0, orgs: [] },
  'one organisation twice': { k: 2, orgs: ['Org1MSP', 'Org1MSP'] },
  'one of one organisation twice': { k: 1, orgs: ['Org1MSP', 'Org1MSP'] },
  client: { k: 1, orgs: ['Org1MSP'], role: 'CLIENT' },
  admin: { k: 1, orgs: ['Org1MSP'], role: 'ADMIN' },
  members: { k: 2, orgs: ['Org1MSP', 'Org2MSP'], role: 'MEMBER' },
  'one of a known and an unknown': { k: 1, orgs: ['Org1MSP', 'NoMSP'] },
  'a known and an unknown': { k: 2, orgs: ['Org1MSP', 'NoMSP'] },
  garbage: { garbage: 'AAECAwQ=' },
};
const COLLECTIONS = {
  collOpen: [0, 1],
  collStrict: [0, 1],
  collMember: [0, 1],
  collAll: [0, 1, 2],
  _implicit_org_Org1MSP: [0],
};

export default [
  {
    id: 'sbe-plan',
    title: 'what the gateway makes of odd key policies',
    async run(t) {
      for (const [name, spec] of Object.entries(SPECS)) {
        const k = t.k(name);
        await t.submit(
          `${name}: set`,
          [
            ['put', k, '0'],
            ['setep', k, spec],
          ],
          { orgs: [0, 1, 2] },
        );
        await t.eval(`${name}: read`, [['try', ['getep', k]]]);
        await t.submit(`${name}: planned write`, [['put', k, '1']]);
        await t.submit(`${name}: one organisation`, [['put', k, '2']], { orgs: [0] });
        await t.submit(`${name}: all organisations`, [['put', k, '3']], { orgs: [0, 1, 2] });
        await t.submit(`${name}: planned delete`, [['del', k]]);
      }
    },
  },
  {
    id: 'sbe-private',
    title: 'key policies in collections',
    async run(t) {
      for (const [collection, members] of Object.entries(COLLECTIONS)) {
        const k = t.k(collection);
        await t.submit(`${collection}: create`, [['pput', collection, k, '0']], { orgs: members });
        await t.submit(`${collection}: policy`, [['psetep', collection, k, { orgs: ['Org1MSP'] }]], { orgs: members });
        await t.eval(`${collection}: read policy`, [['try', ['pgetep', collection, k]]]);
        await t.eval(`${collection}: read policy elsewhere`, [['try', ['pgetep', collection, k]]], { via: 2 });
        await t.submit(`${collection}: one`, [['pput', collection, k, '1']], { orgs: [0] });
        await t.submit(`${collection}: other`, [['pput', collection, k, '2']], { orgs: [1] });
        await t.submit(`${collection}: planned`, [['pput', collection, k, '3']]);
        await t.submit(`${collection}: delete`, [['pdel', collection, k]], { orgs: [0] });
        await t.submit(`${collection}: again`, [['pput', collection, k, '4']], { orgs: [0] });
        await t.eval(`${collection}: final`, [
          ['try', ['pget', collection, k]],
          ['phash', collection, k],
        ]);
      }
    },
  },
];
