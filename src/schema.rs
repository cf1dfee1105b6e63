// @generated automatically by Diesel CLI.

diesel::table! {
    /// People who log in. Registrants have no account.
    accounts (id) {
        id -> Uuid,
        email -> Text,
        /// The address trimmed and case-folded.
        email_key -> Text,
        name -> Text,
        language -> Text,
        /// argon2id, PHC string.
        password_hash -> Text,
        platform_admin -> Bool,
        disabled_at -> Nullable<Timestamptz>,
        version -> Int8,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    /// How a seminar takes registrations. One row per seminar, changed with it.
    admissions (organisation_id, seminar_id) {
        organisation_id -> Uuid,
        seminar_id -> Uuid,
        /// first_come: a free seat is the next person's; selection: people apply and the organiser chooses.
        admission -> Text,
        /// email: the address is confirmed before the seat is; none: the seat is confirmed at once.
        confirmation -> Text,
        confirm_hours -> Int4,
        /// How long a freed seat is held for the first who waits; shorter near the start.
        offer_hours -> Int4,
        /// What a seat of the channels is: a person, or a company with all the persons it brings.
        capacity_unit -> Text,
        /// How many persons one registration may bring, the contact included.
        max_persons -> Int4,
        /// Reply-To of the seminar's mails; the organiser is told there. NULL: its organisers and admins.
        contact_email -> Nullable<Text>,
        minimum_participants -> Nullable<Int4>,
        decide_by -> Nullable<Timestamptz>,
        below_minimum -> Text,
        /// When it was decided whether the minimum was reached; once.
        decided_at -> Nullable<Timestamptz>,
        /// What is asked at registration: [{id, kind, label {de, en}, options, required, channels, sensitive}].
        questions -> Jsonb,
        /// What consent is asked for: [{purpose, version, text {de, en}}]. Never a condition for a seat (GDPR, article 7(4)).
        consent_texts -> Jsonb,
    }
}

diesel::table! {
    /// SHA-256 of secrets of 256 random bits. At most two of a client are valid at once: the new one, and the one it takes the place of.
    api_client_secrets (organisation_id, client_id, id) {
        organisation_id -> Uuid,
        client_id -> Uuid,
        id -> Uuid,
        secret_hash -> Bytea,
        created_at -> Timestamptz,
        /// NULL: until it is rotated.
        expires_at -> Nullable<Timestamptz>,
        last_used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// The machines of an organisation, each with what it may do. A revoked one stays, because the journal names it.
    api_clients (organisation_id, id) {
        organisation_id -> Uuid,
        id -> Uuid,
        name -> Text,
        scopes -> Array<Nullable<Text>>,
        revoked_at -> Nullable<Timestamptz>,
        /// When it last fetched an access token, which lives ten minutes.
        last_used_at -> Nullable<Timestamptz>,
        version -> Int8,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    /// Uploaded reports of platforms. The file itself is not kept, only what was read from it.
    attendance_imports (organisation_id, id) {
        organisation_id -> Uuid,
        id -> Uuid,
        seminar_id -> Uuid,
        session_id -> Uuid,
        channel -> Text,
        state -> Text,
        format -> Text,
        encoding -> Text,
        delimiter -> Text,
        date_order -> Nullable<Text>,
        precision -> Text,
        time_zone -> Text,
        sha256 -> Bytea,
        file_name -> Nullable<Text>,
        row_count -> Int4,
        ignored -> Jsonb,
        warnings -> Jsonb,
        /// The first and the last moment the file speaks of: files that do not overlap are added, others are not.
        covers_from -> Nullable<Timestamptz>,
        covers_to -> Nullable<Timestamptz>,
        uploaded_by -> Nullable<Uuid>,
        uploaded_at -> Timestamptz,
        confirmed_by -> Nullable<Uuid>,
        confirmed_at -> Nullable<Timestamptz>,
        reverted_by -> Nullable<Uuid>,
        reverted_at -> Nullable<Timestamptz>,
        version -> Int8,
        /// Digest of how the caller wanted it read. The same file read otherwise is read anew.
        read_as -> Nullable<Bytea>,
    }
}

diesel::table! {
    /// Who counts as having been there. One row per seminar, changed with it.
    attendance_rules (organisation_id, seminar_id) {
        organisation_id -> Uuid,
        seminar_id -> Uuid,
        /// Whoever was present for less than this in a session did not attend it. Where nobody measured, presence is enough.
        min_seconds -> Int4,
        /// How many sessions a certificate needs; NULL: all of them.
        min_sessions -> Nullable<Int4>,
        /// How long before the start of a session the door opens.
        opens_minutes -> Int4,
        /// A shorter absence is none: reconnecting, being made a panellist.
        bridge_gap_seconds -> Int4,
        /// Whether only time inside the session counts.
        clip_to_session -> Bool,
        /// Whether join and leave times are kept, not only how long somebody was there.
        keep_times -> Bool,
        /// Whether entering the online room by the personal link counts as having been there.
        count_joins -> Bool,
        /// Who belongs to the seminar and is no participant: [{name, email, role: staff|speaker}].
        team -> Jsonb,
    }
}

diesel::table! {
    /// The ways to take part, with their seats. One row per seminar and channel: every seat is given under its lock.
    channels (organisation_id, seminar_id, channel) {
        organisation_id -> Uuid,
        seminar_id -> Uuid,
        channel -> Text,
        /// False once the seminar has moved away from it; the row stays for the registrations it has had.
        offered -> Bool,
        /// NULL: as many as come.
        capacity -> Nullable<Int4>,
        /// Seats held: pending, confirmed and offered registrations.
        taken -> Int4,
        /// How far an organiser lowered the capacity below the seats taken, on purpose. Nobody lost a seat by it.
        overbooked -> Int4,
        waiting -> Int4,
        /// The last number drawn on the waiting list; drawn under the lock, so numbers are in commit order.
        waiting_ticket -> Int8,
    }
}

diesel::table! {
    /// Who came through the door, one scan or tick a row. Append-only: what was wrong is voided, not deleted.
    check_ins (organisation_id, id) {
        organisation_id -> Uuid,
        id -> Uuid,
        seminar_id -> Uuid,
        session_id -> Uuid,
        /// Made by the device, so that a scan that is sent again is the same scan.
        scan_id -> Uuid,
        direction -> Text,
        method -> Text,
        channel -> Text,
        /// NULL: a walk-in, who is named here.
        registration_id -> Nullable<Uuid>,
        /// How many came in with this scan: a group may come one by one.
        persons -> Int4,
        given_name -> Nullable<Text>,
        family_name -> Nullable<Text>,
        company -> Nullable<Text>,
        email -> Nullable<Text>,
        email_key -> Nullable<Text>,
        /// The front desk let them in although something spoke against it.
        forced -> Bool,
        /// Recorded by a device on its own and sent later: it happened, whatever the rules say.
        offline -> Bool,
        /// When it happened, by the device's clock where it was offline.
        at -> Timestamptz,
        received_at -> Timestamptz,
        device -> Nullable<Text>,
        account_id -> Nullable<Uuid>,
        voided_at -> Nullable<Timestamptz>,
        voided_by -> Nullable<Uuid>,
        void_reason -> Nullable<Text>,
        version -> Int8,
    }
}

diesel::table! {
    /// What seminars belong to: series (Format), programme (Projekt), umbrella (Rahmen).
    collections (organisation_id, id) {
        organisation_id -> Uuid,
        id -> Uuid,
        kind -> Text,
        name -> Text,
        /// The name folded: one spelling of one name.
        name_key -> Text,
        description -> Nullable<Text>,
        starts_on -> Nullable<Date>,
        ends_on -> Nullable<Date>,
        funder -> Nullable<Text>,
        /// Reported in a chapter of its own; the counting rule „overview“ leaves its seminars out.
        own_chapter -> Bool,
        version -> Int8,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    /// Who agreed to what, in which words, when; and when they took it back (GDPR, article 7).
    consents (organisation_id, id) {
        organisation_id -> Uuid,
        id -> Uuid,
        registration_id -> Uuid,
        purpose -> Text,
        text_version -> Text,
        /// SHA-256 of the text as it was shown.
        text_hash -> Bytea,
        language -> Text,
        given_at -> Timestamptz,
        withdrawn_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// What an organisation counts as what. Append-only: a change is a new version.
    counting_rules (organisation_id, name, version) {
        organisation_id -> Uuid,
        name -> Text,
        version -> Int4,
        terms -> Jsonb,
        /// What the rule is for, in the words of the organisation.
        note -> Nullable<Text>,
        /// The terms in words, as they were when the version was written.
        text_de -> Text,
        text_en -> Text,
        written_at -> Timestamptz,
    }
}

diesel::table! {
    /// Each time a registration was handed to another organisation, written with the answer (GDPR, article 15). Append-only.
    disclosures (organisation_id, id) {
        organisation_id -> Uuid,
        id -> Uuid,
        seminar_id -> Uuid,
        registration_id -> Uuid,
        sharing_id -> Uuid,
        recipient_id -> Uuid,
        /// confirmed: name, address and company were in the answer; cancelled: only that the recipient is to forget them.
        state -> Text,
        actor_kind -> Text,
        /// The account or API client of the recipient that asked.
        actor_id -> Uuid,
        at -> Timestamptz,
    }
}

diesel::table! {
    /// What a seminar is called elsewhere: in a partner's calendar, in the paper it comes from.
    external_refs (organisation_id, system, external_id) {
        organisation_id -> Uuid,
        system -> Text,
        external_id -> Text,
        seminar_id -> Uuid,
        url -> Nullable<Text>,
    }
}

diesel::table! {
    /// One row: which feed this is. Every place in the change feed names it; after a restore there is a new one, and the places of the old are good no more.
    feed_identity (singleton) {
        singleton -> Bool,
        id -> Uuid,
        since -> Timestamptz,
    }
}

diesel::table! {
    /// Statements of how many came, in their own words. Several may exist; one per unit and channel is the basis of reports.
    headcounts (organisation_id, id) {
        organisation_id -> Uuid,
        id -> Uuid,
        seminar_id -> Uuid,
        value -> Nullable<Int8>,
        qualifier -> Text,
        unit -> Text,
        /// NULL: the seminar as a whole, without a split.
        channel -> Nullable<Text>,
        method -> Text,
        source -> Nullable<Text>,
        /// The words of the source: über 130 Teilnehmende.
        stated_as -> Nullable<Text>,
        basis -> Bool,
        recorded_by -> Nullable<Uuid>,
        recorded_at -> Timestamptz,
    }
}

diesel::table! {
    /// Idempotency-Keys with the first answer, written in the transaction of the effect; kept 24 hours.
    idempotency_keys (key) {
        /// SHA-256 of caller and key.
        key -> Bytea,
        /// SHA-256 of method, path and body: tells another request with the same key.
        request -> Bytea,
        created_at -> Timestamptz,
        location -> Nullable<Text>,
        etag -> Nullable<Text>,
        body -> Nullable<Jsonb>,
    }
}

diesel::table! {
    /// The persons of a report, each once, and whom they were found to be.
    import_participants (organisation_id, import_id, position) {
        organisation_id -> Uuid,
        import_id -> Uuid,
        position -> Int4,
        /// email:… or name:…, by which one person is recognised in several files.
        person_key -> Text,
        display_names -> Jsonb,
        email -> Nullable<Text>,
        email_key -> Nullable<Text>,
        role -> Text,
        match_status -> Text,
        match_method -> Nullable<Text>,
        /// Whom it is taken for; with status proposed: whom it may be.
        registration_id -> Nullable<Uuid>,
        candidates -> Jsonb,
        flags -> Jsonb,
        decided_by -> Nullable<Uuid>,
        /// Join and leave times: [[from, to]]. Dropped at confirmation unless the seminar keeps them.
        segments -> Nullable<Jsonb>,
        reported_seconds -> Nullable<Int4>,
        present_seconds -> Nullable<Int4>,
        in_session_seconds -> Nullable<Int4>,
        attended -> Bool,
        /// What the times of the row are worth; without intervals its segment only says from when to when.
        precision -> Text,
        /// Which of the people of its registration: 0 the contact, n the n-th who came along.
        head -> Int4,
        person_present_seconds -> Nullable<Int4>,
        person_in_session_seconds -> Nullable<Int4>,
        /// Like the seconds: of the person on all devices; attended itself is of this row alone.
        person_attended -> Bool,
    }
}

diesel::table! {
    /// Somebody pressed "join" on the page behind their personal link. Append-only.
    joins (organisation_id, id) {
        organisation_id -> Uuid,
        id -> Uuid,
        registration_id -> Uuid,
        session_id -> Uuid,
        at -> Timestamptz,
    }
}

diesel::table! {
    /// One append-only entry per effect, written in its transaction. Audit log, change feed and webhooks read it.
    journal (id) {
        id -> Uuid,
        organisation_id -> Nullable<Uuid>,
        at -> Timestamptz,
        /// The writing transaction: the change feed is ordered by it and shows only what lies below the oldest running one.
        transaction -> Int8,
        actor_kind -> Text,
        actor_id -> Nullable<Uuid>,
        action -> Text,
        object_kind -> Text,
        object_id -> Uuid,
        /// What changed. Ids and facts of the programme, never names or addresses of people.
        data -> Jsonb,
    }
}

diesel::table! {
    /// The journal sealed batch by batch: of each organisation one chain, in which every seal holds the digest of the one before.
    journal_seals (chain, number) {
        /// Whose entries: an organisation, or 00000000-0000-0000-0000-000000000000 for the entries without one.
        chain -> Uuid,
        number -> Int8,
        entries -> Int4,
        /// How many entries of the chain are sealed with this one.
        total -> Int8,
        /// What was sealed, in the order of the journal: of each entry its id (16 bytes) and its SHA-256 (32 bytes).
        members -> Bytea,
        /// The digest of the seal before; zeros in the first.
        previous -> Bytea,
        digest -> Bytea,
        /// With last_entry: where the next seal begins. In no digest, because numbers of transactions are moved when the database is restored.
        last_transaction -> Int8,
        last_entry -> Uuid,
        sealed_at -> Timestamptz,
    }
}

diesel::table! {
    /// What stands above printed lists and certificates: the office's own, its funders'.
    logos (organisation_id, name) {
        organisation_id -> Uuid,
        /// A slug: eu, land-nrw.
        name -> Text,
        /// What is read aloud instead of the picture.
        description -> Text,
        /// PNG.
        image -> Bytea,
        version -> Int8,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    /// The outbox: one row a mail, written in the transaction of what it tells, delivered afterwards.
    mails (organisation_id, id) {
        organisation_id -> Uuid,
        id -> Uuid,
        kind -> Text,
        language -> Text,
        recipient -> Text,
        recipient_name -> Text,
        /// Whose personal links the mail carries. The links themselves are made when it is sent and are stored nowhere.
        registration_id -> Nullable<Uuid>,
        seminar_id -> Nullable<Uuid>,
        /// The facts as they were when it was written; what the template says of them is decided when it is sent.
        data -> Jsonb,
        /// A name for what is to be said only once, such as one reminder of one session.
        once -> Nullable<Text>,
        state -> Text,
        attempts -> Int4,
        /// When it is tried next. A worker that takes it moves this into the future: that is its lease.
        due_at -> Timestamptz,
        created_at -> Timestamptz,
        sent_at -> Nullable<Timestamptz>,
        last_error -> Nullable<Text>,
    }
}

diesel::table! {
    /// Who acts for an organisation, and as what.
    members (organisation_id, account_id) {
        organisation_id -> Uuid,
        account_id -> Uuid,
        role -> Text,
        version -> Int8,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    /// Who wanted two seminars to be one event, and when: proposed, consented, undone. Kept as history.
    merges (id) {
        id -> Uuid,
        seminar_organisation_id -> Uuid,
        seminar_id -> Uuid,
        into_organisation_id -> Uuid,
        into_id -> Uuid,
        seminar_consented_at -> Nullable<Timestamptz>,
        seminar_consented_by -> Nullable<Uuid>,
        into_consented_at -> Nullable<Timestamptz>,
        into_consented_by -> Nullable<Uuid>,
        merged_at -> Nullable<Timestamptz>,
        /// When it was taken back: a proposal or a merge. An open row has none.
        undone_at -> Nullable<Timestamptz>,
        undone_by -> Nullable<Uuid>,
    }
}

diesel::table! {
    /// That an organisation publishes its completed years as open data, and in whose name. No row: nothing is published.
    open_data_settings (organisation_id) {
        organisation_id -> Uuid,
        /// Who delivers to GovData: a URI of dcat-ap.de/def/contributors.
        contributor_id -> Text,
        /// The path below dcat-ap.de/def/licenses.
        licence -> Text,
        publisher_name -> Nullable<Text>,
        contact_name -> Text,
        contact_email -> Nullable<Text>,
        contact_url -> Nullable<Text>,
        keywords -> Array<Nullable<Text>>,
        /// A URI of dcat-ap.de/def/politicalGeocoding.
        political_geocoding -> Nullable<Text>,
        landing_page -> Nullable<Text>,
        first_year -> Int4,
        version -> Int8,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    /// Tenants, and everyone who takes part in a seminar as a party.
    organisations (id) {
        id -> Uuid,
        slug -> Text,
        name -> Text,
        /// Other spellings: AGIT mbH, IHK.
        also_known_as -> Array<Nullable<Text>>,
        homepage -> Nullable<Text>,
        version -> Int8,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    /// Who takes part in offering a seminar: an organisation, or a name where it is none of ours.
    parties (organisation_id, seminar_id, position) {
        organisation_id -> Uuid,
        seminar_id -> Uuid,
        position -> Int4,
        role -> Text,
        party_organisation_id -> Nullable<Uuid>,
        name -> Nullable<Text>,
    }
}

diesel::table! {
    /// The rows of a programme: their cells, what was decided about them, and what that comes to.
    programme_import_rows (organisation_id, import_id, row) {
        organisation_id -> Uuid,
        import_id -> Uuid,
        /// In the spreadsheet, from 1.
        row -> Int4,
        line -> Int4,
        state -> Text,
        /// Cells by what they hold, without those that may name persons, and what only the file showed.
        raw -> Jsonb,
        decisions -> Jsonb,
        understood -> Jsonb,
        doubts -> Jsonb,
        external_id -> Nullable<Text>,
    }
}

diesel::table! {
    /// Programmes that came as a spreadsheet. The file itself is not kept, only the cells that were read.
    programme_imports (organisation_id, id) {
        organisation_id -> Uuid,
        id -> Uuid,
        state -> Text,
        encoding -> Text,
        delimiter -> Text,
        heading_row -> Int4,
        layout -> Jsonb,
        left_out -> Jsonb,
        settings -> Jsonb,
        sha256 -> Bytea,
        /// Digest of how the caller wanted it read. The same file read otherwise is read anew.
        read_as -> Bytea,
        file_name -> Nullable<Text>,
        uploaded_by -> Nullable<Uuid>,
        uploaded_at -> Timestamptz,
        confirmed_by -> Nullable<Uuid>,
        confirmed_at -> Nullable<Timestamptz>,
        version -> Int8,
    }
}

diesel::table! {
    /// What another system said last of a seminar that it keeps here under its own id.
    pushes (organisation_id, system, external_id) {
        organisation_id -> Uuid,
        system -> Text,
        external_id -> Text,
        seminar_id -> Uuid,
        /// The members as they were sent: what is sent again unchanged is no wish to change anything.
        sent -> Jsonb,
        /// The members as they stood here after that: what stands otherwise now was decided here since.
        decided -> Jsonb,
        at -> Timestamptz,
    }
}

diesel::table! {
    /// Opaque refresh tokens, hashed. Rotated on use; one used twice revokes its family.
    refresh_tokens (token_hash) {
        token_hash -> Bytea,
        family_id -> Uuid,
        account_id -> Uuid,
        issued_at -> Timestamptz,
        expires_at -> Timestamptz,
        used_at -> Nullable<Timestamptz>,
        revoked_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// One person's claim on one seminar through one channel. Whether the person came is not a state of it.
    registrations (organisation_id, id) {
        organisation_id -> Uuid,
        id -> Uuid,
        seminar_id -> Uuid,
        channel -> Text,
        state -> Text,
        /// What it takes of the channel's capacity: its persons, or 1 where companies are counted.
        seats -> Int4,
        /// Drawn when the person joined the waiting list; the lower one is served first.
        waiting_ticket -> Nullable<Int8>,
        confirm_by -> Nullable<Timestamptz>,
        offered_until -> Nullable<Timestamptz>,
        given_name -> Text,
        family_name -> Text,
        email -> Text,
        email_key -> Text,
        company -> Nullable<Text>,
        phone -> Nullable<Text>,
        language -> Text,
        search_text -> Text,
        /// The member who entered it; NULL: the person, on the public page.
        entered_by -> Nullable<Uuid>,
        cancelled_at -> Nullable<Timestamptz>,
        cancelled_by -> Nullable<Text>,
        cancel_reason -> Nullable<Text>,
        version -> Int8,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        /// The contact and everybody it brings.
        persons -> Int4,
        /// Who comes along by name, in order: {given_name, family_name}. Who comes without one is in persons only.
        companions -> Jsonb,
        /// By question; sensitive ones are in sensitive_answers.
        answers -> Jsonb,
        email_confirmed_at -> Nullable<Timestamptz>,
        /// Since when free seats are saved up for this waiting group; others pass it when that has taken too long.
        held_up_since -> Nullable<Timestamptz>,
        /// When the person said that the new date suits them.
        kept_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// Which session's registrants were reminded, of which start.
    reminders (organisation_id, session_id, kind, starts_at) {
        organisation_id -> Uuid,
        session_id -> Uuid,
        kind -> Text,
        starts_at -> Timestamptz,
        at -> Timestamptz,
    }
}

diesel::table! {
    /// Reports as they were told: question, rule, figures and seminars, sealed with a digest. Append-only.
    report_snapshots (organisation_id, id) {
        organisation_id -> Uuid,
        id -> Uuid,
        sealed_at -> Timestamptz,
        period_from -> Date,
        period_to -> Date,
        rule_name -> Text,
        rule_version -> Int4,
        /// The paper, meeting and agenda item it was made for, in the members of OParl.
        deliberation -> Nullable<Jsonb>,
        /// The whole content in its canonical form (RFC 8785). The columns beside it repeat what lists show.
        sealed -> Text,
        /// SHA-256 of sealed.
        sha256 -> Bytea,
    }
}

diesel::table! {
    /// What reviewers think of an application: one row per reviewer.
    reviews (organisation_id, registration_id, account_id) {
        organisation_id -> Uuid,
        registration_id -> Uuid,
        account_id -> Uuid,
        score -> Nullable<Int4>,
        note -> Nullable<Text>,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    /// Every change of plan of a published seminar: a fact with reason and history, not a state.
    schedule_changes (organisation_id, id) {
        organisation_id -> Uuid,
        id -> Uuid,
        seminar_id -> Uuid,
        kind -> Text,
        reason_code -> Text,
        public_text -> Nullable<Text>,
        before -> Jsonb,
        after -> Jsonb,
        /// The first day it was planned for before the change; reports count the change there.
        before_on -> Nullable<Date>,
        at -> Timestamptz,
        account_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    /// Which seminar belongs to which collections.
    seminar_collections (organisation_id, seminar_id, collection_id) {
        organisation_id -> Uuid,
        seminar_id -> Uuid,
        collection_id -> Uuid,
    }
}

diesel::table! {
    /// The announced offers. What happened to a date is in schedule_changes.
    seminars (organisation_id, id) {
        organisation_id -> Uuid,
        id -> Uuid,
        title -> Text,
        kind -> Text,
        language -> Text,
        description -> Nullable<Text>,
        audience -> Text,
        status -> Text,
        /// Start of the first session, else of the span, else the day it was written down: what lists are ordered by.
        begins_at -> Timestamptz,
        /// The span the source speaks of, where it gives no date and there is no session.
        within_from -> Nullable<Date>,
        within_to -> Nullable<Date>,
        waiting_list -> Bool,
        waiting_list_limit -> Nullable<Int4>,
        registration_opens_at -> Nullable<Timestamptz>,
        registration_closes_at -> Nullable<Timestamptz>,
        /// The day it was announced, or by which it is known to have been.
        published_on -> Nullable<Date>,
        /// SEQUENCE of RFC 5545: rises with every change of plan.
        calendar_sequence -> Int4,
        /// Everything one may search by, folded.
        search_text -> Text,
        source_quote -> Nullable<Text>,
        version -> Int8,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        merged_into_organisation_id -> Nullable<Uuid>,
        /// The seminar that stands for this one in lists and reports: the same event, announced by another organisation or twice.
        merged_into -> Nullable<Uuid>,
    }
}

diesel::table! {
    /// What may tell of health or belief (GDPR, article 9): diet, assistance. Shown to organisers, exported nowhere by itself, deleted on its day.
    sensitive_answers (organisation_id, registration_id, question) {
        organisation_id -> Uuid,
        registration_id -> Uuid,
        question -> Text,
        answer -> Jsonb,
        delete_on -> Date,
    }
}

diesel::table! {
    /// Time blocks of a seminar. While it is postponed they are the dates that no longer hold.
    sessions (organisation_id, seminar_id, id) {
        organisation_id -> Uuid,
        seminar_id -> Uuid,
        id -> Uuid,
        title -> Nullable<Text>,
        /// With precision day: the midnight at which the day begins there.
        starts_at -> Timestamptz,
        ends_at -> Nullable<Timestamptz>,
        date_precision -> Text,
        time_zone -> Text,
        /// The calendar day in the session's own time zone: what periods and months are counted by.
        starts_on -> Date,
        venue_id -> Nullable<Uuid>,
        online_platform -> Nullable<Text>,
        /// For the registrant only; never public.
        join_url -> Nullable<Text>,
    }
}

diesel::table! {
    /// Of which sharings a person was told before registering. Who was not told is not shared.
    sharing_notices (organisation_id, registration_id, sharing_id) {
        organisation_id -> Uuid,
        registration_id -> Uuid,
        sharing_id -> Uuid,
        at -> Timestamptz,
    }
}

diesel::table! {
    /// With which other organisation a seminar shares its registrations, and for what (GDPR, articles 13 and 26). Ended, not deleted.
    sharings (organisation_id, id) {
        organisation_id -> Uuid,
        id -> Uuid,
        seminar_id -> Uuid,
        /// Who may read them.
        recipient_id -> Uuid,
        /// As it is shown to those who register, before they do.
        purpose -> Text,
        begun_at -> Timestamptz,
        /// From then on nothing is disclosed under it.
        ended_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// What a source says of a whole programme without naming the seminars. Set beside what is counted, never added to it.
    stated_totals (organisation_id, id) {
        organisation_id -> Uuid,
        id -> Uuid,
        source -> Text,
        period_from -> Date,
        period_to -> Date,
        figure -> Text,
        /// Only what was held before this day.
        before -> Nullable<Date>,
        value -> Nullable<Int8>,
        qualifier -> Text,
        /// The words of the source.
        stated_as -> Nullable<Text>,
        stated_at -> Timestamptz,
    }
}

diesel::table! {
    /// By which code somebody is let in. The code itself is made anew each time it is shown and is stored nowhere.
    tickets (organisation_id, registration_id) {
        organisation_id -> Uuid,
        registration_id -> Uuid,
        seminar_id -> Uuid,
        /// SHA-256 of the organisation's id and the code.
        code_hash -> Bytea,
    }
}

diesel::table! {
    /// Places, also abroad. A place without a name is a locality.
    venues (organisation_id, id) {
        organisation_id -> Uuid,
        id -> Uuid,
        name -> Nullable<Text>,
        street -> Nullable<Text>,
        postal_code -> Nullable<Text>,
        locality -> Text,
        country -> Text,
        also_known_as -> Array<Nullable<Text>>,
        /// Name and locality folded: Digital Church and DIGITAL Church in Aachen are one.
        name_key -> Text,
        version -> Int8,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    /// One event on its way to one webhook, repeated under one id until it is taken or given up. Ids and facts of the programme, nothing about a person.
    webhook_deliveries (organisation_id, id) {
        organisation_id -> Uuid,
        webhook_id -> Uuid,
        id -> Uuid,
        /// Its place among the deliveries of its webhook.
        number -> Int8,
        event -> Text,
        /// What it is about: of one subject the next is tried when the one before is done.
        subject -> Uuid,
        happened_at -> Timestamptz,
        data -> Jsonb,
        state -> Text,
        attempts -> Int4,
        due_at -> Timestamptz,
        attempted_at -> Nullable<Timestamptz>,
        /// What became of the last attempt, in a word; of the answer nothing is kept but its status.
        outcome -> Nullable<Text>,
        status -> Nullable<Int4>,
        delivered_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    /// Where an organisation wants to be told what happened. Its secret is derived from its id and generation and stands nowhere.
    webhooks (organisation_id, id) {
        organisation_id -> Uuid,
        id -> Uuid,
        url -> Text,
        /// The types of events it is told of; none: all.
        events -> Array<Nullable<Text>>,
        description -> Nullable<Text>,
        disabled_at -> Nullable<Timestamptz>,
        disabled_reason -> Nullable<Text>,
        /// The first failure since it last took a delivery.
        failing_since -> Nullable<Timestamptz>,
        /// Goes up with each rotation of the secret.
        generation -> Int4,
        /// The oldest generation that still signs beside the present one, until former_until.
        first_generation -> Int4,
        former_until -> Nullable<Timestamptz>,
        /// How many deliveries were written for it.
        last_number -> Int8,
        /// With position_entry: how far it has read the change feed.
        position_transaction -> Int8,
        position_entry -> Uuid,
        /// Nobody else delivers to it before: the lease of whoever has the turn, and a rest where nobody answered.
        held_until -> Timestamptz,
        /// Who has the turn to deliver to it.
        turn -> Nullable<Uuid>,
        version -> Int8,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::joinable!(api_clients -> organisations (organisation_id));
diesel::joinable!(collections -> organisations (organisation_id));
diesel::joinable!(counting_rules -> organisations (organisation_id));
diesel::joinable!(disclosures -> organisations (recipient_id));
diesel::joinable!(headcounts -> accounts (recorded_by));
diesel::joinable!(logos -> organisations (organisation_id));
diesel::joinable!(members -> accounts (account_id));
diesel::joinable!(members -> organisations (organisation_id));
diesel::joinable!(open_data_settings -> organisations (organisation_id));
diesel::joinable!(parties -> organisations (party_organisation_id));
diesel::joinable!(programme_imports -> organisations (organisation_id));
diesel::joinable!(refresh_tokens -> accounts (account_id));
diesel::joinable!(registrations -> accounts (entered_by));
diesel::joinable!(report_snapshots -> organisations (organisation_id));
diesel::joinable!(reviews -> accounts (account_id));
diesel::joinable!(seminars -> organisations (organisation_id));
diesel::joinable!(sharings -> organisations (recipient_id));
diesel::joinable!(stated_totals -> organisations (organisation_id));
diesel::joinable!(venues -> organisations (organisation_id));
diesel::joinable!(webhooks -> organisations (organisation_id));

diesel::allow_tables_to_appear_in_same_query!(
    accounts,
    admissions,
    api_client_secrets,
    api_clients,
    attendance_imports,
    attendance_rules,
    channels,
    check_ins,
    collections,
    consents,
    counting_rules,
    disclosures,
    external_refs,
    feed_identity,
    headcounts,
    idempotency_keys,
    import_participants,
    joins,
    journal,
    journal_seals,
    logos,
    mails,
    members,
    merges,
    open_data_settings,
    organisations,
    parties,
    programme_import_rows,
    programme_imports,
    pushes,
    refresh_tokens,
    registrations,
    reminders,
    report_snapshots,
    reviews,
    schedule_changes,
    seminar_collections,
    seminars,
    sensitive_answers,
    sessions,
    sharing_notices,
    sharings,
    stated_totals,
    tickets,
    venues,
    webhook_deliveries,
    webhooks,
);
