//! Read, then decide; and for what is kept: read → decide → write → record.

mod activity;
mod counting_rules;
mod open_data;
mod snapshots;
mod stated_totals;
mod statistics;

pub use activity::{activity, material};
pub use counting_rules::{NewCountingRule, find_rule, write_rule};
pub use open_data::{NewOpenData, delete_open_data, edition_named, editions, publication_named, put_open_data};
pub use snapshots::{NewSnapshot, Opened, open_snapshot, seal_report};
pub use stated_totals::{NewStatedTotal, state_total, withdraw_total};
pub use statistics::statistic;
