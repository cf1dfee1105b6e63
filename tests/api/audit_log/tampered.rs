//! Whoever can write the database changes the journal, and it is told what was changed.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Uuid as SqlUuid};
use einlass::audit::{Chain, Fault, Head, Place, verify};
use einlass::auth::OrganisationId;
use uuid::Uuid;

use crate::support::TestApp;

/// How many are tried; `TAMPERINGS=1000` tries more.
const TAMPERINGS: u64 = 200;

/// Numbers that look like chance and are the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % n
    }
}

#[derive(Clone, Debug, QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    chain: Uuid,
    #[diesel(sql_type = BigInt)]
    transaction: i64,
}

const ROWS: &str = "SELECT id, coalesce(organisation_id, '00000000-0000-0000-0000-000000000000') AS chain, transaction
    FROM journal ORDER BY chain, transaction, id";

/// A journal of several hundred entries in three chains, sealed in several batches.
fn journal(app: &TestApp) -> Vec<Head> {
    let (organiser, foreign) = (app.organiser(), app.foreign_organiser());
    for round in 0..6 {
        for _ in 0..4 {
            let seminar = app.seminar(5);
            app.register(&seminar, "anna");
            let path = format!("/seminars/{seminar}");
            let title = serde_json::json!({"title": format!("Runde {round}")});
            organiser.patch(&path, &app.etag(&path), &title).expect(200);
            let venue = serde_json::json!({"organisation": "ihk-aachen", "name": format!("Ort {seminar}"), "locality": "Aachen"});
            foreign.post("/venues", &venue).expect(201);
        }
        app.seal();
    }
    let now = app.clock.now();
    let heads = app.site.db.run(true, |conn| einlass::audit::heads(conn, now)).unwrap();
    assert_eq!(heads.heads.len(), 3, "two organisations, and nobody");
    assert!(heads.heads.iter().filter(|head| head.number == 6).count() == 2);
    heads.heads
}

/// What is expected to be found; a kind where it cannot be said which entry stands out of order.
enum Expected {
    Is(Fault),
    OutOfOrder,
}

struct Tampering<'a> {
    conn: &'a mut PgConnection,
    rows: &'a [Row],
    heads: &'a [Head],
    dice: &'a mut Dice,
}

impl Tampering<'_> {
    fn sql(&mut self, sql: &str) {
        self.conn.batch_execute(sql).unwrap();
    }

    fn row(&mut self) -> Row {
        self.rows[self.dice.below(self.rows.len())].clone()
    }

    /// A head, its chain and a seal of it.
    fn seal(&mut self) -> (Head, Uuid, i64) {
        let head = self.heads[self.dice.below(self.heads.len())].clone();
        let number = 1 + i64::try_from(self.dice.below(usize::try_from(head.number).unwrap())).unwrap();
        (head.clone(), head.chain().key(), number)
    }

    /// One change by chance: in which chain it is, what it is, and whether it takes a head to see it.
    fn one(&mut self) -> (Uuid, Expected, bool) {
        match self.dice.below(8) {
            0 | 1 => self.edit(),
            2 => {
                let row = self.row();
                self.sql(&format!("DELETE FROM journal WHERE id = '{}'", row.id));
                (row.chain, Expected::Is(Fault::Deleted(row.id)), false)
            }
            3 => self.reorder(),
            4 => self.insert(),
            5 => self.truncate(),
            6 => {
                let (head, chain, number) = self.seal();
                self.sql(&format!(
                    "DELETE FROM journal_seals WHERE chain = '{chain}' AND number = {number}"
                ));
                let ends = number - 1;
                // Without its last seal a chain is a shorter one.
                if number == head.number {
                    return (chain, Expected::Is(Fault::Truncated { ends }), true);
                }
                (chain, Expected::Is(Fault::SealMissing), false)
            }
            _ => {
                let (_, chain, number) = self.seal();
                let change = [
                    "sealed_at = sealed_at + interval '1 microsecond'",
                    "digest = sha256(digest)",
                    "previous = sha256(previous)",
                    "members = set_byte(members, 20, (get_byte(members, 20) + 1) % 256)",
                    "last_transaction = last_transaction + 1",
                    "last_entry = gen_random_uuid()",
                    "total = total + 1",
                ][self.dice.below(7)];
                self.sql(&format!(
                    "UPDATE journal_seals SET {change} WHERE chain = '{chain}' AND number = {number}"
                ));
                (chain, Expected::Is(Fault::SealEdited), false)
            }
        }
    }

    fn edit(&mut self) -> (Uuid, Expected, bool) {
        let row = self.row();
        let change = [
            "data = data || '{\"status\": \"nothing\"}'",
            "at = at - interval '1 microsecond'",
            "action = 'seminar.nothing'",
            "actor_kind = CASE actor_kind WHEN 'account' THEN 'api_client' ELSE 'account' END",
            "actor_id = gen_random_uuid()",
            "object_id = gen_random_uuid()",
            "object_kind = 'nothing'",
            "organisation_id = gen_random_uuid()",
        ][self.dice.below(8)];
        self.sql(&format!("UPDATE journal SET {change} WHERE id = '{}'", row.id));
        (row.chain, Expected::Is(Fault::Edited(row.id)), false)
    }

    /// Two of one chain change places.
    fn reorder(&mut self) -> (Uuid, Expected, bool) {
        loop {
            let (one, other) = (self.row(), self.row());
            if one.chain == other.chain && one.transaction != other.transaction {
                self.sql(&format!(
                    "UPDATE journal SET transaction = CASE id WHEN '{}' THEN {} ELSE {} END WHERE id IN ('{}', '{}')",
                    one.id, other.transaction, one.transaction, one.id, other.id
                ));
                return (one.chain, Expected::OutOfOrder, false);
            }
        }
    }

    /// One more, as if it had been there when the others were sealed.
    fn insert(&mut self) -> (Uuid, Expected, bool) {
        loop {
            let row = self.row();
            let last = self.rows.iter().rfind(|one| one.chain == row.chain).unwrap();
            if row.transaction < last.transaction {
                let id = Uuid::new_v4();
                self.sql(&format!(
                    "INSERT INTO journal (id, organisation_id, at, transaction, actor_kind, action, object_kind, object_id, data)
                     SELECT '{id}', organisation_id, at, transaction, actor_kind, action, object_kind, object_id, data
                     FROM journal WHERE id = '{}'",
                    row.id
                ));
                return (row.chain, Expected::Is(Fault::Inserted(id)), false);
            }
        }
    }

    /// A chain is cut off, entries and seals.
    fn truncate(&mut self) -> (Uuid, Expected, bool) {
        let (_, chain, number) = self.seal();
        let ends = number - 1;
        self.sql(&format!(
            "DELETE FROM journal WHERE coalesce(organisation_id, '00000000-0000-0000-0000-000000000000') = '{chain}'
                 AND NOT EXISTS (SELECT FROM journal_seals AS last WHERE last.chain = '{chain}' AND last.number = {ends}
                     AND (journal.transaction, journal.id) <= (last.last_transaction, last.last_entry));
             DELETE FROM journal_seals WHERE chain = '{chain}' AND number > {ends}"
        ));
        (chain, Expected::Is(Fault::Truncated { ends }), true)
    }
}

#[test]
fn whatever_is_changed_is_told() {
    let app = TestApp::spawn();
    let heads = journal(&app);
    let conn = &mut app.database.connect();
    let rows = diesel::sql_query(ROWS).load::<Row>(conn).unwrap();
    let whole = verify(conn, None, &heads).unwrap();
    assert_eq!(whole.faults, [], "the control: nothing was changed");
    assert_eq!(usize::try_from(whole.entries).unwrap(), rows.len());
    assert_eq!(whole.not_sealed, 0);

    let many = std::env::var("TAMPERINGS").map_or(TAMPERINGS, |text| text.parse().unwrap());
    let mut told = std::collections::BTreeMap::<&str, u64>::new();
    for n in 0..many {
        conn.batch_execute("BEGIN").unwrap();
        let mut tampering = Tampering {
            conn: &mut *conn,
            rows: &rows,
            heads: &heads,
            dice: &mut Dice(n),
        };
        let (chain, expected, by_head) = tampering.one();
        let found = verify(conn, None, &heads).unwrap().faults;
        let without_heads = verify(conn, None, &[]).unwrap().faults;
        conn.batch_execute("ROLLBACK").unwrap();
        let of_chain = found
            .iter()
            .filter(|place| place.chain.key() == chain)
            .collect::<Vec<_>>();
        let [Place { fault, .. }] = of_chain.as_slice() else {
            panic!("{n}: not detected: {found:?}");
        };
        let right = match &expected {
            Expected::Is(expected) => expected == fault,
            Expected::OutOfOrder => matches!(fault, Fault::Reordered { .. }),
        };
        assert!(right, "{n}: {fault:?}");
        assert_eq!(
            without_heads.is_empty(),
            by_head,
            "{n}: what only a head shows: {fault:?}"
        );
        let kind = match fault {
            Fault::Edited(_) => "edited",
            Fault::Deleted(_) => "deleted",
            Fault::Inserted(_) => "inserted",
            Fault::Reordered { .. } => "reordered",
            Fault::Truncated { .. } => "truncated",
            Fault::SealMissing => "seal missing",
            Fault::SealEdited => "seal edited",
            Fault::Rewritten => "rewritten",
        };
        *told.entry(kind).or_default() += 1;
    }
    println!("{many} tamperings, all detected: {told:?}");
    assert!(told.len() == 7, "each kind was tried: {told:?}");
    assert_eq!(verify(conn, None, &heads).unwrap(), whole, "and nothing of it is left");
}

/// Numbers of transactions are moved when a database is restored; their order is sealed and not they.
#[test]
fn other_numbers_in_the_same_order_are_no_change() {
    let app = TestApp::spawn();
    let heads = journal(&app);
    let conn = &mut app.database.connect();
    conn.batch_execute(
        "UPDATE journal SET transaction = transaction - 5000000; UPDATE journal_seals SET last_transaction = last_transaction - 5000000",
    )
    .unwrap();
    assert_eq!(verify(conn, None, &heads).unwrap().faults, []);
    // One alone is no longer where the seal says.
    conn.batch_execute("UPDATE journal SET transaction = transaction + 1")
        .unwrap();
    assert_eq!(verify(conn, None, &heads).unwrap().faults.len(), 3);
}

/// Whoever knows how seals are made can make all of them again; who keeps a head elsewhere sees it.
#[test]
fn a_chain_that_was_written_anew_as_a_whole_is_seen_by_its_head() {
    let app = TestApp::spawn();
    let heads = journal(&app);
    let conn = &mut app.database.connect();
    let of = heads.iter().find_map(|head| head.organisation).unwrap();
    conn.batch_execute(&format!(
        "UPDATE journal SET data = '{{\"nothing\": true}}'
         WHERE id = (SELECT id FROM journal WHERE organisation_id = '{of}' ORDER BY transaction, id LIMIT 1);
         DELETE FROM journal_seals WHERE chain = '{of}'"
    ))
    .unwrap();
    app.seal();
    let anew = verify(conn, None, &[]).unwrap();
    assert_eq!(anew.faults, [], "without a head it is whole");
    let faults = verify(conn, Some(Chain(Some(OrganisationId(of.0)))), &heads)
        .unwrap()
        .faults;
    // All of it is one batch now, where there were six.
    assert_eq!(faults[0].fault, Fault::Truncated { ends: 1 });
    let first = Head {
        number: 1,
        ..heads.iter().find(|head| head.organisation == Some(of)).unwrap().clone()
    };
    assert_eq!(verify(conn, None, &[first]).unwrap().faults[0].fault, Fault::Rewritten);
}

#[test]
fn instances_that_seal_at_once_seal_each_entry_once() {
    let app = TestApp::spawn();
    for _ in 0..10 {
        app.seminar(5);
    }
    app.settled();
    let sealed = std::thread::scope(|scope| {
        let instances =
            (0..6).map(|_| scope.spawn(|| einlass::audit::seal(&app.site.db, || app.clock.now(), || false).unwrap()));
        let instances = instances.collect::<Vec<_>>();
        instances.into_iter().map(|one| one.join().unwrap()).sum::<i64>()
    });
    let rest = app.seal();
    let conn = &mut app.database.connect();
    let verified = verify(conn, None, &[]).unwrap();
    assert_eq!((verified.faults.len(), verified.not_sealed), (0, 0));
    assert_eq!(verified.entries, sealed + rest);
}

/// Whether entries, or entries and seals: of a chain that is gone what is left tells.
#[test]
fn a_chain_that_is_gone_is_missed() {
    let app = TestApp::spawn();
    app.seminar(5);
    app.seal();
    let now = app.clock.now();
    let heads = app.site.db.run(true, |conn| einlass::audit::heads(conn, now)).unwrap();
    let heads = heads.heads;
    assert!(heads.len() >= 2);
    let conn = &mut app.database.connect();
    conn.batch_execute("DELETE FROM journal").unwrap();
    let faults = verify(conn, None, &[]).unwrap().faults;
    assert_eq!(faults.len(), heads.len(), "its seals: {faults:?}");
    assert!(faults.iter().all(|place| matches!(place.fault, Fault::Deleted(_))));
    conn.batch_execute("DELETE FROM journal_seals").unwrap();
    assert_eq!(verify(conn, None, &[]).unwrap().faults, []);
    let faults = verify(conn, None, &heads).unwrap().faults;
    assert_eq!(faults.len(), heads.len(), "its head: {faults:?}");
    assert!(faults.iter().all(|place| place.fault == Fault::Truncated { ends: 0 }));
}
