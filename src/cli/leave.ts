/**
 * Ends the process. A name that no server resolves keeps a thread of libuv busy for
 * as long as the resolver likes (resolv.conf(5): up to half a minute), and exit()
 * waits for it: then the process ends without.
 */
export async function leave(code: number): Promise<void> {
  if (process.getActiveResourcesInfo().includes('GetAddrInfoReqWrap')) {
    const { quit } = await import('../ebpf/quit.ts');
    process.once('exit', (last) => quit(last));
  }
  process.exit(code);
}
