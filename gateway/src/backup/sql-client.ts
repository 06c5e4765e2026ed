import pg from 'pg';

/** One connection for one piece of work. */
export async function withClient<T>(connectionString: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString });
  // A connection that breaks fails the query that runs, or the next one; without a listener it would end the process.
  client.on('error', () => {});
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
      await client.query('rollback').catch(() => {}); // a broken connection has ended the transaction; why is `error`
      throw error;
    }
  });
}
