import { spawn } from 'node:child_process'

// Removes data that is no longer needed; twice, in case a process was still writing.
const endServer = `
  server=$(cat "$1/pid" 2>/dev/null) && kill -s "$2" "$server" 2>/dev/null
  [ "$3" = temporary ] || exit 0
  for _ in 1 2 3 4 5 6 7 8 9 10; do kill -0 "$server" 2>/dev/null || break; sleep 0.2; done
  rm -rf "$1" || { sleep 2; rm -rf "$1"; }
`

export type Guarded = { directory: string; isTemporary: boolean }

/**
 * Makes sure that the server whose process id is in `directory/pid` does not outlive this process, nor the directory if it is temporary.
 * `signal` is the signal that ends the server quickly.
 */
export function startGuard({ directory, isTemporary }: Guarded, signal: 'KILL' | 'QUIT'): void {
  runAfterEnd('sh', '-c', endServer, 'guard', directory, signal, isTemporary ? 'temporary' : 'kept')
}

/** Runs the command when this process has ended in any way. The command waits for the end of a pipe from this process. */
export function runAfterEnd(...command: string[]): void {
  const waiting = spawn('sh', ['-c', 'cat >/dev/null; exec "$@"', 'guard', ...command], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  waiting.unref()
  // The pipe to a child is a socket, which the types do not have.
  ;(waiting.stdin as unknown as { unref(): void }).unref()
}
