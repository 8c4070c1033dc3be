-- Segments: custom groups that say who belongs to them instead of listing them; and who is on WhatsApp.

-- Who belongs to the group; null for a list with members. A segment's member_count is as of member_counted_at.
ALTER TABLE custom_groups
  ADD COLUMN filter jsonb,
  ADD COLUMN member_counted_at timestamptz;

-- Which groups a segment's filter names: none of them is deleted meanwhile, and none leads back to the segment.
CREATE TABLE segment_references (
  segment_id uuid NOT NULL REFERENCES custom_groups (id) ON DELETE CASCADE,
  group_id uuid NOT NULL REFERENCES custom_groups (id),
  tenant_id uuid NOT NULL,
  PRIMARY KEY (segment_id, group_id)
);
CREATE INDEX segment_references_group ON segment_references (group_id);

-- The language people write in, found out where a segment asks for it.
CREATE TABLE person_languages (
  contact_id uuid PRIMARY KEY REFERENCES contacts (id) ON DELETE CASCADE,
  tenant_id uuid NOT NULL,
  -- ISO 639-1; null when the texts do not say.
  language text,
  -- What was written up to then has been read.
  read_until timestamptz NOT NULL
);

-- What WhatsApp said about numbers.
CREATE TABLE number_lookups (
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  -- Digits, as asked.
  phone text NOT NULL,
  -- Digits of the account, which several numbers may have; null when there is none.
  account text,
  asked_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, phone)
);
CREATE INDEX number_lookups_age ON number_lookups (asked_at);
