import type { Words } from './words.ts'

export const en: Words = {
  fallback: 'If the button does not work, open this address in your browser:',
  validUntil: (moment) => `The link works once, until ${moment}.`,
  welcome: {
    subject: (title) => `Welcome to “${title}”`,
    preview: (title) => `You are enrolled in “${title}”. Here is your way in.`,
    intro: () => 'You are enrolled. This is your course:',
    action: 'Start Learning',
    footer: () => 'You receive this email because you are enrolled in this course.',
  },
  gift: {
    subject: (title) => `You were given “${title}”`,
    preview: (title) => `“${title}” is yours. Here is your way in.`,
    intro: (brand) => `${brand} has given you a course. You are enrolled, and can start at once:`,
    action: 'Start Learning',
    footer: (brand) => `You receive this email because ${brand} has enrolled you in this course.`,
  },
  welcomeGreeting: (name) => (name ? `Welcome, ${name}!` : 'Welcome!'),
  lessons: 'Lessons',
  starts: 'Starts',
  language: 'Language',
  greeting: (name) => (name ? `Hello ${name},` : 'Hello,'),
  verification: {
    subject: (brand) => `Confirm your email address for ${brand}`,
    title: 'Confirm your email address',
    text: [(brand) => `You have signed up at ${brand} with this address. Confirm it, and your account is ready.`],
    action: 'Confirm address',
    footer: (brand) =>
      `You receive this email because somebody signed up at ${brand} with this address. If it was not you, ignore it: no account is made until the address is confirmed.`,
  },
  signup_repeated: {
    subject: (brand) => `You already have an account at ${brand}`,
    title: 'You already have an account',
    text: [
      (brand) =>
        `Somebody, probably you, has signed up at ${brand} with this address. It already has an account, and nothing about it was changed.`,
      () => 'Sign in as usual. If you have forgotten your password, you can reset it where you sign in.',
    ],
    footer: (brand) =>
      `You receive this email because this address has an account at ${brand}. If it was not you, you need not do anything.`,
  },
  password_reset: {
    subject: (brand) => `Reset your password for ${brand}`,
    title: 'Reset your password',
    text: [(brand) => `Somebody, probably you, wants a new password for your account at ${brand}. Choose it here:`],
    action: 'Choose a new password',
    footer: () => 'If it was not you, ignore this email: your password stays as it is.',
  },
  password_changed: {
    subject: (brand) => `Your password for ${brand} was changed`,
    title: 'Your password was changed',
    text: [
      (brand) => `Your account at ${brand} has a new password. You are signed out on all other devices.`,
      () => 'If it was not you, reset your password at once, where you sign in.',
    ],
    footer: (brand) => `You receive this email because this address has an account at ${brand}.`,
  },
  address_change: {
    subject: (brand) => `Confirm your new email address for ${brand}`,
    title: 'Confirm your new email address',
    text: [
      (brand) =>
        `You want to use this address for your account at ${brand}. Confirm it; until then, your present address stays.`,
    ],
    action: 'Confirm new address',
    footer: () => 'If it was not you, ignore this email: nothing changes until the address is confirmed.',
  },
  address_changed: {
    subject: (brand) => `Your email address at ${brand} was changed`,
    title: 'Your email address was changed',
    text: [
      (brand) => `Your account at ${brand} has a new email address. It no longer uses this one.`,
      (brand) => `If it was not you, contact ${brand} at once.`,
    ],
    footer: (brand) => `You receive this email because your account at ${brand} had this address until now.`,
  },
  news_confirmation: {
    subject: (brand) => `Confirm that you want news about courses from ${brand}`,
    title: 'Do you want news about courses?',
    text: [
      (brand) =>
        `Somebody, probably you, has asked ${brand} to send news about courses to this address. Confirm it to receive them.`,
    ],
    action: 'Confirm news',
    footer: () => 'If it was not you, ignore this email: no news are sent until the address is confirmed.',
  },
  enrollment_cancelled: {
    subject: (title) => `You have left “${title}”`,
    preview: (title) => `You are no longer enrolled in “${title}”.`,
    intro: () =>
      'You have left this course. To come back, enrol again on its page whenever you like; it then starts from the beginning.',
    action: 'See the course',
    footer: (brand) =>
      `You receive this email from ${brand} because you have left this course. If it was not you, reset your password where you sign in.`,
  },
  launch: {
    subject: (title) => `New: “${title}”`,
    preview: (title) => `“${title}” has just been published.`,
    intro: () => 'A new course that may be for you:',
    action: 'See the course',
    footer: (brand) => `You receive this email because you asked for news of such courses from ${brand}.`,
  },
  notice: {
    subject: (title) => `“${title}” is open`,
    preview: (title) => `“${title}” is now in the catalogue.`,
    intro: () => 'This course is now in the catalogue:',
    action: 'See the course',
    footer: (brand) =>
      `You receive this email from ${brand} because you are enrolled in this course, or asked to be told of it.`,
  },
  change: {
    subject: (title) => `What is new in “${title}”`,
    preview: (title) => `“${title}” has a new version.`,
    intro: () => 'Your course has a new version:',
    action: 'Open the course',
    footer: (brand) => `You receive this email from ${brand} because you are enrolled in this course.`,
  },
  newInVersion: (version) => `New in version ${version}`,
  unsubscribe: 'Unsubscribe from these emails',
}
