//! Walk-ins take what is left, counted in the seminar's own unit.

use serde_json::json;

use super::check_ins::{at_the_door, scan};
use crate::support::{TestApp, draft_with, person};

#[test]
fn where_companies_are_counted_a_walk_in_is_one_however_many_come() {
    let app = TestApp::spawn();
    let seminar = app.published(&draft_with(3, json!({"capacity_unit": "companies"})));
    let mut body = person("anna");
    body["company"] = json!("Printenfabrik");
    let path = format!("/seminars/{seminar}/registrations");
    app.anonymous().post(&path, &body).expect(201);
    let desk = at_the_door(&app);
    let three = json!({"walk_in": {"family_name": "Yıldız", "company": "Nadelwerk"}, "persons": 3});
    scan(&desk, &seminar, 1, three.clone()).expect(201);
    scan(&desk, &seminar, 2, three.clone()).expect(201);
    scan(&desk, &seminar, 3, three).problem(409, "seminar-full");
}
