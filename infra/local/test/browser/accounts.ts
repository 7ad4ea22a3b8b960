import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { waitFor } from '@coursewire/servers'
import { callApi, firstCourse } from '@coursewire/setup'
import { describe, expect, it } from 'vitest'
import { createLearner, imagineLearner, signIn as signInByApi } from '../../src/journey.ts'
import { atHome, enter, expectGoodLook, type Stage, signIn } from './stage.ts'

type OwnMails = { items: { state: string }[] }

/** Defines the tests of everything else that the learner's place does. */
export function describeAccounts(getStage: () => Stage): void {
  describe('the learner’s place', () => {
    it('says at the field what is wrong, in German too', async () => {
      const stage = getStage()
      await using visit = await stage.visit({ locale: 'de-DE' })
      const { page } = visit
      await page.goto('/app/sign-up')
      await page.getByRole('button', { name: 'Konto anlegen' }).click()
      await page.getByText('Gib den Namen ein').waitFor()
      await expectGoodLook(page, 'sign-up-empty-german')
      const { email } = imagineLearner()
      await page.getByLabel('Name').fill('Ada')
      await page.getByLabel('E-Mail').fill(email)
      await page.getByLabel('Neues Passwort').fill('12345678')
      await page.getByRole('button', { name: 'Konto anlegen' }).click()

      await page.getByText('kein Passwort, das viele benutzen').waitFor()
      await page.goto('/app/sign-in')
      await page.getByLabel('E-Mail').fill(email)
      await page.getByLabel('Passwort').fill('falsch')
      await page.getByRole('button', { name: 'Anmelden' }).click()
      await page.getByText('Adresse und Passwort gehören nicht zusammen').waitFor()
      await expectGoodLook(page, 'sign-in-wrong-german')
      expect(visit.complaints(400, 401)).toEqual([])
    })

    it('says when to come back after too many attempts', async () => {
      const stage = getStage()
      const learner = await createLearner(stage.stack)
      await using visit = await stage.visit()
      const { page } = visit
      await page.goto('/app/sign-in')
      const sign = { ...learner, password: 'wrong' }
      for (let attempt = 0; attempt < 14; attempt += 1) {
        const answered = page.waitForResponse(/signin/)
        await signIn(page, sign)
        if ((await answered).status() === 429) break
      }

      await page.getByText(/There were too many attempts. Try again in \d+ (second|minute)/).waitFor()
      expect(visit.complaints(401, 429)).toEqual([])
    })

    it('can be used with the keyboard alone', async () => {
      const { page, context } = await enter(getStage())
      await page.goto(`/app/enroll/${firstCourse.course_id}`)
      await page.getByRole('button', { name: 'Enroll' }).press('Enter')
      await page.getByRole('button', { name: 'Lesson 1 is done' }).press('Enter')
      await page.getByRole('button', { name: 'Lesson 2 is done' }).waitFor()
      await expectGoodLook(page, 'course')
      await page.getByRole('link', { name: 'My courses' }).press('Enter')
      const more = page.getByRole('button', { name: `More for ${firstCourse.title}` })
      await more.press('Enter')
      await page.getByRole('button', { name: 'Leave this course' }).waitFor()
      await expectGoodLook(page, 'menu')
      await page.keyboard.press('Tab')
      await page.keyboard.press('Tab')
      await page.keyboard.press('Enter')
      await page.getByRole('dialog').waitFor()
      await expectGoodLook(page, 'leave')
      await page.keyboard.press('Escape')
      await page.getByRole('dialog').waitFor({ state: 'detached' })
      expect(await page.evaluate('document.activeElement?.ariaLabel')).toBe(`More for ${firstCourse.title}`)
      await context.close()
    })

    it('lets people finish a course, and leave it with a reason', async () => {
      const { page, context, complaints } = await enter(getStage())
      await page.goto(`/app/enroll/${firstCourse.course_id}`)
      await page.getByRole('button', { name: 'Enroll' }).click()
      await page.getByLabel('How far you are').selectOption('11')
      await page.getByRole('button', { name: 'Save' }).click()
      await page.getByRole('button', { name: 'The course is done' }).click()
      await page.getByText('You have completed this course').waitFor()
      await expectGoodLook(page, 'course-completed')
      await page.getByRole('link', { name: 'My courses' }).click()
      await page.getByRole('link', { name: 'In progress' }).click()
      await page.getByRole('heading', { name: 'No course in progress' }).waitFor()
      await page.getByRole('link', { name: 'Completed' }).click()
      await page.getByText('Completed on').waitFor()

      await page.getByRole('button', { name: /^More for/ }).click()
      await page.getByRole('button', { name: 'Leave this course' }).click()
      await page.getByLabel('Something else').check()
      await page.getByRole('textbox').fill('Thank you!')
      await page.getByRole('dialog').getByRole('button', { name: 'Leave this course' }).click()

      await page.getByText('You have left').waitFor()
      await atHome(page)
      await page.goto(`/app/courses/${firstCourse.course_id}`)
      await page.getByRole('heading', { name: 'You are not enrolled in this course' }).waitFor()
      await expectGoodLook(page, 'not-enrolled')
      expect(complaints()).toEqual([])
      await context.close()
    })

    it('lets people see and change everything about their account', async () => {
      const stage = getStage()
      const { page, context, learner, complaints } = await enter(stage)
      const another = await stage.visit()
      await another.page.goto('/app')
      await signIn(another.page, learner)
      await atHome(another.page)
      await another.context.close()
      await page.getByRole('button', { name: 'Your account' }).click()
      await page.getByRole('link', { name: 'Account' }).click()
      const part = (name: string) => page.getByRole('region', { name, exact: true })

      await part('Where you are signed in')
        .getByRole('button', { name: /^Sign out: / })
        .click()
      await page.getByText('That device is signed out.').waitFor()
      await expectGoodLook(page, 'account')

      await part('About you').getByLabel('Name').fill('Ada King')
      await part('About you').getByRole('button', { name: 'Save' }).click()
      await page.getByText('Saved.').waitFor()

      const mails = part('Mails about your courses')
      await mails.getByLabel('A course of mine has changed').uncheck()
      await mails.getByRole('button', { name: 'Save' }).click()
      await page.getByText('Saved.').last().waitFor()
      await page.reload()
      await mails.waitFor()
      expect(await mails.getByLabel('A course of mine has changed').isChecked()).toBe(false)
      expect(await mails.getByLabel('A course of mine is published').isChecked()).toBe(true)

      const password = randomBytes(12).toString('hex')
      await part('Password').getByLabel('Current password').fill('not mine')
      await part('Password').getByLabel('New password').fill(password)
      await part('Password').getByRole('button').click()
      await page.getByText('That is not your current password.').waitFor()
      await part('Password').getByLabel('Current password').fill(learner.password)
      await part('Password').getByRole('button').click()
      await page.getByText('Your password is changed.').waitFor()

      const address = { ...learner, email: `new-${learner.email}`, password }
      await part('Email address').getByLabel('New email').fill(address.email)
      await part('Email address').getByLabel('Current password').fill(password)
      await part('Email address').getByRole('button').click()
      await page.getByText(`Open the link that we have sent to ${address.email}`).waitFor()
      await page.goto(await stage.linkTo(address))
      await page.getByRole('button', { name: 'Confirm your address' }).click()
      await page.getByText(`Your address is ${address.email} now.`).waitFor()

      const download = page.waitForEvent('download')
      await page.getByRole('button', { name: 'Download your data' }).click()
      expect(JSON.parse(await readFile(await (await download).path(), 'utf8'))).toMatchObject({
        account: { email: address.email, name: 'Ada King' },
      })

      await page.getByRole('button', { name: 'Delete your account' }).click()
      await page.getByRole('dialog').getByLabel('Current password').fill('not mine')
      await page.getByRole('dialog').getByRole('button', { name: 'Delete account' }).click()
      await page.getByText('That is not your current password.').waitFor()
      await expectGoodLook(page, 'delete-account')
      await page.getByRole('dialog').getByLabel('Current password').fill(password)
      await page.getByRole('dialog').getByRole('button', { name: 'Delete account' }).click()
      await page.getByText('Your account is deleted.').waitFor()
      await signIn(page, address)
      await page.getByText('Address and password do not belong together').waitFor()
      expect(complaints(401, 403)).toEqual([])
      await context.close()
    })

    it('lets people choose a new password by a mailed link, which works once', async () => {
      const stage = getStage()
      const learner = await createLearner(stage.stack)
      await using visit = await stage.visit()
      const { page } = visit
      await page.goto('/app/reset')
      await page.getByLabel('Email').fill(learner.email)
      await page.getByRole('button', { name: 'Send link' }).click()
      await page.getByText('a link is on its way').waitFor()
      const link = await stage.linkTo(learner)
      const password = randomBytes(12).toString('hex')

      await page.goto(link)
      await page.getByLabel('New password').waitFor()
      expect(page.url()).not.toContain('#')
      await expectGoodLook(page, 'new-password')
      await page.getByLabel('New password').fill(password)
      await page.getByRole('button', { name: 'Save password' }).click()
      await page.getByText('Your new password is saved.').waitFor()
      await signIn(page, { ...learner, password })
      await atHome(page)

      await page.goto(link)
      await page.getByLabel('New password').fill(password)
      await page.getByRole('button', { name: 'Save password' }).click()
      await page.getByRole('heading', { name: 'This link does not work any more' }).waitFor()
      await expectGoodLook(page, 'link-over')
      expect(visit.complaints(410)).toEqual([])
    })

    it('lets people ask for news of a target group without an account', async () => {
      const stage = getStage()
      const reader = imagineLearner()
      await using visit = await stage.visit()
      const { page } = visit
      await page.goto('/en/courses?targetGroup=product_owners')
      await expectGoodLook(page, 'list-of-target-group')
      await page.getByRole('link', { name: 'News about courses for product owners by email' }).click()
      await page.getByText('new courses for product owners').waitFor()
      await expectGoodLook(page, 'ask-for-news')
      await page.getByLabel('Email').fill(reader.email)
      await page.getByRole('button', { name: 'Send link' }).click()
      await page.getByText('News come once you have opened it').waitFor()
      const link = await stage.linkTo(reader)

      await page.goto(link)
      await page.getByRole('heading', { name: 'Do you want news about courses?' }).waitFor()
      expect(page.url()).not.toContain('#')
      await expectGoodLook(page, 'confirm-news')
      await page.getByRole('button', { name: 'Yes, write to me' }).click()
      await page.getByText(`News about courses go to ${reader.email}.`).waitFor()

      await page.goto(stage.web)
      await page.goto(link)
      await page.getByRole('button', { name: 'Yes, write to me' }).click()
      await page.getByRole('heading', { name: 'This link does not work any more' }).waitFor()
      expect(visit.complaints(410)).toEqual([])
    })

    it('lets people in whose address is not confirmed, and says how to confirm it before they enroll', async () => {
      const stage = getStage()
      const learner = await createLearner(stage.stack, { flags: ['--unverified'] })
      await using visit = await stage.visit()
      const { page } = visit
      await page.goto('/app')
      await signIn(page, learner)
      await atHome(page)

      await page.goto(`/app/enroll/${firstCourse.course_id}`)
      await page.getByRole('button', { name: 'Enroll' }).click()
      await page.getByText('Your address is not confirmed yet').waitFor()
      await expectGoodLook(page, 'unverified')
      await page.getByRole('link', { name: 'Choose a new password' }).click()
      await page.getByLabel('Email').fill(learner.email)
      await page.getByRole('button', { name: 'Send link' }).click()
      await page.getByText('a link is on its way').waitFor()
      const password = randomBytes(12).toString('hex')
      await page.goto(await stage.linkTo(learner))
      await page.getByLabel('New password').fill(password)
      await page.getByRole('button', { name: 'Save password' }).click()
      await signIn(page, { ...learner, password })
      await atHome(page)

      await page.goto(`/app/enroll/${firstCourse.course_id}`)
      await page.getByRole('button', { name: 'Enroll' }).click()
      await page.getByText('You are enrolled.').waitFor()
      expect(visit.complaints(403)).toEqual([])
    })

    it('says that mails do not arrive, and sends one again once a day', async () => {
      const stage = getStage()
      const email = `bounce+${randomBytes(4).toString('hex')}@example.com`
      const learner = await createLearner(stage.stack, { email })
      const { token } = await signInByApi(stage.stack, learner)
      const { web } = stage.stack.urls
      await callApi(`${web}/api/enrollments`, { token, body: { courseId: firstCourse.course_id } })
      const untilReturned = () =>
        waitFor(
          async () => (await callApi<OwnMails>(`${web}/api/me/mails`, { token })).items[0]?.state === 'returned',
          { timeoutMs: 60_000, message: 'the mail to come back' },
        )
      await untilReturned()
      await using visit = await stage.visit()
      const { page } = visit
      await page.goto('/app')
      await signIn(page, learner)

      await page.getByText('We could not reach your email address.').waitFor()
      await expectGoodLook(page, 'unreached')
      await page.getByRole('link', { name: 'Check it, or choose another one.' }).click()
      await page.getByText('did not reach your address').waitFor()
      const again = page.getByRole('button', { name: `Send again: Welcome: ${firstCourse.title}` })
      await again.click()
      await page.getByText('The mail is on its way to you.').waitFor()
      await untilReturned()
      await page.reload()
      await again.click()
      await page.getByText('A mail is sent again once a day').waitFor()
      await expectGoodLook(page, 'mails')
      expect(visit.complaints(429)).toEqual([])
    })

    it('says what to do at an address that leads nowhere', async () => {
      const { page, context } = await enter(getStage())
      await page.goto('/app/nowhere')
      await page.getByRole('heading', { name: 'There is nothing here' }).waitFor()
      await expectGoodLook(page, 'nowhere')
      await page.goto('/app/verify')
      await page.getByRole('heading', { name: 'Open the link in your mail again' }).waitFor()
      await context.close()
    })
  })
}
