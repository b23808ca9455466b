/**
 * Ends the process when what was written to a pipe has been read. If no name server answers, a thread of libuv resolves a name for up
 * to half a minute (resolv.conf(5)), and exit() would wait for it. Then the process
 * ends without waiting.
 */
export async function leave(code: number): Promise<void> {
  const { stdout } = process;
  if (stdout.writableLength > 0 && !stdout.destroyed) await new Promise<void>((resolve) => stdout.write('', () => resolve()));
  // An error of the last write comes in the next turn.
  await new Promise(setImmediate);
  if (process.getActiveResourcesInfo().includes('GetAddrInfoReqWrap')) {
    const { quit } = await import('../ebpf/quit.ts');
    process.once('exit', (last) => quit(last));
  }
  // What could not be written has set an exit code.
  process.exit(code === 0 ? process.exitCode : code);
}
