import { runTool } from './run-tool.ts';

/** What one of Fabric's programs says of its version, such as `3.1.5`; undefined when it does not tell. */
export async function programVersion(file: string): Promise<string | undefined> {
  const printed = await runTool(file, ['version']).catch((error: Error) => error.message);
  return /Version:\s*v?(\d+\.\d+\.\d+\S*)/.exec(printed)?.[1];
}

export const majorOf = (version: string) => Number(version.split('.')[0]);
