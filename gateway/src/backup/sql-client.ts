import pg from 'pg';

/** One connection for one piece of work. */
export async function withClient<T>(connectionString: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** One transaction on a connection of its own. @param mode what follows `begin` */
export async function inTransaction<T>(
  connectionString: string,
  mode: string,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  return withClient(connectionString, async (client) => {
    await client.query(`begin ${mode}`);
    try {
      const result = await work(client);
      await client.query('commit');
      return result;
    } catch (error) {
      await client.query('rollback');
      throw error;
    }
  });
}
