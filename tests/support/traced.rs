//! Where somebody wants to read it (`TEST_EINLASS_TRACE=FILE`), everything that is logged while the tests run, at TRACE.

use std::fs::File;
use std::sync::{Mutex, Once};

use einlass::base::config::LogFormat;
use einlass::base::log::subscriber;
use tracing_subscriber::EnvFilter;

pub fn begin() {
    static BEGUN: Once = Once::new();
    BEGUN.call_once(|| {
        if let Ok(file) = std::env::var("TEST_EINLASS_TRACE") {
            let file = Mutex::new(File::create(file).unwrap());
            let all = subscriber(EnvFilter::new("trace"), LogFormat::Json, file);
            tracing::subscriber::set_global_default(all).unwrap();
        }
    });
}
