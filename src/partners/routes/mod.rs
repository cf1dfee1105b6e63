//! What partners and those who care for them ask for.

mod webhooks;

use utoipa_actix_web::service_config::ServiceConfig;

pub fn configure(config: &mut ServiceConfig) {
    config.configure(webhooks::configure);
}
