/** Namespace in which Fabric keeps chaincode definitions. */
export const LIFECYCLE_NAMESPACE = '_lifecycle';

const field = (chaincode: string, name: string): string => `namespaces/fields/${chaincode}/${name}`;

/** Read by every transaction that calls the chaincode: an upgrade invalidates what was endorsed before it. */
export const definitionSequenceKey = (chaincode: string): string => field(chaincode, 'Sequence');

/** Read by every transaction that touches a collection of the chaincode: the whole definition. */
export const definitionKeys = (chaincode: string): readonly string[] => [
  `namespaces/metadata/${chaincode}`,
  ...['Sequence', 'EndorsementInfo', 'ValidationInfo', 'Collections'].map((name) => field(chaincode, name)),
];
