//! Who offers an event that was announced several times.

use crate::auth::OrganisationRef;
use crate::base::text::fold;
use crate::seminars::model::{Involved, PartyRole};

/// The parties of a seminar whose tenant is `own`, with those of the other announcements of the same event: their tenants as
/// co-organisers, whoever leads there too; everybody else as what they are there. Who is named already is not named again.
#[must_use]
pub fn together<'a>(
    own: &OrganisationRef,
    parties: Vec<Involved>,
    others: impl IntoIterator<Item = (&'a OrganisationRef, Vec<Involved>)>,
) -> Vec<Involved> {
    let mut all = parties;
    for (tenant, named) in others {
        if tenant.id != own.id {
            lead_if_nobody_does(own, &mut all);
            add(&mut all, tenant_as(PartyRole::CoOrganiser, tenant));
        }
        for party in named {
            add(&mut all, party);
        }
    }
    all
}

/// Where nobody is named as leading and the tenant in no other role, it leads; beside others that has to be said.
fn lead_if_nobody_does(own: &OrganisationRef, all: &mut Vec<Involved>) {
    let led = all.iter().any(|one| one.role == PartyRole::Lead);
    if !led && !is_named(all, &tenant_as(PartyRole::Lead, own)) {
        all.insert(0, tenant_as(PartyRole::Lead, own));
    }
}

fn tenant_as(role: PartyRole, tenant: &OrganisationRef) -> Involved {
    Involved {
        role,
        organisation: Some(tenant.clone()),
        name: tenant.name.clone(),
    }
}

fn add(all: &mut Vec<Involved>, mut one: Involved) {
    if one.role == PartyRole::Lead {
        one.role = PartyRole::CoOrganiser;
    }
    if !is_named(all, &one) {
        all.push(one);
    }
}

fn is_named(all: &[Involved], one: &Involved) -> bool {
    let id = |of: &Involved| of.organisation.as_ref().map(|organisation| organisation.id);
    all.iter()
        .any(|other| (id(one).is_some() && id(one) == id(other)) || fold(&other.name) == fold(&one.name))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::auth::OrganisationId;

    fn organisation(n: u128, name: &str) -> OrganisationRef {
        OrganisationRef {
            id: OrganisationId(Uuid::from_u128(n)),
            slug: name.to_lowercase(),
            name: name.to_owned(),
        }
    }

    fn named(role: PartyRole, name: &str) -> Involved {
        Involved {
            role,
            organisation: None,
            name: name.to_owned(),
        }
    }

    fn told(all: &[Involved]) -> Vec<(&str, &str)> {
        all.iter().map(|one| (one.role.as_str(), one.name.as_str())).collect()
    }

    #[test]
    fn the_other_tenant_co_organises_and_the_own_one_leads() {
        let (own, other) = (organisation(1, "StädteRegion"), organisation(2, "IHK"));
        assert_eq!(
            told(&together(&own, vec![], [(&other, vec![])])),
            [("lead", "StädteRegion"), ("co_organiser", "IHK")]
        );
        let agit = named(PartyRole::Lead, "AGIT");
        assert_eq!(
            told(&together(&own, vec![agit], [(&other, vec![])])),
            [("lead", "AGIT"), ("co_organiser", "IHK")],
            "somebody leads already"
        );
        let twice = together(&own, vec![], [(&own, vec![named(PartyRole::Funder, "Land NRW")])]);
        assert_eq!(told(&twice), [("funder", "Land NRW")], "announced twice by one");
        assert_eq!(together(&own, vec![], []), []);
    }

    #[test]
    fn nobody_is_named_twice_and_nobody_leads_beside_the_one_who_does() {
        let (own, other) = (organisation(1, "StädteRegion"), organisation(2, "IHK"));
        let own_parties = vec![
            tenant_as(PartyRole::Lead, &own),
            named(PartyRole::Contributor, "Gründerregion"),
        ];
        let theirs = vec![
            named(PartyRole::Lead, "AGIT"),
            named(PartyRole::Funder, "GRÜNDERREGION"),
            tenant_as(PartyRole::Contributor, &own),
            named(PartyRole::Speaker, "Dr. Petra Vogt"),
        ];
        assert_eq!(
            told(&together(&own, own_parties, [(&other, theirs)])),
            [
                ("lead", "StädteRegion"),
                ("contributor", "Gründerregion"),
                ("co_organiser", "IHK"),
                ("co_organiser", "AGIT"),
                ("speaker", "Dr. Petra Vogt"),
            ]
        );
    }
}
