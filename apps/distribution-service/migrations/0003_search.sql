DROP INDEX "distributions_public";--> statement-breakpoint
CREATE INDEX "distributions_listed" ON "distributions" USING btree ("tenant_id","id") WHERE "distributions"."visibility" = 'public' and "distributions"."listed";--> statement-breakpoint
CREATE INDEX "distributions_language" ON "distributions" USING btree ("tenant_id",lower(replace("language", '_', '-')),"id") WHERE "distributions"."visibility" = 'public' and "distributions"."listed";--> statement-breakpoint
CREATE INDEX "distributions_target_group" ON "distributions" USING gin ("target_group") WHERE "distributions"."visibility" = 'public' and "distributions"."listed";
--> statement-breakpoint
-- Search knows every word as it is written, but for accents and umlauts; by its German stem, of that form; and by its English
-- stem. Without stop words, as a course may be called IT; a question drops them itself.
CREATE TEXT SEARCH DICTIONARY search_german (TEMPLATE = snowball, LANGUAGE = german);
--> statement-breakpoint
CREATE TEXT SEARCH DICTIONARY search_english (TEMPLATE = snowball, LANGUAGE = english);
--> statement-breakpoint
CREATE TEXT SEARCH CONFIGURATION search_german (COPY = simple);
--> statement-breakpoint
ALTER TEXT SEARCH CONFIGURATION search_german ALTER MAPPING FOR asciiword, word, numword WITH search_german;
--> statement-breakpoint
CREATE TEXT SEARCH CONFIGURATION search_english (COPY = simple);
--> statement-breakpoint
ALTER TEXT SEARCH CONFIGURATION search_english ALTER MAPPING FOR asciiword, word, numword WITH search_english;
--> statement-breakpoint
-- Lower-case words with one space between them: of TCP/IP or IT-Sicherheit each part is one. A few names are more than letters.
CREATE FUNCTION search_split(written text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN trim(regexp_replace(
  replace(replace(replace(lower(normalize(' ' || written, NFC)), 'c++', 'cpp'), 'c#', 'csharp'), ' .net', ' dotnet'),
  '[^[:alnum:]]+', ' ', 'g'));
--> statement-breakpoint
-- Größe, Grösse, Groesse and Grosse are one. Behind `before`, as neue, Bauer and Quelle have no umlaut.
CREATE FUNCTION search_fold(words text, before text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN regexp_replace(
  regexp_replace(normalize(replace(words, 'ß', 'ss'), NFD), '[\u0300-\u036f]', '', 'g'),
  before || '([aou])e', '\1', 'g');
--> statement-breakpoint
-- Of a compound such as Ernteübersicht only the second folding knows the umlaut; the first spares what stems are made of.
-- With each word its first three and its first six letters, behind a sign that no word has: an index finds those at once, and a
-- beginning only by reading all words that begin so.
CREATE FUNCTION search_words(written text) RETURNS tsvector LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
  WITH given AS MATERIALIZED (SELECT search_split(written) AS words),
       folded AS MATERIALIZED (SELECT words, search_fold(words, '(?<![aeiouq])') AS folded FROM given),
       forms AS MATERIALIZED (
         SELECT strip(to_tsvector('simple', folded) || to_tsvector('simple', search_fold(words, ''))
           || to_tsvector('search_german', folded) || to_tsvector('search_english', words)) AS vector
         FROM folded)
  SELECT vector || array_to_tsvector(ARRAY(
    SELECT '=' || left(form, letters)
    FROM unnest(tsvector_to_array(vector)) AS form, unnest(ARRAY[3, 6]) AS letters
    WHERE length(form) >= letters))
  FROM forms;
END;
--> statement-breakpoint
-- What somebody looks for: all of their words or any, each in its forms, the last one as a beginning; and all of them as an index
-- finds them soonest, which is no less: beside other words the first letters stand for a beginning.
-- No form more than it takes: the planner takes each for another word. Stop words are left out, unless there is nothing else.
-- Empty where there are no words.
CREATE FUNCTION search_query(asked text, OUT all_words tsquery, OUT any_word tsquery, OUT all_indexed tsquery)
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
  WITH words AS (
    SELECT word, number, search_fold(word, '(?<![aeiouq])') AS folded, search_fold(word, '') AS folded_more,
      number = max(number) OVER () AND length(word) > 1 AS is_beginning,
      ts_lexize('german_stem', word) = '{}' OR ts_lexize('english_stem', word) = '{}' AS is_stop
    FROM unnest(string_to_array(search_split(asked), ' ')) WITH ORDINALITY AS split (word, number)
    WHERE word <> ''
  ), wanted AS (
    SELECT *, count(*) OVER () = 1 AS is_alone FROM words WHERE NOT is_stop OR (SELECT bool_and(is_stop) FROM words)
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
--> statement-breakpoint
ALTER TABLE distributions ADD COLUMN title_words tsvector, ADD COLUMN all_words tsvector;
--> statement-breakpoint
CREATE FUNCTION write_search_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.title_words := search_words(NEW.title);
  NEW.all_words := NEW.title_words || search_words(NEW.description || ' ' || array_to_string(NEW.target_group, ' '));
  RETURN NEW;
END $$;
--> statement-breakpoint
-- Of what nobody can find it costs nothing.
CREATE TRIGGER distributions_search BEFORE INSERT OR UPDATE OF visibility, listed, title, description, target_group
  ON distributions FOR EACH ROW WHEN (NEW.visibility = 'public' AND NEW.listed) EXECUTE FUNCTION write_search_words();
--> statement-breakpoint
UPDATE distributions SET listed = listed WHERE visibility = 'public' AND listed;
--> statement-breakpoint
-- So that the planner knows how many entries a word is in, also one that is in few.
ALTER TABLE distributions ALTER COLUMN title_words SET STATISTICS 300, ALTER COLUMN all_words SET STATISTICS 300;
--> statement-breakpoint
-- Without a list of what is still to be indexed, which every search would have to go through.
CREATE INDEX distributions_title_words ON distributions USING gin (title_words) WITH (fastupdate = off)
  WHERE visibility = 'public' AND listed;
--> statement-breakpoint
CREATE INDEX distributions_all_words ON distributions USING gin (all_words) WITH (fastupdate = off)
  WHERE visibility = 'public' AND listed;
