import type { Terminal } from '@coursewire/service-kit'

/** Results go to standard output, everything said beside them to standard error. */
export const terminal: Terminal = {
  env: process.env,
  print: (text) => console.log(text),
  note: (text) => console.error(text),
}
