import { createPrivateKey, createPublicKey } from 'node:crypto'
import type { Base } from '@coursewire/local'
import { tenant } from '@coursewire/product'
import { calculateJwkThumbprint, exportJWK, SignJWT } from 'jose'
import type pg from 'pg'
import { issuerOf } from './app-processes.ts'

export const password = 'Bench-Password-1'

export const emailOf = (studentId: string) => `${studentId}@example.com`

/** Creates students who can sign in, by copying the row of one that was created with the CLI. */
export async function createStudents(stack: Base, enrollments: pg.Client, count: number): Promise<string[]> {
  const email = 'bench@example.com'
  await stack.runAccountsCli(['create-user', '--tenant', tenant, '--email', email, '--name', 'Bench Student'], password)
  const students = Array.from({ length: count }, (_, index) => `student-${index}`)
  // Whatever columns the table has: before a rolling update it is that of an earlier version.
  await enrollments.query(
    `INSERT INTO users
     SELECT copy.* FROM users, unnest($1::text[], $2::text[]) AS student (id, email),
       jsonb_populate_record(users, jsonb_build_object('id', student.id, 'email', student.email, 'email_key', student.email)) AS copy
     WHERE users.email = $3`,
    [students, students.map(emailOf), email],
  )
  return students
}

/** Creates courses that are open for enrolment, as if events had announced them. */
export async function createCourses(enrollments: pg.Client, count: number): Promise<string[]> {
  const courses = Array.from({ length: count }, (_, index) => `course-${index}`)
  await enrollments.query(
    `INSERT INTO distributions (tenant_id, distribution_id, course_id, is_public, changed_at, seen_at)
     SELECT $1, id, id, true, now(), now() FROM unnest($2::text[]) AS id`,
    [tenant, courses],
  )
  return courses
}

/** Adds old enrolments of the same students in other courses. */
export async function writePast(client: pg.Client, students: string[], rows: number): Promise<void> {
  await client.query(
    `INSERT INTO enrollments (id, tenant_id, user_id, course_id, enrollment_type, source, payment_status,
                              enrolled_at, created_at, updated_at)
     SELECT 'enr_' || gen_random_uuid(), tenant_id, users.id, 'past-' || number, 'free', 'manual', 'free',
            now(), now(), now()
     FROM generate_series(1, $1::int) AS number, users WHERE users.id = ANY($2)`,
    [Math.ceil(rows / students.length), students],
  )
  await client.query('VACUUM ANALYZE enrollments')
}

/** Signs an access token for each student as enrollment-api does, but valid for longer than any measurement. */
export async function signTokens(
  stack: Base,
  ids: string[],
  role: 'student' | 'service' | 'editor' = 'student',
): Promise<string[]> {
  const privateKey = createPrivateKey(stack.secrets.jwtPrivateKey)
  const kid = await calculateJwkThumbprint(await exportJWK(createPublicKey(privateKey)))
  const { issuer, audience } = issuerOf(stack)
  return Promise.all(
    ids.map((id) =>
      new SignJWT({ tenant_id: tenant, roles: [role] })
        .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid })
        .setSubject(id)
        .setIssuer(issuer)
        .setAudience(audience)
        .setIssuedAt()
        .setExpirationTime('3h')
        .sign(privateKey),
    ),
  )
}
