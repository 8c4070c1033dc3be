-- Where in a text a group's keywords are found. Groups that are there find their keywords at the begin of words from now
-- on, as new ones do.
ALTER TABLE monitored_groups ADD COLUMN keyword_match text NOT NULL DEFAULT 'start'
  CHECK (keyword_match IN ('start', 'word', 'anywhere'));

-- What a model says of a lead and what its signals add up to are two things.
ALTER TABLE leads RENAME COLUMN score TO signal_score;
ALTER TABLE leads ADD COLUMN lead_score integer NOT NULL DEFAULT 0 CHECK (lead_score BETWEEN 0 AND 10);
UPDATE leads SET lead_score = signal_score,
  signal_score = least(10, (SELECT coalesce(sum((s ->> 'weight')::numeric), 0) FROM jsonb_array_elements(score_signals) AS s))
WHERE score_source = 'ai';
ALTER TABLE leads DROP COLUMN score_source;

-- Trigger and group of a lead are those of its detection; the newest signal has columns of its own.
ALTER TABLE leads ADD COLUMN trigger_message_id uuid,
  ADD COLUMN last_message_id uuid,
  ADD COLUMN last_group_id uuid,
  ADD COLUMN last_group_name text,
  ADD COLUMN last_matched_keyword text,
  ADD COLUMN last_message_preview text,
  ADD COLUMN last_monitor_mode text,
  ADD COLUMN last_signal_at timestamptz;
UPDATE leads SET last_group_id = group_id, last_group_name = group_name, last_matched_keyword = matched_keyword,
  last_message_preview = message_preview, last_monitor_mode = monitor_mode, last_signal_at = triggered_at;
UPDATE leads l SET last_message_id = n.message_id, last_group_id = n.group_id, last_group_name = n.group_name,
  last_matched_keyword = n.matched_keyword, last_message_preview = n.message_preview,
  last_monitor_mode = n.monitor_mode, last_signal_at = n.at
FROM (SELECT DISTINCT ON (lead_id) * FROM lead_signals ORDER BY lead_id, at DESC, message_id DESC) n
WHERE n.lead_id = l.id;
UPDATE leads l SET trigger_message_id = f.message_id, matched_keyword = f.matched_keyword,
  message_preview = f.message_preview, monitor_mode = f.monitor_mode
FROM (
  SELECT DISTINCT ON (s.lead_id) s.* FROM lead_signals s JOIN leads d ON d.id = s.lead_id
  ORDER BY s.lead_id, (s.at = d.detected_at AND s.group_id = d.group_id) DESC, s.at, s.message_id
) f
WHERE f.lead_id = l.id;
ALTER TABLE leads ALTER COLUMN last_group_id SET NOT NULL, ALTER COLUMN last_group_name SET NOT NULL,
  ALTER COLUMN last_monitor_mode SET NOT NULL, ALTER COLUMN last_signal_at SET NOT NULL, DROP COLUMN triggered_at;

-- Every group that gave a signal of a lead: it is listed under each of them. When it was detected never changes.
CREATE TABLE lead_groups (
  lead_id uuid NOT NULL REFERENCES leads (id) ON DELETE CASCADE,
  group_id uuid NOT NULL,
  tenant_id uuid NOT NULL,
  detected_at timestamptz NOT NULL,
  -- Whether this group made the lead.
  is_first boolean NOT NULL,
  PRIMARY KEY (lead_id, group_id)
);
CREATE INDEX lead_groups_list ON lead_groups (tenant_id, group_id, detected_at DESC, lead_id DESC);
INSERT INTO lead_groups (lead_id, group_id, tenant_id, detected_at, is_first)
SELECT id, group_id, tenant_id, detected_at, true FROM leads
UNION SELECT l.id, s.group_id, l.tenant_id, l.detected_at, s.group_id = l.group_id
FROM leads l JOIN lead_signals s ON s.lead_id = l.id;
-- The group of the first signal has counted each of them.
UPDATE monitored_group_counts c SET leads_detected = c.leads_detected + n.leads
FROM (
  SELECT tenant_id, group_id, count(*)::int AS leads FROM lead_groups WHERE NOT is_first GROUP BY 1, 2
) n
WHERE c.group_id = n.group_id AND c.tenant_id = n.tenant_id;
DROP INDEX leads_group;

-- Searches are filtered by group as well. Most leads have one group: the others stand apart, so that the rows stay narrow.
ALTER TABLE lead_search ADD COLUMN other_group_ids uuid[];
UPDATE lead_search s SET other_group_ids = g.ids
FROM (SELECT lead_id, array_agg(group_id) AS ids FROM lead_groups WHERE NOT is_first GROUP BY 1) g
WHERE g.lead_id = s.lead_id;
CREATE FUNCTION keep_lead_search_groups() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE lead_search SET other_group_ids = coalesce(other_group_ids, '{}') || NEW.group_id WHERE lead_id = NEW.lead_id;
  RETURN NULL;
END
$$;
CREATE TRIGGER lead_groups_to_search AFTER INSERT ON lead_groups
FOR EACH ROW WHEN (NOT NEW.is_first) EXECUTE FUNCTION keep_lead_search_groups();

-- As before (migration 0013); and letters that no decomposition takes apart are folded, too: ß, ø, ł, æ, đ and the like.
CREATE OR REPLACE FUNCTION lead_words(tenant_id uuid, contact_name text, contact_phone text, keywords text) RETURNS tsvector
-- Not marked as safe for parallel plans: starting a worker takes longer than any search.
LANGUAGE sql IMMUTABLE AS $$
  SELECT array_to_tsvector(coalesce(array_agg(DISTINCT right(tenant_id::text, 8) || substr(word, n)), '{}'))
  FROM (
    SELECT DISTINCT left(part, 60) AS word
    FROM regexp_split_to_table(
      replace(replace(replace(replace(translate(translate(lower(regexp_replace(normalize(coalesce(contact_name, '') || ' ' || coalesce(contact_phone, '') || ' ' ||
        keywords, NFKD), '[\u0300-\u036f]', '', 'g') COLLATE "C"),
        'ÆÐØÞĐĦŁŊŒŦƏΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩЂЄЅІЈЉЊЋЏАБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯҊҌҎҐҒҔҖҘҚҜҞҠҢҤҦҨҪҬҮҰҲҴҶҸҺҼҾӀӃӅӇӉӋӍӔӘӠӨӶӺӼӾԱԲԳԴԵԶԷԸԹԺԻԼԽԾԿՀՁՂՃՄՅՆՇՈՉՊՋՌՍՎՏՐՑՒՓՔՕՖςẞ',
        'æðøþđħłŋœŧəαβγδεζηθικλμνξοπρστυφχψωђєѕіјљњћџабвгдежзиклмнопрстуфхцчшщъыьэюяҋҍҏґғҕҗҙқҝҟҡңҥҧҩҫҭүұҳҵҷҹһҽҿӏӄӆӈӊӌӎӕәӡөӷӻӽӿաբգդեզէըթժիլխծկհձղճմյնշոչպջռսվտրցւփքօֆσß'),
        'øđðłħŧŋı', 'oddlhtni'), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th'),
      '[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00a9\u00ab-\u00b1\u00b4\u00b6-\u00b8\u00bb\u00bf\u2000-\u206f\u3000-\u3004\u3008-\u3020\u3030]+'
    ) AS part
    WHERE part <> ''
  ) words
  CROSS JOIN LATERAL generate_series(1, CASE
    WHEN word ~ '^[0-9]{7,}$' THEN length(word) - 3
    WHEN word ~ '[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\ua4cf\uf900-\ufaff]' THEN length(word)
    ELSE 1 END) AS n
$$;
REINDEX INDEX lead_search_words;

-- As before (migration 0013), with what is new of a lead.
DROP FUNCTION open_leads;
CREATE FUNCTION open_leads(p_tenant_ids uuid[], p_message_ids uuid[], p_leads json)
RETURNS TABLE (is_known boolean, id uuid, "tenantId" uuid, "contactId" uuid, facts jsonb, keywords text, "lastAt" text)
LANGUAGE plpgsql SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY SELECT true, s.message_id, s.tenant_id, NULL::uuid, NULL::jsonb, NULL, NULL
    FROM unnest(p_tenant_ids, p_message_ids) AS r (tenant_id, message_id)
    JOIN lead_signals s ON s.message_id = r.message_id AND s.tenant_id = r.tenant_id;
  IF FOUND THEN RETURN; END IF;
  RETURN QUERY INSERT INTO leads AS l (id, tenant_id, contact_id, contact_phone, contact_name, status, signal_score,
    score_signals, facts, group_id, wa_group_id, group_name, session_id, trigger_message_id, matched_keyword,
    message_preview, monitor_mode, last_message_id, last_group_id, last_group_name,
    last_matched_keyword, last_message_preview, last_monitor_mode, last_signal_at, keywords, message_count,
    detected_at, updated_at)
  SELECT r.id, r.tenant_id, r.contact_id, r.contact_phone, r.contact_name, 'new', r.signal_score, r.score_signals,
    r.facts, r.group_id, r.wa_group_id, r.group_name, r.session_id, r.message_id, r.matched_keyword,
    r.message_preview, r.monitor_mode, (r.last ->> 'message_id')::uuid, (r.last ->> 'group_id')::uuid,
    r.last ->> 'group_name', r.last ->> 'matched_keyword', r.last ->> 'message_preview', r.last ->> 'monitor_mode',
    (r.last ->> 'at')::timestamptz, r.keywords, r.message_count, r.detected_at, r.updated_at
  FROM json_to_recordset(p_leads) AS r(id uuid, tenant_id uuid, contact_id uuid, contact_phone text,
    contact_name text, signal_score integer, score_signals jsonb, facts jsonb, group_id uuid, wa_group_id text,
    group_name text, session_id uuid, message_id uuid, matched_keyword text, message_preview text,
    monitor_mode text, last jsonb, keywords text, message_count integer, detected_at timestamptz,
    updated_at timestamptz)
  ORDER BY r.tenant_id, r.contact_id
  ON CONFLICT (tenant_id, contact_id) WHERE status IN ('new', 'contacted', 'qualified')
  DO UPDATE SET updated_at = l.updated_at
  RETURNING false, l.id, l.tenant_id, l.contact_id, l.facts, l.keywords,
    to_char(l.last_signal_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');
END $$;

-- Adds signals to timelines, and to leads that the transaction has locked; answers which groups are new to which leads.
-- Without a last signal the newest one stays what it was.
DROP FUNCTION add_lead_signals;
CREATE FUNCTION add_lead_signals(p_raised json, p_signals json) RETURNS TABLE ("leadId" uuid, "groupId" uuid)
LANGUAGE plpgsql SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
#variable_conflict use_column
BEGIN
  UPDATE leads l SET signal_score = r.signal_score, score_signals = r.score_signals, facts = r.facts,
    keywords = r.keywords, message_count = l.message_count + r.added, updated_at = r.updated_at,
    last_matched_keyword = CASE WHEN r.last IS NULL THEN l.last_matched_keyword ELSE r.last ->> 'matched_keyword' END,
    last_message_preview = coalesce(r.last ->> 'message_preview', l.last_message_preview),
    last_monitor_mode = coalesce(r.last ->> 'monitor_mode', l.last_monitor_mode),
    last_message_id = coalesce((r.last ->> 'message_id')::uuid, l.last_message_id),
    last_group_id = coalesce((r.last ->> 'group_id')::uuid, l.last_group_id),
    last_group_name = coalesce(r.last ->> 'group_name', l.last_group_name),
    last_signal_at = coalesce((r.last ->> 'at')::timestamptz, l.last_signal_at)
  FROM json_to_recordset(p_raised) AS r(id uuid, tenant_id uuid, signal_score integer, score_signals jsonb,
    facts jsonb, last jsonb, keywords text, added integer, updated_at timestamptz)
  WHERE l.id = r.id AND l.tenant_id = r.tenant_id;
  INSERT INTO lead_signals (message_id, tenant_id, lead_id, session_id, group_id, wa_group_id, group_name,
    monitor_mode, matched_keyword, message_preview, signals, at)
  SELECT r.message_id, r.tenant_id, r.lead_id, r.session_id, r.group_id, r.wa_group_id, r.group_name,
    r.monitor_mode, r.matched_keyword, r.message_preview, r.signals, r.at
  FROM json_to_recordset(p_signals) AS r(message_id uuid, tenant_id uuid, lead_id uuid, session_id uuid,
    group_id uuid, wa_group_id text, group_name text, monitor_mode text, matched_keyword text,
    message_preview text, signals jsonb, at timestamptz);
  RETURN QUERY INSERT INTO lead_groups (lead_id, group_id, tenant_id, detected_at, is_first)
  SELECT DISTINCT l.id, r.group_id, l.tenant_id, l.detected_at, r.group_id = l.group_id
  FROM json_to_recordset(p_signals) AS r(lead_id uuid, tenant_id uuid, group_id uuid)
  JOIN leads l ON l.id = r.lead_id AND l.tenant_id = r.tenant_id
  ON CONFLICT DO NOTHING RETURNING lead_id, group_id;
END $$;
