// Loaded into an app before it starts (`node --import`). Replaces the clock by which it decides how long something may be kept, so that a
// test can hold this clock and move it. `HELD_CLOCK` names the file in which the test says where it stands.
import { readFileSync } from 'node:fs'

performance.now = () => {
  const { standsAt, behind } = JSON.parse(readFileSync(process.env.HELD_CLOCK, 'utf8'))
  return (standsAt ?? Date.now()) - behind
}
