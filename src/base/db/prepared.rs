//! Statements in our own words that a connection prepares once, as it does with those that Diesel words.
//!
//! `diesel::sql_query` has its statement parsed, planned and named to the server each time it is run, which is a round trip
//! more. What is run all the time, and always with the same words, is worth to be remembered.

use std::marker::PhantomData;

use diesel::expression::expression_types::Untyped;
use diesel::pg::{Pg, PgConnection};
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::{Error, QueryResult};
use diesel::serialize::ToSql;
use diesel::sql_types::HasSqlType;

/// `sql` with the parameters `$1`, `$2`, … each once and in this order.
pub fn prepared<'a>(sql: &'static str) -> Prepared<'a> {
    Prepared { sql, binds: Vec::new() }
}

pub struct Prepared<'a> {
    sql: &'static str,
    binds: Vec<Box<dyn QueryFragment<Pg> + Send + 'a>>,
}

struct Bind<T, V> {
    value: V,
    of: PhantomData<fn() -> T>,
}

impl<T, V> QueryFragment<Pg> for Bind<T, V>
where
    Pg: HasSqlType<T>,
    V: ToSql<T, Pg>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_bind_param::<T, V>(&self.value)
    }
}

impl<'a> Prepared<'a> {
    #[must_use]
    pub fn bind<T, V>(mut self, value: V) -> Self
    where
        T: 'a,
        Pg: HasSqlType<T>,
        V: ToSql<T, Pg> + Send + 'a,
    {
        self.binds.push(Box::new(Bind {
            value,
            of: PhantomData::<fn() -> T>,
        }));
        self
    }
}

impl QueryFragment<Pg> for Prepared<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let (mut rest, mut number) = (self.sql, 0_usize);
        for bind in &self.binds {
            number += 1;
            let parameter = format!("${number}");
            let (before, after) = rest
                .split_once(&parameter)
                .filter(|(_, after)| !after.starts_with(|next: char| next.is_ascii_digit()))
                .ok_or_else(|| out_of_order(&parameter))?;
            out.push_sql(before);
            bind.walk_ast(out.reborrow())?;
            rest = after;
        }
        if rest.contains('$') {
            return Err(out_of_order(rest));
        }
        out.push_sql(rest);
        Ok(())
    }
}

fn out_of_order(what: &str) -> Error {
    Error::QueryBuilderError(format!("parameters must stand once and in order: {what}").into())
}

/// Known by its words and the types of its parameters.
impl QueryId for Prepared<'_> {
    type QueryId = ();

    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Query for Prepared<'_> {
    type SqlType = Untyped;
}

impl diesel::RunQueryDsl<PgConnection> for Prepared<'_> {}

#[cfg(test)]
mod tests {
    use diesel::debug_query;
    use diesel::sql_types::{Integer, Text};

    use super::*;

    fn worded(query: &Prepared<'_>) -> Result<String, String> {
        let mut text = String::new();
        let shown = std::fmt::write(&mut text, format_args!("{}", debug_query::<Pg, _>(query)));
        shown.map(|()| text).map_err(|error| error.to_string())
    }

    #[test]
    fn the_words_stay_as_they_are() {
        let mut query = prepared("SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11 FROM x");
        for n in 0..10 {
            query = query.bind::<Integer, _>(n);
        }
        let query = query.bind::<Text, _>("last");
        let text = worded(&query).unwrap();
        assert!(
            text.starts_with("SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11 FROM x -- binds: [0, 1,"),
            "{text}"
        );
        assert!(text.ends_with("\"last\"]"), "{text}");
    }

    #[test]
    fn parameters_out_of_order_are_refused() {
        let with = |sql: &'static str, many: i32| (0..many).fold(prepared(sql), |query, n| query.bind::<Integer, _>(n));
        assert!(worded(&with("SELECT $1, $2", 2)).is_ok());
        for (sql, many) in [
            ("SELECT $2, $1", 2),
            ("SELECT $1, $1", 1),
            ("SELECT $1, $2", 1),
            ("SELECT $1", 2),
            ("SELECT $10", 1),
        ] {
            assert!(worded(&with(sql, many)).is_err(), "{sql}");
        }
    }
}
