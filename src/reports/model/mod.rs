//! What is read (`facts`), by which rule it is counted (`rule`), what is told (`report`), what is set side by side of it
//! (`statistics`), what is kept of it (`snapshot`), what a source says of the whole (`stated`), and what is published of it
//! (`publication`), in whose name (`open_data`).

mod facts;
mod open_data;
mod publication;
mod report;
mod rule;
mod snapshot;
mod stated;
mod statistics;

pub use facts::{Announcement, Change, Collected, Facts, Span, Statement, Taking};
pub use open_data::{Edition, OpenDataFormat, OpenDataLicence, OpenDataSettings, Publisher};
pub use publication::{
    OpenDataFigure, OpenDataFigures, OpenDataGrouping, OpenDataHead, OpenDataOrganisation, OpenDataSeminar,
    OpenDataSeminars,
};
pub use report::{
    ActivityReport, CancelledFigure, ChannelFigures, CollectionFigures, CountedAs, Figure, Forms, GroupFigures,
    HeldFigure, MonthFigures, OrganisationFigures, ReportFigures, ReportFormat, ReportPeriod, ReportScope,
    ReportedCount, ReportedParty, ReportedPlace, ReportedSeminar, Sum,
};
pub use rule::{CountingRule, CountingTerms, LeftOutBy, LeftOutSeminar, OtherRule, Postponements, SumRule, Whose};
pub use snapshot::{
    ChangeCause, Deliberation, FigureChange, MemberChange, OfficeTexts, ReportSnapshot, ReportSnapshotEntry,
    ReportSnapshotId, SEALED_FORMAT, Seal, SealedQuery, SealedReport, SeminarChanged, SeminarOfOne, SnapshotComparison,
    SnapshotFormat, SnapshotRow,
};
pub use stated::{StatedBeside, StatedBySource, StatedTotal, StatedTotalId, StatedTotalRow, TotalOf, Unnamed};
pub use statistics::{
    Booked, Measure, Missed, Statistic, StatisticCategory, StatisticCell, StatisticFormat, StatisticName,
    StatisticSeries, StatisticUnit,
};
