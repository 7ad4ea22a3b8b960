/**
 * The same for all pages, so that shared caches can keep them: nothing in it is for one answer only. Scripts and styles are files of ours, and
 * no text can become a script.
 */
export const pagePolicies = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join(';'),
  'x-frame-options': 'DENY',
  // Our own pages learn where a visitor came from, to count views. Others learn our origin only.
  'referrer-policy': 'strict-origin-when-cross-origin',
}
