CREATE TABLE open_data_settings (
    organisation_id uuid NOT NULL REFERENCES organisations (id),
    contributor_id text NOT NULL,
    licence text NOT NULL,
    publisher_name text,
    contact_name text NOT NULL,
    contact_email text,
    contact_url text,
    keywords text[] NOT NULL,
    political_geocoding text,
    landing_page text,
    first_year integer NOT NULL,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT open_data_settings_one_per_organisation PRIMARY KEY (organisation_id),
    CONSTRAINT open_data_settings_contributor_listed CHECK (contributor_id LIKE 'http://dcat-ap.de/def/contributors/_%'),
    CONSTRAINT open_data_settings_licence_known
        CHECK (licence IN ('dl-zero-de/2.0', 'dl-by-de/2.0', 'cc-zero', 'cc-by/4.0', 'cc-by-sa/4.0')),
    CONSTRAINT open_data_settings_contact_reachable CHECK (contact_email IS NOT NULL OR contact_url IS NOT NULL),
    CONSTRAINT open_data_settings_keywords_few CHECK (cardinality(keywords) BETWEEN 1 AND 20),
    CONSTRAINT open_data_settings_first_year_sane CHECK (first_year BETWEEN 1990 AND 2100)
);
COMMENT ON TABLE open_data_settings IS 'That an organisation publishes its completed years as open data, and in whose name. No row: nothing is published.';
COMMENT ON COLUMN open_data_settings.contributor_id IS 'Who delivers to GovData: a URI of dcat-ap.de/def/contributors.';
COMMENT ON COLUMN open_data_settings.licence IS 'The path below dcat-ap.de/def/licenses.';
COMMENT ON COLUMN open_data_settings.political_geocoding IS 'A URI of dcat-ap.de/def/politicalGeocoding.';
