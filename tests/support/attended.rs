//! Who was there, put where the door and the reader would have put it, and pictures.

use diesel::prelude::*;
use diesel::sql_types::{Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use einlass::base::ids::fresh;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Answer, TestApp, draft_body};

/// A PNG of one pixel.
pub fn picture() -> Vec<u8> {
    png(1, 1)
}

/// A PNG of this size, all of one colour.
pub fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Grayscale);
    let mut writer = encoder.write_header().unwrap();
    let size = usize::try_from(width * height).unwrap();
    writer.write_image_data(&vec![90; size]).unwrap();
    drop(writer);
    bytes
}

impl TestApp {
    pub fn put_logo(&self, path: &str, description: &str) -> Answer {
        let path = format!("{path}?description={description}");
        let headers = [("Content-Type", "image/png")];
        self.organiser().send("PUT", &path, &headers, Some(&picture()))
    }

    /// The ids of the seminar's sessions, by their start.
    pub fn sessions(&self, seminar: &str) -> Vec<Uuid> {
        use einlass::schema::sessions::dsl;
        let query = dsl::sessions
            .filter(dsl::seminar_id.eq(seminar.parse::<Uuid>().unwrap()))
            .order(dsl::starts_at)
            .select(dsl::id);
        query.load(&mut self.database.connect()).unwrap()
    }

    /// So many came in with this registration.
    pub fn came(&self, seminar: &str, session: Uuid, registration: &str, persons: i32) {
        self.scan(
            seminar,
            session,
            Some(registration.parse().unwrap()),
            persons,
            "scan",
            None,
        );
    }

    /// Somebody came in without one.
    pub fn walked_in(&self, seminar: &str, session: Uuid, given_name: &str, family_name: &str, email: Option<&str>) {
        self.scan(
            seminar,
            session,
            None,
            1,
            "walk_in",
            Some((given_name, family_name, email)),
        );
    }

    fn scan(
        &self,
        seminar: &str,
        session: Uuid,
        registration: Option<Uuid>,
        persons: i32,
        method: &str,
        named: Option<(&str, &str, Option<&str>)>,
    ) {
        let (given, family, email) = named.map_or((None, None, None), |(given, family, email)| {
            (Some(given), Some(family), email)
        });
        diesel::sql_query(
            "INSERT INTO check_ins (organisation_id, id, seminar_id, session_id, scan_id, method, channel, registration_id,
                 persons, given_name, family_name, email, email_key, at, received_at)
             SELECT organisation_id, $1, seminar_id, id, $1, $2, 'onsite', $3, $4, $5, $6, $7, lower($7), starts_at, $8
             FROM sessions WHERE seminar_id = $9 AND id = $10",
        )
        .bind::<SqlUuid, _>(fresh())
        .bind::<Text, _>(method)
        .bind::<Nullable<SqlUuid>, _>(registration)
        .bind::<Integer, _>(persons)
        .bind::<Nullable<Text>, _>(given)
        .bind::<Nullable<Text>, _>(family)
        .bind::<Nullable<Text>, _>(email)
        .bind::<Timestamptz, _>(self.clock.now())
        .bind::<SqlUuid, _>(seminar.parse::<Uuid>().unwrap())
        .bind::<SqlUuid, _>(session)
        .execute(&mut self.database.connect())
        .unwrap();
    }

    /// A seminar of last month to which `name` came: its id, and the registration's.
    pub fn held_with(&self, name: &str) -> (String, String) {
        let seminar = self.past(&json!([{"starts_at": "2026-12-10T18:00", "ends_at": "2026-12-10T20:00"}]));
        let registration = self.registers_late(&seminar, name);
        let session = self.sessions(&seminar)[0];
        self.came(&seminar, session, &registration, 1);
        (seminar, registration)
    }

    /// A published seminar that is over.
    pub fn past(&self, sessions: &Value) -> String {
        let mut body = draft_body(50);
        body["sessions"] = sessions.clone();
        self.published(&body)
    }

    /// The organiser may still enter somebody afterwards.
    pub fn registers_late(&self, seminar: &str, name: &str) -> String {
        let body = super::person(name);
        self.organiser()
            .post(&format!("/seminars/{seminar}/registrations"), &body)
            .id()
    }

    /// So many people registered, by SQL.
    pub fn registered_by_sql(&self, seminar: &str, many: i32) {
        diesel::sql_query(
            "INSERT INTO registrations (organisation_id, id, seminar_id, channel, state, seats, given_name, family_name,
                 email, email_key, language, search_text, version, created_at, updated_at, persons, companions, answers)
             SELECT organisation_id, ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, id, 'onsite', 'confirmed',
                 1, 'Jörg', 'Müller ' || n, 'm' || n || '@example.org', 'm' || n || '@example.org', 'de', 'muller', 1, $1, $1,
                 1, '[]', '{}'
             FROM seminars, generate_series(1, $2) AS n WHERE seminars.id = $3",
        )
        .bind::<Timestamptz, _>(self.clock.now())
        .bind::<Integer, _>(many)
        .bind::<SqlUuid, _>(seminar.parse::<Uuid>().unwrap())
        .execute(&mut self.database.connect())
        .unwrap();
    }
}
