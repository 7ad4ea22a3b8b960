// A process that claims a directory, for the test that kills it. Prints whether it got it, and waits.
import { claimDirectory } from '../src/single-start.ts'

const directory = process.argv[2]
if (!directory) throw new Error('Which directory?')
process.stdout.write(claimDirectory(directory) ? 'claimed\n' : 'refused\n')
setInterval(() => {}, 60_000)
