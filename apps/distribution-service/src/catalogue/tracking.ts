import type { preValidationHookHandler } from 'fastify'

/** Parameters of campaigns, as Google, Matomo, HubSpot and others name them. */
const families = /^(utm|mtm|matomo|pk|piwik|hsa|oly|vero|itm|at|sc|stm|trk)_|^_{0,2}hs|^hsctatracking$/
/** Parameters that mails, advertisements and social networks add to links to recognise people. Some browsers remove them. */
const names = new Set(
  `_branch_match_id _bta_c _bta_tid _ga _gl _ke _openstat __s bsft_clkid bsft_uid cvid dclid dm_i ef_id epik fbclid gad_campaignid
  gad_source gbraid gclid gclsrc gdffi gdfms gdftrk guce_referrer guccounter igsh igshid irclickid irgwc li_fat_id mc_cid mc_eid
  mkcid mkevt mkrid mkt_tok mkwid msclkid ndclid pcrid rb_clickid rdt_cid redirect_log_mongo_id s_cid s_kwcid sb_referer_host sccid
  si spm srsltid tblci toolid trk ttclid twclid unicorn_click_id wbraid wickedid wt_mc xtor yclid ymclid ysclid zanpid`.split(
    /\s+/,
  ),
)

/** Removes from a link what others have added to it: a list that is passed on is still the list. */
export const ignoreTracking: preValidationHookHandler = (request, _reply, done) => {
  const query = request.query as Record<string, unknown>
  for (const name of Object.keys(query)) {
    const key = name.toLowerCase()
    if (families.test(key) || names.has(key)) delete query[name]
  }
  done()
}
