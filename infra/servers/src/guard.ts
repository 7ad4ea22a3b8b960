import { spawn } from 'node:child_process'

// Where nobody wants the data any more it is removed; twice, should somebody still have been writing there.
const endServer = `
  server=$(cat "$1/pid" 2>/dev/null) && kill -s "$2" "$server" 2>/dev/null
  [ "$3" = temporary ] || exit 0
  for _ in 1 2 3 4 5 6 7 8 9 10; do kill -0 "$server" 2>/dev/null || break; sleep 0.2; done
  rm -rf "$1" || { sleep 2; rm -rf "$1"; }
`

export type Guarded = { directory: string; isTemporary: boolean }

/**
 * Sees to it that the server whose number stands in `directory/pid` does not outlive this process, nor the directory
 * itself if it is temporary. `signal` is what ends that server quickly.
 */
export function startGuard({ directory, isTemporary }: Guarded, signal: 'KILL' | 'QUIT'): void {
  runAfterEnd('sh', '-c', endServer, 'guard', directory, signal, isTemporary ? 'temporary' : 'kept')
}

/** Runs the command when this process has ended, however it ends: it waits for the end of a pipe from here. */
export function runAfterEnd(...command: string[]): void {
  const waiting = spawn('sh', ['-c', 'cat >/dev/null; exec "$@"', 'guard', ...command], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  waiting.unref()
  // The types do not say that the pipe to a child is a socket.
  ;(waiting.stdin as unknown as { unref(): void }).unref()
}
