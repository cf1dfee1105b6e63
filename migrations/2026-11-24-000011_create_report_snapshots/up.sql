CREATE TABLE counting_rules (
    organisation_id uuid NOT NULL REFERENCES organisations (id),
    name text NOT NULL,
    version integer NOT NULL,
    terms jsonb NOT NULL,
    note text,
    text_de text NOT NULL,
    text_en text NOT NULL,
    written_at timestamptz NOT NULL,
    CONSTRAINT counting_rules_one_per_version PRIMARY KEY (organisation_id, name, version),
    CONSTRAINT counting_rules_version_positive CHECK (version >= 1)
);
COMMENT ON TABLE counting_rules IS 'What an organisation counts as what. Append-only: a change is a new version.';
COMMENT ON COLUMN counting_rules.note IS 'What the rule is for, in the words of the organisation.';
COMMENT ON COLUMN counting_rules.text_de IS 'The terms in words, as they were when the version was written.';

CREATE TABLE report_snapshots (
    organisation_id uuid NOT NULL REFERENCES organisations (id),
    id uuid NOT NULL,
    sealed_at timestamptz NOT NULL,
    period_from date NOT NULL,
    period_to date NOT NULL,
    rule_name text NOT NULL,
    rule_version integer NOT NULL,
    deliberation jsonb,
    sealed text NOT NULL,
    sha256 bytea NOT NULL,
    PRIMARY KEY (organisation_id, id),
    -- Also the database takes no content under another's digest.
    CONSTRAINT report_snapshots_digest_agrees CHECK (sha256 = sha256(convert_to(sealed, 'UTF8')))
);
COMMENT ON TABLE report_snapshots IS 'Reports as they were told: question, rule, figures and seminars, sealed with a digest. Append-only.';
COMMENT ON COLUMN report_snapshots.deliberation IS 'The paper, meeting and agenda item it was made for, in the members of OParl.';
COMMENT ON COLUMN report_snapshots.sealed IS 'The whole content in its canonical form (RFC 8785). The columns beside it repeat what lists show.';
COMMENT ON COLUMN report_snapshots.sha256 IS 'SHA-256 of sealed.';
CREATE UNIQUE INDEX report_snapshots_by_id ON report_snapshots (id);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;
CREATE TRIGGER counting_rules_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON counting_rules
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER report_snapshots_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON report_snapshots
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
