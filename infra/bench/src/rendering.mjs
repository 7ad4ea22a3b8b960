// Writes welcome mails, one after the other. The answer to a message, which says how many, is the CPU time of one in milliseconds.
const source = new URL('../../../apps/email-worker/src/emails/', import.meta.url)
const { composeWelcomeMail } = await import(new URL('welcome-mail.ts', source).href)
const { product } = await import(new URL('tenant.ts', source).href)

const course = {
  slug: 'sourdough',
  title: 'Sauerteig für Einsteigerinnen',
  description: 'Von Mehl und Wasser zum Brot. '.repeat(10),
  language: 'de',
  totalLessons: 12,
  startsAt: '2027-01-12',
  welcomeText: 'Sag den anderen Hallo: https://forum.example.com/sauerteig',
}
const options = {
  tenant: product,
  webUrl: 'https://learn.example.com',
  source: 'manual',
  enrolment: 'e',
  at: '2027-01-04T09:30:00Z',
}

async function write(count) {
  const before = process.cpuUsage()
  for (let index = 0; index < count; index += 1) {
    const student = {
      name: `Änne ${index}`,
      email: `student-${index}@example.com`,
      locale: index % 2 === 0 ? 'de' : 'en',
    }
    await composeWelcomeMail(student, course, options)
  }
  const { user, system } = process.cpuUsage(before)
  process.send((user + system) / 1_000 / count)
}

process.on('message', (count) => void write(count))
process.once('disconnect', () => process.exit())
process.send('ready')
