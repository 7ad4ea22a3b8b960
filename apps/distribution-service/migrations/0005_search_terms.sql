-- As before, but that equal words are one, and that no more than twelve count: what a question costs is bounded, whoever asks it.
CREATE OR REPLACE FUNCTION search_query(asked text, OUT all_words tsquery, OUT any_word tsquery, OUT all_indexed tsquery)
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
  WITH split AS (
    SELECT word, min(number) AS number, max(number) = max(max(number)) OVER () AND length(word) > 1 AS is_beginning
    FROM unnest(string_to_array(search_split(asked), ' ')) WITH ORDINALITY AS split (word, number)
    WHERE word <> '' GROUP BY word
  ), folded AS (
    SELECT *, search_fold(word, '(?<![aeiouq])') AS folded, search_fold(word, '') AS folded_more,
      ts_lexize('german_stem', word) = '{}' OR ts_lexize('english_stem', word) = '{}' AS is_stop
    FROM split
  ), words AS (
    SELECT (array_agg(word ORDER BY number))[1] AS word, min(number) AS number, folded, folded_more,
      bool_or(is_beginning) AS is_beginning, bool_and(is_stop) AS is_stop
    FROM folded GROUP BY folded, folded_more
  ), wanted AS (
    SELECT *, count(*) OVER () = 1 AS is_alone FROM words WHERE NOT is_stop OR (SELECT bool_and(is_stop) FROM words)
    ORDER BY number LIMIT 12
  ), forms AS (
    SELECT number, is_alone, folded AS form, is_beginning FROM wanted WHERE is_beginning
    UNION
    SELECT number, is_alone, folded_more, is_beginning FROM wanted WHERE folded_more <> folded
    UNION
    SELECT number, is_alone, stem, false
    FROM wanted, unnest(ts_lexize('search_german', folded) || ts_lexize('search_english', word)) AS stem
    WHERE NOT (is_beginning AND starts_with(stem, folded))
  ), terms AS (
    SELECT number, quote_literal(form) || CASE WHEN is_beginning THEN ':*' ELSE '' END AS term,
      CASE WHEN NOT is_beginning THEN quote_literal(form)
        WHEN is_alone AND length(form) NOT IN (3, 6) THEN quote_literal(form) || ':*'
        WHEN length(form) >= 3 THEN quote_literal('=' || left(form, CASE WHEN length(form) < 6 THEN 3 ELSE 6 END))
      END AS indexed
    FROM forms
  ), alternatives AS (
    SELECT number, '(' || string_agg(term, ' | ' ORDER BY term) || ')' AS term,
      -- Two letters beside other words are in too many entries for an index to be of use.
      CASE WHEN bool_and(indexed IS NOT NULL) THEN '(' || string_agg(DISTINCT indexed, ' | ') || ')' END AS indexed
    FROM terms GROUP BY number
  )
  SELECT coalesce(string_agg(term, ' & ' ORDER BY number), '')::tsquery,
    coalesce(string_agg(term, ' | ' ORDER BY number), '')::tsquery,
    coalesce(string_agg(indexed, ' & ' ORDER BY number), '')::tsquery
  FROM alternatives;
END;
