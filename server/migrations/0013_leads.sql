-- People who showed interest in a monitored group, with their way through the pipeline; and lists of contacts.

-- What a lead is found by: words of the name and the keywords, and the number. Accents are folded; of numbers and of
-- scripts that write without spaces every ending is kept, so that any part of them is found by its beginning.
-- Separators and capital letters are named one by one: what is which depends on the locale of the database. Every word
-- begins with a part of the tenant's id, so that a search never walks over what other tenants' people say.
CREATE FUNCTION lead_words(tenant_id uuid, contact_name text, contact_phone text, keywords text) RETURNS tsvector
-- Not marked as safe for parallel plans: starting a worker takes longer than any search.
LANGUAGE sql IMMUTABLE AS $$
  SELECT array_to_tsvector(coalesce(array_agg(DISTINCT right(tenant_id::text, 8) || substr(word, n)), '{}'))
  FROM (
    SELECT DISTINCT left(part, 60) AS word
    FROM regexp_split_to_table(
      translate(lower(regexp_replace(normalize(coalesce(contact_name, '') || ' ' || coalesce(contact_phone, '') || ' ' ||
        keywords, NFKD), '[\u0300-\u036f]', '', 'g') COLLATE "C"),
        'ÆÐØÞĐĦŁŊŒŦƏΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩЂЄЅІЈЉЊЋЏАБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯҊҌҎҐҒҔҖҘҚҜҞҠҢҤҦҨҪҬҮҰҲҴҶҸҺҼҾӀӃӅӇӉӋӍӔӘӠӨӶӺӼӾԱԲԳԴԵԶԷԸԹԺԻԼԽԾԿՀՁՂՃՄՅՆՇՈՉՊՋՌՍՎՏՐՑՒՓՔՕՖς',
        'æðøþđħłŋœŧəαβγδεζηθικλμνξοπρστυφχψωђєѕіјљњћџабвгдежзиклмнопрстуфхцчшщъыьэюяҋҍҏґғҕҗҙқҝҟҡңҥҧҩҫҭүұҳҵҷҹһҽҿӏӄӆӈӊӌӎӕәӡөӷӻӽӿաբգդեզէըթժիլխծկհձղճմյնշոչպջռսվտրցւփքօֆσ'),
      '[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00a9\u00ab-\u00b1\u00b4\u00b6-\u00b8\u00bb\u00bf\u2000-\u206f\u3000-\u3004\u3008-\u3020\u3030]+'
    ) AS part
    WHERE part <> ''
  ) words
  CROSS JOIN LATERAL generate_series(1, CASE
    WHEN word ~ '^[0-9]{7,}$' THEN length(word) - 3
    WHEN word ~ '[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\ua4cf\uf900-\ufaff]' THEN length(word)
    ELSE 1 END) AS n
$$;

CREATE TABLE leads (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  contact_id uuid REFERENCES contacts (id) ON DELETE SET NULL,
  -- Copies of the contact's, kept alike by the trigger below: the list is searched by them.
  contact_phone text,
  contact_name text,
  status text NOT NULL CHECK (status IN ('new', 'contacted', 'qualified', 'converted', 'lost')),
  score integer NOT NULL CHECK (score BETWEEN 0 AND 10),
  score_source text NOT NULL CHECK (score_source IN ('signals', 'ai')),
  -- What raised the score: [{"signal","weight"}].
  score_signals jsonb NOT NULL,
  -- What the signals so far add up to: their kinds, days and groups.
  facts jsonb NOT NULL,
  ai_analysis jsonb,
  -- Where the first signal was seen. No foreign key: the lead outlives the monitoring of the group.
  group_id uuid NOT NULL,
  wa_group_id text NOT NULL,
  group_name text NOT NULL,
  session_id uuid NOT NULL,
  -- The newest signal.
  matched_keyword text,
  message_preview text,
  monitor_mode text NOT NULL,
  triggered_at timestamptz NOT NULL,
  -- Every keyword that matched, one a line.
  keywords text NOT NULL DEFAULT '',
  message_count integer NOT NULL DEFAULT 0,
  assigned_to uuid,
  notes text,
  detected_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL
) WITH (fillfactor = 85);

-- One open lead per person: who becomes a customer or is lost can become a new one later.
CREATE UNIQUE INDEX leads_open ON leads (tenant_id, contact_id) WHERE status IN ('new', 'contacted', 'qualified');
CREATE INDEX leads_contact ON leads (contact_id);
CREATE INDEX leads_list ON leads (tenant_id, detected_at DESC, id DESC);
CREATE INDEX leads_status ON leads (tenant_id, status, detected_at DESC, id DESC);
CREATE INDEX leads_group ON leads (tenant_id, group_id, detected_at DESC, id DESC);

-- What the list is searched by, in rows so narrow that counting every hit of a common word reads few pages. The words
-- are in the index alone. A change of status touches no index here.
CREATE TABLE lead_search (
  lead_id uuid PRIMARY KEY REFERENCES leads (id) ON DELETE CASCADE,
  tenant_id uuid NOT NULL,
  group_id uuid NOT NULL,
  detected_at timestamptz NOT NULL,
  status text NOT NULL,
  contact_name text,
  contact_phone text,
  keywords text NOT NULL
) WITH (fillfactor = 90);
-- Without the list of pending entries: searching it would make the time of a search a matter of luck.
CREATE INDEX lead_search_words ON lead_search
  USING gin (lead_words(tenant_id, contact_name, contact_phone, keywords)) WITH (fastupdate = off);

CREATE FUNCTION keep_lead_search() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO lead_search (lead_id, tenant_id, group_id, detected_at, status, contact_name, contact_phone, keywords)
    VALUES (NEW.id, NEW.tenant_id, NEW.group_id, NEW.detected_at, NEW.status, NEW.contact_name, NEW.contact_phone,
      NEW.keywords);
  ELSIF (OLD.status, OLD.contact_name, OLD.contact_phone, OLD.keywords)
      IS DISTINCT FROM (NEW.status, NEW.contact_name, NEW.contact_phone, NEW.keywords) THEN
    UPDATE lead_search SET status = NEW.status, contact_name = NEW.contact_name, contact_phone = NEW.contact_phone,
      keywords = NEW.keywords WHERE lead_id = NEW.id;
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER leads_to_search AFTER INSERT OR UPDATE OF status, contact_name, contact_phone, keywords ON leads
FOR EACH ROW EXECUTE FUNCTION keep_lead_search();

-- The messages that made a lead and raised it, one row each.
CREATE TABLE lead_signals (
  message_id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  lead_id uuid NOT NULL REFERENCES leads (id) ON DELETE CASCADE,
  session_id uuid NOT NULL,
  group_id uuid NOT NULL,
  wa_group_id text NOT NULL,
  group_name text NOT NULL,
  monitor_mode text NOT NULL,
  matched_keyword text,
  message_preview text,
  signals jsonb NOT NULL,
  at timestamptz NOT NULL
);
CREATE INDEX lead_signals_lead ON lead_signals (lead_id, at DESC, message_id DESC);
-- Retention walks by age.
CREATE INDEX lead_signals_age ON lead_signals USING brin (at);

-- The open leads of persons, made where there is none: as [is_known false, lead]. When one of the messages was a signal
-- before, nothing is made, and these messages are answered instead: [is_known true, message]. The update that changes
-- nothing locks the row that is there, so that whoever adds to it comes one after the other. The leads come in one order
-- for everybody. Functions, since their statements are planned once.
CREATE FUNCTION open_leads(p_tenant_ids uuid[], p_message_ids uuid[], p_leads json)
RETURNS TABLE (is_known boolean, id uuid, "tenantId" uuid, "contactId" uuid, facts jsonb, keywords text, "triggeredAt" text)
LANGUAGE plpgsql SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY SELECT true, s.message_id, s.tenant_id, NULL::uuid, NULL::jsonb, NULL, NULL
    FROM unnest(p_tenant_ids, p_message_ids) AS r (tenant_id, message_id)
    JOIN lead_signals s ON s.message_id = r.message_id AND s.tenant_id = r.tenant_id;
  IF FOUND THEN RETURN; END IF;
  RETURN QUERY INSERT INTO leads AS l (id, tenant_id, contact_id, contact_phone, contact_name, status, score,
    score_source, score_signals, facts, group_id, wa_group_id, group_name, session_id, matched_keyword,
    message_preview, monitor_mode, triggered_at, keywords, message_count, detected_at, updated_at)
  SELECT r.id, r.tenant_id, r.contact_id, r.contact_phone, r.contact_name, 'new', r.score, 'signals',
    r.score_signals, r.facts, r.group_id, r.wa_group_id, r.group_name, r.session_id, r.matched_keyword,
    r.message_preview, r.monitor_mode, r.triggered_at, r.keywords, r.message_count, r.detected_at, r.updated_at
  FROM json_to_recordset(p_leads) AS r(id uuid, tenant_id uuid, contact_id uuid, contact_phone text,
    contact_name text, score integer, score_signals jsonb, facts jsonb, group_id uuid, wa_group_id text,
    group_name text, session_id uuid, matched_keyword text, message_preview text, monitor_mode text,
    triggered_at timestamptz, keywords text, message_count integer, detected_at timestamptz, updated_at timestamptz)
  ORDER BY r.tenant_id, r.contact_id
  ON CONFLICT (tenant_id, contact_id) WHERE status IN ('new', 'contacted', 'qualified')
  DO UPDATE SET updated_at = l.updated_at
  RETURNING false, l.id, l.tenant_id, l.contact_id, l.facts, l.keywords,
    to_char(l.triggered_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');
END $$;

-- Adds signals to timelines, and to leads that the transaction has locked. What an AI said of the score stays; without a
-- trigger the newest signal stays what it was.
CREATE FUNCTION add_lead_signals(p_raised json, p_signals json) RETURNS void
LANGUAGE plpgsql SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
  UPDATE leads l SET score = CASE WHEN l.score_source = 'ai' THEN l.score ELSE r.score END,
    score_signals = r.score_signals, facts = r.facts, keywords = r.keywords,
    message_count = l.message_count + r.added, updated_at = r.updated_at,
    matched_keyword = CASE WHEN r.trigger IS NULL THEN l.matched_keyword ELSE r.trigger ->> 'matched_keyword' END,
    message_preview = coalesce(r.trigger ->> 'message_preview', l.message_preview),
    monitor_mode = coalesce(r.trigger ->> 'monitor_mode', l.monitor_mode),
    triggered_at = coalesce((r.trigger ->> 'triggered_at')::timestamptz, l.triggered_at)
  FROM json_to_recordset(p_raised) AS r(id uuid, tenant_id uuid, score integer, score_signals jsonb, facts jsonb,
    trigger jsonb, keywords text, added integer, updated_at timestamptz)
  WHERE l.id = r.id AND l.tenant_id = r.tenant_id;
  INSERT INTO lead_signals (message_id, tenant_id, lead_id, session_id, group_id, wa_group_id, group_name,
    monitor_mode, matched_keyword, message_preview, signals, at)
  SELECT r.message_id, r.tenant_id, r.lead_id, r.session_id, r.group_id, r.wa_group_id, r.group_name,
    r.monitor_mode, r.matched_keyword, r.message_preview, r.signals, r.at
  FROM json_to_recordset(p_signals) AS r(message_id uuid, tenant_id uuid, lead_id uuid, session_id uuid,
    group_id uuid, wa_group_id text, group_name text, monitor_mode text, matched_keyword text,
    message_preview text, signals jsonb, at timestamptz);
END $$;

CREATE TABLE lead_status_changes (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  lead_id uuid NOT NULL REFERENCES leads (id) ON DELETE CASCADE,
  from_status text NOT NULL,
  to_status text NOT NULL,
  -- The user or the key; null for what nobody asked for.
  changed_by uuid,
  at timestamptz NOT NULL
);
CREATE INDEX lead_status_changes_lead ON lead_status_changes (lead_id, at, id);

-- Names and numbers are learned in many places; this is the one where all of them pass.
CREATE FUNCTION copy_contact_to_leads() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE leads SET contact_phone = NEW.phone, contact_name = coalesce(NEW.name, NEW.book_name, NEW.push_name)
  WHERE contact_id = NEW.id;
  RETURN NULL;
END
$$;
CREATE TRIGGER contacts_to_leads AFTER UPDATE OF phone, name, book_name, push_name ON contacts
FOR EACH ROW WHEN (OLD.phone IS DISTINCT FROM NEW.phone
  OR coalesce(OLD.name, OLD.book_name, OLD.push_name) IS DISTINCT FROM coalesce(NEW.name, NEW.book_name, NEW.push_name))
EXECUTE FUNCTION copy_contact_to_leads();

-- Lists of contacts that a tenant keeps; a WhatsApp group is something else.
CREATE TABLE custom_groups (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  name text NOT NULL,
  description text,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL
);
CREATE INDEX custom_groups_list ON custom_groups (tenant_id, created_at DESC, id DESC);

CREATE TABLE custom_group_members (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  group_id uuid NOT NULL REFERENCES custom_groups (id) ON DELETE CASCADE,
  -- Digits.
  phone text NOT NULL,
  name text,
  added_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX custom_group_members_phone ON custom_group_members (group_id, phone);
