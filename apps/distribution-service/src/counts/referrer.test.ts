import { describe, expect, it } from 'vitest'
import { categorizeReferrer, isNobody } from './referrer.ts'

const own = new Set(['learn.test', 'localhost:3001'])

describe('a visitor comes', () => {
  it.each([
    ['', 'direct'],
    ['https://learn.test/courses/gardens', 'internal'],
    ['http://localhost:3001/', 'internal'],
    ['https://www.google.com/', 'organic_search'],
    ['https://google.co.uk/search?q=secret', 'organic_search'],
    ['https://duckduckgo.com/', 'organic_search'],
    ['https://search.brave.com/', 'organic_search'],
    ['https://www.ecosia.org/search', 'organic_search'],
    ['https://mail.google.com/mail/u/0/', 'email'],
    ['https://outlook.live.com/', 'email'],
    ['https://m.facebook.com/', 'social'],
    ['https://t.co/abc', 'social'],
    ['https://www.linkedin.com/feed/', 'social'],
    ['https://old.reddit.com/r/x', 'social'],
    ['https://notgoogle.com/', 'referral'],
    ['https://google.com.evil.example/', 'referral'],
    ['https://x.com.example/', 'referral'],
    ['https://blog.example/post', 'referral'],
    ['https://facebook.blog.de/', 'referral'],
    ['https://brave.dev/', 'referral'],
    ['https://yahoo.xyz/', 'referral'],
    ['https://google.learn.de/', 'referral'],
    ['https://linkedin.com.de/', 'referral'],
    ['https://outlook.blog.example/', 'referral'],
    ['https://email.click.example/', 'referral'],
    ['https://search.company.example/results', 'referral'],
    ['https://r.search.yahoo.com/x', 'organic_search'],
    ['https://de.search.yahoo.com/', 'organic_search'],
    ['https://www.startpage.com/', 'organic_search'],
    ['https://yandex.ru./', 'organic_search'],
    ['https://www.google.com/imgres?x', 'organic_search'],
    ['https://maps.google.com/', 'referral'],
    ['https://googleads.g.doubleclick.net/', 'unknown'],
    ['https://l.facebook.com/l.php', 'social'],
    ['https://www.threads.net/', 'social'],
    ['https://bsky.app/', 'social'],
    ['https://news.ycombinator.com/', 'social'],
    ['https://www.tiktok.com/', 'social'],
    ['https://webmail.company.example/', 'email'],
    ['https://3c-bs.navigator.gmx.net/', 'email'],
    ['https://constructor/', 'referral'],
    ['android-app://com.example/', 'referral'],
    ['android-app://com.google.android.gm/', 'email'],
    ['android-app://com.google.android.googlequicksearchbox/', 'organic_search'],
    ['android-app://com.google.android.googlequicksearchbox/https/www.google.com', 'organic_search'],
    ['android-app://com.linkedin.android', 'social'],
    ['android-app://com.facebook.katana/', 'social'],
    ['android-app://com.google.evil/', 'referral'],
    ['file:///home/me/page.html', 'unknown'],
    ['not a url', 'unknown'],
  ])('from %s and is counted as %s', (referrer, category) => {
    expect(categorizeReferrer(referrer, {}, own)).toBe(category)
  })

  it.each([
    [{ utm_medium: 'cpc', utm_source: 'google' }, 'paid_search'],
    [{ utm_medium: 'PPC' }, 'paid_search'],
    [{ utm_medium: 'email' }, 'email'],
    [{ utm_medium: 'newsletter', utm_source: 'google' }, 'email'],
    [{ utm_medium: 'social' }, 'social'],
    [{ utm_medium: 'organic' }, 'organic_search'],
    [{ utm_medium: 'affiliate' }, 'referral'],
    [{ utm_source: 'facebook' }, 'social'],
    [{ utm_source: 'bing' }, 'organic_search'],
    [{ utm_source: 'partner', utm_medium: 'banner' }, 'unknown'],
    [{ utm_source: 'google', utm_medium: 'display' }, 'unknown'],
    [{ utm_source: 'facebook', utm_medium: 'CPM' }, 'unknown'],
    [{ utm_source: 'facebook', utm_medium: 'cpc' }, 'social'],
    [{ utm_source: 'partner', utm_medium: 'cpc' }, 'paid_search'],
    [{ utm_source: 'Google.com' }, 'organic_search'],
    [{ utm_source: 'm.facebook.com', utm_medium: 'story' }, 'social'],
    [{ utm_source: 'ig' }, 'social'],
    [{ utm_source: 'Gmail' }, 'email'],
    [{ utm_source: 'newsletter' }, 'email'],
    [{ utm_source: '', utm_medium: 'cpc' }, 'paid_search'],
    [{ utm_source: 'google', utm_medium: '' }, 'organic_search'],
    [{ utm_source: '', utm_medium: '' }, 'referral'],
    [{ utm_source: ' ' }, 'referral'],
    [{ utm_source: 'constructor' }, 'unknown'],
  ])('by the campaign %j and is counted as %s, whatever the referrer', (campaign, category) => {
    expect(categorizeReferrer('https://blog.example/', campaign, own)).toBe(category)
  })
})

describe('nobody', () => {
  const browser = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'

  it.each([
    [{ 'user-agent': 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)' }],
    [{ 'user-agent': 'curl/8.5.0' }],
    [{ 'user-agent': `${browser} ${'x'.repeat(1_000)}` }],
    [{ 'user-agent': browser, 'sec-purpose': 'prefetch;prerender' }],
    [{ 'user-agent': browser, purpose: 'prefetch' }],
  ])('comes with %j', (headers) => {
    expect(isNobody(headers)).toBe(true)
  })

  it('comes with an ordinary browser', () => {
    expect(isNobody({ 'user-agent': browser })).toBe(false)
  })
})
