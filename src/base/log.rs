//! What is written about the work: lines for people, or JSON for machines, each with the request it belongs to.

use std::panic::PanicHookInfo;

use tracing::Subscriber;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use super::config::LogFormat;

/// Who writes the log.
pub fn subscriber<W>(filter: EnvFilter, format: LogFormat, writer: W) -> Box<dyn Subscriber + Send + Sync>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(writer);
    match format {
        LogFormat::Text => Box::new(builder.with_target(false).finish()),
        // One span a request, so the list of them would say everything twice.
        LogFormat::Json => Box::new(builder.json().flatten_event(true).with_span_list(false).finish()),
    }
}

/// A panic becomes a line like any other.
pub fn panics_too() {
    std::panic::set_hook(Box::new(|panic| {
        tracing::error!(at = place(panic), what = words(panic), "panicked");
    }));
}

fn place(panic: &PanicHookInfo<'_>) -> String {
    panic.location().map(ToString::to_string).unwrap_or_default()
}

/// Words that stand in the source tell nothing about anybody; those that were put together may hold what a caller sent.
fn words(panic: &PanicHookInfo<'_>) -> &'static str {
    panic
        .payload()
        .downcast_ref::<&'static str>()
        .copied()
        .unwrap_or("not told: it may be about somebody")
}
