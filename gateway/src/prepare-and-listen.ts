import type { Gateway } from './app.ts';

type Place = Readonly<{ host: string; port: number }>;

/**
 * @returns where the REST interface listens
 * @throws what kept it from doing so; the gateway is closed then, since its embedded PostgreSQL would outlive the process
 */
export async function prepareAndListen(
  gateway: Pick<Gateway, 'app' | 'close' | 'metricsApp' | 'prepare' | 'releaseApp'>,
  { http, release, metrics }: Readonly<{ http: Place; release: Place; metrics: Place | undefined }>,
): Promise<string> {
  try {
    await gateway.prepare();
    await gateway.releaseApp.listen({ host: release.host, port: release.port });
    if (metrics !== undefined) await gateway.metricsApp?.listen({ host: metrics.host, port: metrics.port });
    return await gateway.app.listen({ host: http.host, port: http.port });
  } catch (error) {
    await gateway.close();
    throw error;
  }
}
