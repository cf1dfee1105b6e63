//! Counting rules: built in, and an organisation's own.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::reached;
use crate::auth::{Organiser, Reporter, own_organisation};
use crate::base::body::Body;
use crate::base::clock::Clock;
use crate::base::db::Db;
use crate::base::etag::{self, Privacy};
use crate::base::idempotency::{Created, Idempotency};
use crate::base::page::{Page, Paging, list};
use crate::base::problem::{Code, Error, Result};
use crate::base::query::Query;
use crate::base::text::{Line, Paragraphs, Slug};
use crate::reports::model::{CountingRule, CountingTerms};
use crate::reports::rules::{RuleName, built_ins};
use crate::reports::service::{NewCountingRule, find_rule, write_rule};
use crate::reports::store;

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"organisation": "staedteregion-aachen", "id": "vorlage-2021-0047",
    "note": "So zählt die Vorlage 2021/0047: 19 Veranstaltungen.",
    "terms": {"internal": false, "undated": false, "onsite_only_before": "2020-03-16"}}))]
pub struct CountingRuleBody {
    /// Whose it is: id or slug.
    pub organisation: Line<60>,
    /// Its name, by which it is asked for: 2 to 60 of a-z, 0-9 and hyphens. Where the organisation has a rule of this
    /// name, this is its next version.
    pub id: Slug,
    /// What the rule is for; printed with every report made by it.
    #[serde(default)]
    pub note: Option<Paragraphs<2000>>,
    pub terms: CountingTerms,
}

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct RuleFilter {
    /// Only this organisation's, beside the built-in ones: id or slug.
    #[param(max_length = 60, nullable = false)]
    pub organisation: Option<String>,
    /// Entries a page, 1 to 100.
    #[param(minimum = 1, maximum = 100, default = 25)]
    pub limit: Option<i64>,
    /// `next_cursor` of the page before.
    #[param(max_length = 2000)]
    pub cursor: Option<String>,
}

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct WhoseRule {
    /// The organisation whose rule is meant: id or slug. Without it: any that the caller reports for.
    #[param(max_length = 60, nullable = false)]
    pub organisation: Option<String>,
}

/// Where a rule stands in the list: built-in ones first, by name; then those of organisations.
#[derive(Serialize, Deserialize)]
enum At {
    BuiltIn(String),
    Own(store::Place),
}

fn place(rule: &CountingRule) -> At {
    match &rule.organisation {
        None => At::BuiltIn(rule.id.clone()),
        Some(organisation) => At::Own((rule.id.clone(), organisation.id, rule.version)),
    }
}

/// All counting rules.
///
/// Reporters, of the organisations they report for. The built-in ones first, then those of the organisations, every version,
/// the newest first.
#[utoipa::path(tag = "counting-rules", params(RuleFilter), security(("member" = [])), responses(
    (status = 200, body = Page<CountingRule>, description = "A page of rules"),
    (status = 404, description = "`not-found`: no such organisation, or not the caller's")))]
#[get("/counting-rules")]
pub async fn list_counting_rules(
    request: HttpRequest,
    who: Reporter,
    filter: Query<RuleFilter>,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let Query(filter) = filter;
    let paging = Paging {
        limit: filter.limit,
        cursor: filter.cursor,
    };
    let (limit, after) = (paging.limit()?, paging.after::<At>()?);
    let reach = who.reach();
    let rules = db
        .read(move |conn| {
            let of = reached(conn, &reach, filter.organisation.as_deref())?;
            let (mut rules, own) = match &after {
                None => (built_ins(), None),
                Some(At::BuiltIn(name)) => {
                    let behind = built_ins().into_iter().filter(|rule| rule.id > *name);
                    (behind.collect::<Vec<_>>(), None)
                }
                Some(At::Own(place)) => (Vec::new(), Some(place)),
            };
            rules.sort_by(|one, other| one.id.cmp(&other.id));
            // One more than the page: there is a next one.
            let many = limit + 1 - i64::try_from(rules.len()).map_err(Error::internal)?;
            if many > 0 {
                rules.extend(store::rule_versions(conn, &of, own, many)?);
            }
            Ok(rules)
        })
        .await?;
    let page = Page::cut(rules, limit, place, |rule| rule)?;
    Ok(list(&request, Privacy::Personal, &page))
}

/// Write a counting rule.
///
/// Organisers of the organisation. A rule that is there gets a new version; the versions before stay as they are, and
/// reports made by them can be made again by `name@version`. The text is made of the terms and kept with the version. An
/// organisation has at most 50 rules, each in at most 200 versions: every report tells what each of them would say.
#[utoipa::path(tag = "counting-rules", request_body = CountingRuleBody, security(("member" = [])), responses(
    (status = 201, body = CountingRule, description = "The rule in its new version")))]
#[post("/counting-rules")]
pub async fn create_counting_rule(
    who: Organiser,
    idempotency: Idempotency,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
    body: Body<CountingRuleBody>,
) -> Result<HttpResponse> {
    let act = who.act(&clock);
    let (reach, owner) = (who.reach(), who.owner());
    let created = db
        .write(move |conn| {
            idempotency.once(conn, act.now, &owner, &body.digest, |conn| {
                let CountingRuleBody {
                    organisation,
                    id,
                    note,
                    terms,
                } = body.value.clone();
                let of = own_organisation(conn, &reach, organisation.as_str())?;
                let new = NewCountingRule { name: id, note, terms };
                let rule = write_rule(conn, &act, &of, new)?;
                let location = format!("/api/v1/counting-rules/{}?organisation={}", rule.full_name(), of.slug);
                Created::new(location, Some(rule.version.into()), &rule)
            })
        })
        .await?;
    Ok(created.response())
}

/// One counting rule.
///
/// Reporters: a built-in rule, or one of the organisations they report for. `name` is its newest version, `name@2` the second;
/// a version never changes. Where several organisations have a rule of this name, `organisation` must say whose is meant.
#[utoipa::path(tag = "counting-rules", params(("rule" = String, Path, description = "Name, or name and version: `public@1`", max_length = 80), WhoseRule),
    security(("member" = [])), responses((status = 200, body = CountingRule, description = "The rule")))]
#[get("/counting-rules/{rule}")]
pub async fn get_counting_rule(
    request: HttpRequest,
    who: Reporter,
    path: web::Path<String>,
    whose: Query<WhoseRule>,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let asked = path.parse::<RuleName>().map_err(|_| Code::NotFound)?;
    let reach = who.reach();
    let rule = db
        .read(move |conn| {
            let of = reached(conn, &reach, whose.0.organisation.as_deref())?;
            find_rule(conn, &of, &asked)?.ok_or(Code::NotFound.into())
        })
        .await?;
    etag::single(&request, rule.version.into(), Privacy::Personal, &rule)
}
