// A process that claims a directory, for the test that kills it: says whether it has it, and waits for its end.
import { claimDirectory } from '../src/single-start.ts'

const directory = process.argv[2]
if (!directory) throw new Error('Which directory?')
process.stdout.write(claimDirectory(directory) ? 'claimed\n' : 'refused\n')
setInterval(() => {}, 60_000)
