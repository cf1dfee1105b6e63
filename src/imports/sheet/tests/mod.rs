//! The reader on its own.
