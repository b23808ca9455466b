/**
 * Ends the process. If no name server answers, a thread of libuv resolves a name for up
 * to half a minute (resolv.conf(5)), and exit() would wait for it. Then the process
 * ends without waiting.
 */
export async function leave(code: number): Promise<void> {
  if (process.getActiveResourcesInfo().includes('GetAddrInfoReqWrap')) {
    const { quit } = await import('../ebpf/quit.ts');
    process.once('exit', (last) => quit(last));
  }
  process.exit(code);
}
