-- Links that let a person who lost the password choose a new one stand beside the set-up links; those have no person.
ALTER TABLE setup_tokens ADD COLUMN tenant_id uuid REFERENCES tenants (id) ON DELETE CASCADE;
ALTER TABLE setup_tokens ADD COLUMN user_id uuid REFERENCES users (id) ON DELETE CASCADE;
