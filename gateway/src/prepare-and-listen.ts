import type { Gateway } from './app.ts';

type Place = Readonly<{ host: string; port: number }>;

/**
 * @returns where the REST interface listens
 * @throws what kept it from doing so; the gateway is closed then, since its embedded PostgreSQL would outlive the process
 */
export async function prepareAndListen(
  gateway: Pick<Gateway, 'app' | 'close' | 'prepare' | 'releaseApp'>,
  { http, release }: Readonly<{ http: Place; release: Place }>,
): Promise<string> {
  try {
    await gateway.prepare();
    await gateway.releaseApp.listen({ host: release.host, port: release.port });
    return await gateway.app.listen({ host: http.host, port: http.port });
  } catch (error) {
    await gateway.close();
    throw error;
  }
}
