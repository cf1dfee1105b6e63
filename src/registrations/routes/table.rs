//! Registrations as a table for a German Excel.

use actix_web::{HttpResponse, get, web};
use chrono_tz::Europe::Berlin;
use serde_json::Value;

use crate::auth::Organiser;
use crate::base::csv::{Dialect, Piece};
use crate::base::db::Db;
use crate::base::etag::{self, Privacy};
use crate::base::problem::Result;
use crate::registrations::model::Registration;
use crate::registrations::store::{self, Filter};
use crate::seminars::{self, Question, SeminarId};

/// More registrations than any seminar has had.
const MOST_ROWS: i64 = 50_000;

/// Everybody who is registered, as a table.
///
/// Organisers of the organisation. CSV for a German Excel: UTF-8 with a byte order mark, parted by semicolons, lines ended
/// by CRLF, with a column for each question that is not sensitive. A cell that a spreadsheet would take for a formula
/// begins with an apostrophe.
#[utoipa::path(tag = "registrations", params(("seminar" = SeminarId, Path)), security(("member" = [])), responses(
    (status = 200, body = String, content_type = "text/csv", description = "All registrations in the order they came")))]
#[get("/seminars/{seminar}/registrations.csv")]
pub async fn export_registrations(
    who: Organiser,
    path: web::Path<SeminarId>,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let reach = who.reach();
    let table = db
        .read(move |conn| {
            let seminar = seminars::reached(conn, &reach, *path)?;
            let of = (seminar.organisation_id, seminar.id);
            let questions = seminars::admission(conn, of)?.questions.0;
            let rows = store::list(conn, of, &Filter::default(), None, MOST_ROWS)?;
            table(&questions, &rows)
        })
        .await?;
    let mut response = HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header(("Content-Disposition", "attachment; filename=\"anmeldungen.csv\""))
        .body(table);
    etag::headers(&mut response, None, Privacy::Personal);
    Ok(response)
}

const HEAD: [&str; 13] = [
    "Nachname",
    "Vorname",
    "E-Mail",
    "Firma",
    "Telefon",
    "Kanal",
    "Status",
    "Personen",
    "Begleitung",
    "Sprache",
    "Angemeldet am",
    "Neuer Termin passt",
    "Nummer",
];

/// UTF-8 with a byte order mark, `;` between cells, CRLF between lines. Sensitive answers are not in it: a file outlives
/// the day on which they are deleted.
fn table(questions: &[Question], rows: &[Registration]) -> Result<Vec<u8>> {
    let asked = || questions.iter().filter(|question| !question.sensitive);
    let mut piece = Piece::first(Dialect::Excel);
    let head = HEAD.iter().map(|name| (*name).to_owned());
    piece.line(head.chain(asked().map(|question| question.label.in_language("de").replace('\n', " "))))?;
    for row in rows {
        let companions = row
            .companions
            .0
            .iter()
            .map(|one| format!("{} {}", one.given_name, one.family_name));
        let time = |at: chrono::DateTime<chrono::Utc>| at.with_timezone(&Berlin).format("%d.%m.%Y %H:%M").to_string();
        let own = [
            row.family_name.clone(),
            row.given_name.clone(),
            row.email.clone(),
            row.company.clone().unwrap_or_default(),
            row.phone.clone().unwrap_or_default(),
            row.channel.to_string(),
            row.state.to_string(),
            row.persons.to_string(),
            companions.collect::<Vec<_>>().join(", "),
            row.language.clone(),
            time(row.created_at),
            row.kept_at.map(time).unwrap_or_default(),
            row.id.to_string(),
        ];
        let answers = asked().map(|question| row.answers.get(question.id.as_str()).map(in_words).unwrap_or_default());
        piece.line(own.into_iter().chain(answers))?;
    }
    piece.bytes()
}

fn in_words(answer: &Value) -> String {
    match answer {
        Value::Bool(true) => "ja".to_owned(),
        Value::Bool(false) => "nein".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(all) => all.iter().map(in_words).collect::<Vec<_>>().join(", "),
        // Decimal comma, as the rest of the sheet.
        Value::Number(number) => number.to_string().replace('.', ","),
        _ => String::new(),
    }
}
