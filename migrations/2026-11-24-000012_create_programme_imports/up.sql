CREATE TABLE programme_imports (
    organisation_id uuid NOT NULL,
    id uuid NOT NULL,
    state text NOT NULL,
    encoding text NOT NULL,
    delimiter text NOT NULL,
    heading_row integer NOT NULL,
    layout jsonb NOT NULL,
    left_out jsonb NOT NULL,
    settings jsonb NOT NULL,
    sha256 bytea NOT NULL,
    read_as bytea NOT NULL,
    file_name text,
    uploaded_by uuid,
    uploaded_at timestamptz NOT NULL,
    confirmed_by uuid,
    confirmed_at timestamptz,
    version bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (organisation_id, id),
    CONSTRAINT programme_imports_of_organisation FOREIGN KEY (organisation_id) REFERENCES organisations (id),
    CONSTRAINT programme_imports_state_known CHECK (state IN ('previewed', 'confirmed')),
    CONSTRAINT programme_imports_hash_is_digest CHECK (octet_length(sha256) = 32),
    CONSTRAINT programme_imports_confirmed_known CHECK ((state = 'confirmed') = (confirmed_at IS NOT NULL))
);
COMMENT ON TABLE programme_imports IS 'Programmes that came as a spreadsheet. The file itself is not kept, only the cells that were read.';
COMMENT ON COLUMN programme_imports.read_as IS 'Digest of how the caller wanted it read. The same file read otherwise is read anew.';
CREATE UNIQUE INDEX programme_imports_once ON programme_imports (organisation_id, sha256);
CREATE UNIQUE INDEX programme_imports_by_id ON programme_imports (id);
CREATE INDEX programme_imports_open ON programme_imports (uploaded_at) WHERE state = 'previewed';

CREATE TABLE programme_import_rows (
    organisation_id uuid NOT NULL,
    import_id uuid NOT NULL,
    "row" integer NOT NULL,
    line integer NOT NULL,
    state text NOT NULL,
    raw jsonb NOT NULL,
    decisions jsonb NOT NULL,
    understood jsonb NOT NULL,
    doubts jsonb NOT NULL,
    external_id text,
    CONSTRAINT programme_import_rows_in_order PRIMARY KEY (organisation_id, import_id, "row"),
    CONSTRAINT programme_import_rows_of_import FOREIGN KEY (organisation_id, import_id)
        REFERENCES programme_imports (organisation_id, id) ON DELETE CASCADE,
    CONSTRAINT programme_import_rows_state_known CHECK (state IN ('open', 'ready', 'skipped', 'known'))
);
COMMENT ON TABLE programme_import_rows IS 'The rows of a programme: their cells, what was decided about them, and what that comes to.';
COMMENT ON COLUMN programme_import_rows."row" IS 'In the spreadsheet, from 1.';
COMMENT ON COLUMN programme_import_rows.raw IS 'Cells by what they hold, without those that may name persons, and what only the file showed.';
