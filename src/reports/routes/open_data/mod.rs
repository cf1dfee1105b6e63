//! Open data: that an organisation publishes its years (`settings`), and what is then there for everybody (`published`).

pub mod published;
pub mod settings;
