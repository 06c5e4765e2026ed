import { runTool } from './run-tool.ts';

/** A program that logs as Fabric's do, and fails. */
const failing = (...lines: readonly string[]) => {
  const script = `process.stderr.write(${JSON.stringify(`${lines.join('\n')}\n`)}); process.exitCode = 1;`;
  return runTool(process.execPath, ['-e', script]);
};

describe('runTool', () => {
  it('answers with what the program printed on both streams', async () => {
    const script = `process.stdout.write('out '); process.stderr.write('err');`;
    expect(await runTool(process.execPath, ['-e', script])).toBe('out err');
  });

  it('tells the one sentence that matters, without log and usage around it', async () => {
    const said = failing('2026-01-01 INFO [x] begins', 'Error: no such channel', 'Usage:', '  peer channel', 'Flags:');
    const error = await said.catch((it) => it);
    expect(error).toMatchObject({ code: 'MQ_FABRIC_TOOL_FAILED' });
    expect(error.message).toMatch(/: Error: no such channel$/);
  });

  it('tells a node that does not answer from one that refuses, and what to do', async () => {
    const said = failing('Error: failed to create new connection: connection error: dial tcp 127.0.0.1:1', 'Usage:');
    await expect(said).rejects.toMatchObject({
      code: 'MQ_FABRIC_UNREACHABLE',
      message: expect.stringMatching(/dial tcp 127\.0\.0\.1:1\n.*network status/),
    });
  });
});
