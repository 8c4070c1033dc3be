-- Lists of contacts: values of members for placeholders, and what a list would otherwise be counted for each time.

-- How many members it has, and which values they may have, in the order these came up.
ALTER TABLE custom_groups ADD COLUMN member_count integer NOT NULL DEFAULT 0;
ALTER TABLE custom_groups ADD COLUMN variable_names text[] NOT NULL DEFAULT '{}';
UPDATE custom_groups g
SET member_count = (SELECT count(*) FROM custom_group_members m WHERE m.group_id = g.id);

ALTER TABLE custom_group_members ADD COLUMN variables jsonb NOT NULL DEFAULT '{}';
-- Ids are time-ordered: the members of a list as they came.
CREATE INDEX custom_group_members_list ON custom_group_members (group_id, id);
-- On which lists somebody is.
CREATE INDEX custom_group_members_person ON custom_group_members (tenant_id, phone);

-- A list may have a million members: when it is deleted, a job removes them in steps, so that nobody waits for it.
ALTER TABLE custom_group_members DROP CONSTRAINT custom_group_members_group_id_fkey;
ALTER TABLE custom_group_members ADD FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE;
