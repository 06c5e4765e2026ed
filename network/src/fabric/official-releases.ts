/** The release that this project is tested with. */
export const FABRIC_VERSION = '3.1.5';
export const RELEASE_BASE_URL = 'https://github.com/hyperledger/fabric/releases/download';

/** SHA-256 of the official archives, as Hyperledger's Homebrew formula pins them. */
const PINNED: Readonly<Record<string, string>> = {
  'linux-amd64': 'b9c31fd490991e76f8acb1835dee09fc19fee5428cb13e190ee6e0bdd2c37858',
  'linux-arm64': '4a42cad740a7e0373eda6bf1e27c86e9b06132f9bb751daf7f0f7dc1d1bbfed9',
  'darwin-amd64': '866b64b036ba9eff51ba2131bbe34b4b9057192f5766859ede22ea1cdd564158',
  'darwin-arm64': 'd67a5c3366746a984f8ee9ae0ebf5c8b357c9d33dd589fa0b7668d739472cef0',
};
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

export type OfficialRelease = Readonly<{ version: string; url: string; sha256: string }>;

/** The archive for a platform of Node (`linux`, `x64`); undefined where none is pinned. */
export function officialRelease(
  platform: string,
  architecture: string,
  baseUrl: string = RELEASE_BASE_URL,
): OfficialRelease | undefined {
  const target = `${platform}-${ARCHITECTURES[architecture]}`;
  const sha256 = PINNED[target];
  if (sha256 === undefined) return undefined;
  return {
    version: FABRIC_VERSION,
    sha256,
    url: `${baseUrl}/v${FABRIC_VERSION}/hyperledger-fabric-${target}-${FABRIC_VERSION}.tar.gz`,
  };
}
