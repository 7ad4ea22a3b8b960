import { describe, expect, it } from 'vitest'
import { categorizeReferrer, isNobody } from './referrer.ts'

const own = new Set(['learn.test', 'localhost:3001'])

describe('a visitor comes', () => {
  it.each([
    [undefined, 'direct'],
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
    ['android-app://com.example/', 'referral'],
    ['file:///home/me/page.html', 'unknown'],
    ['not a url', 'unknown'],
  ])('from %s: %s', (referer, category) => {
    expect(categorizeReferrer({ referer }, {}, own)).toBe(category)
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
  ])('by the campaign %j, whatever the Referer: %s', (campaign, category) => {
    expect(categorizeReferrer({ referer: 'https://blog.example/' }, campaign, own)).toBe(category)
  })
})

describe('nobody', () => {
  const browser = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'

  it.each([
    [{ 'user-agent': 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)' }],
    [{ 'user-agent': 'curl/8.5.0' }],
    [{ 'user-agent': browser, 'sec-purpose': 'prefetch;prerender' }],
    [{ 'user-agent': browser, purpose: 'prefetch' }],
  ])('comes with %j', (headers) => {
    expect(isNobody(headers)).toBe(true)
  })

  it('is not who comes with a browser', () => {
    expect(isNobody({ 'user-agent': browser })).toBe(false)
  })
})
