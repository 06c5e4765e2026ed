import type { TlsLayout } from '../pki/material-layout.ts';

/** Where an organisation's process of a chaincode listens, and under which id its peers know it. */
export type ChaincodeListener = Readonly<{
  /** `host:port` */
  address: string;
  packageId: string;
  /** Undefined where peers reach it without TLS. */
  tls: TlsLayout | undefined;
}>;

/** The environment to start the process in, for people to take over: `NAME=value`, separated by spaces. */
export function chaincodeVariables({ address, packageId, tls }: ChaincodeListener): string {
  const files =
    tls === undefined
      ? {}
      : {
          CHAINCODE_TLS_CERT: tls.certificate,
          CHAINCODE_TLS_KEY: tls.key,
          CHAINCODE_TLS_CLIENT_CA: tls.rootCertificate,
        };
  return Object.entries({ CHAINCODE_SERVER_ADDRESS: address, CHAINCODE_ID: packageId, ...files })
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
}
