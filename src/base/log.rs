//! What is written about the work: lines for people, or JSON for machines, each with the request it belongs to.

use std::io::IsTerminal;
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
    // Colours are for people; in a file they stand between what is looked for.
    let builder = match std::io::stderr().is_terminal() {
        true => builder,
        false => builder.with_ansi(false),
    };
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

#[cfg(test)]
mod tests {
    use std::panic::{catch_unwind, set_hook, take_hook};
    use std::sync::{Arc, Mutex};

    use super::*;

    /// What would be told of these panics.
    fn told<const N: usize>(all: [fn(); N]) -> [&'static str; N] {
        let (own, heard) = (std::thread::current().id(), Arc::new(Mutex::new("")));
        let (hears, others) = (heard.clone(), take_hook());
        set_hook(Box::new(move |panic| {
            if std::thread::current().id() == own {
                *hears.lock().unwrap() = words(panic);
            } else {
                others(panic);
            }
        }));
        let all = all.map(|panics| {
            assert!(catch_unwind(panics).is_err());
            *heard.lock().unwrap()
        });
        drop(take_hook());
        all
    }

    #[test]
    fn what_a_panic_puts_together_is_not_told() {
        let put_together = || panic!("{} came", std::hint::black_box("Anna"));
        let stands_in_the_source = || panic!("somebody came");
        let other = || std::panic::panic_any(7);
        let nothing = "not told: it may be about somebody";
        let all: [fn(); 3] = [put_together, stands_in_the_source, other];
        assert_eq!(told(all), [nothing, "somebody came", nothing]);
    }
}
