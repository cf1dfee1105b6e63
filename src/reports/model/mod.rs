//! What is read (`facts`) and what is told (`report`).

mod facts;
mod report;

pub use facts::{Change, Collected, Facts, Span, Statement, Taking};
pub use report::{
    ActivityReport, CancelledFigure, ChannelFigures, CollectionFigures, CountedAs, CountingRule, Figure, GroupFigures,
    HeldFigure, MonthFigures, OrganisationFigures, ReportFigures, ReportFormat, ReportPeriod, ReportScope,
    ReportedCount, ReportedParty, ReportedSeminar, RuleId, Sum,
};
