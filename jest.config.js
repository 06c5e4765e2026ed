/** Jest runs the TypeScript sources as ES modules; Node itself strips the types, so there is no second compiler. */
export default {
  testEnvironment: 'node',
  roots: [
    '<rootDir>/crypto/src',
    '<rootDir>/chaincode/src',
    '<rootDir>/network/src',
    '<rootDir>/gateway/src',
    '<rootDir>/test',
  ],
  testMatch: ['**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '<rootDir>/test/strip-types.js' },
  testEnvironmentOptions: { customExportConditions: ['medquorum-source', 'node'] },
  testTimeout: 30_000,
};
