//! Every code a problem can carry: the whole public vocabulary of refusals. A problem whose code is not here cannot be
//! answered.

use serde::Serialize;
use utoipa::ToSchema;

macro_rules! catalogue {
    ($($name:ident $status:literal $slug:tt $title:literal / $titel:literal : $meaning:literal;)+) => {
        /// Every code a problem can carry.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, ToSchema)]
        #[schema(example = "seminar-full")]
        pub enum Code { $(#[serde(rename = $slug)] $name),+ }

        impl Code {
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            #[must_use]
            pub const fn slug(self) -> &'static str {
                match self { $(Self::$name => $slug),+ }
            }

            #[must_use]
            pub const fn status(self) -> u16 {
                match self { $(Self::$name => $status),+ }
            }

            #[must_use]
            pub const fn title(self, german: bool) -> &'static str {
                match self { $(Self::$name => if german { $titel } else { $title }),+ }
            }

            /// What it means and what to do about it, for the page behind the problem's `type`.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$name => $meaning),+ }
            }
        }
    };
}

catalogue! {
    MalformedJson 400 "malformed-json" "The body is not JSON" / "Der Inhalt ist kein JSON":
        "The body could not be read as JSON (RFC 8259). `errors` names the place as far as it was understood.";
    BadRequest 400 "bad-request" "The request is not valid HTTP for this service" / "Die Anfrage ist ungültig":
        "A header or the path could not be read.";
    Unauthenticated 401 "unauthenticated" "Who is asking is not known" / "Anmeldung nötig":
        "The access token is missing, expired or not valid. Log in or refresh.";
    InvalidCredentials 401 "invalid-credentials" "E-mail or password is wrong" / "E-Mail oder Passwort ist falsch":
        "The same answer for an unknown account, a wrong password and a disabled account.";
    InvalidRefreshToken 401 "invalid-refresh-token" "The refresh token is not valid" / "Das Refresh-Token ist ungültig":
        "Unknown, expired, revoked, or used before; a token used twice revokes its whole family. Log in again.";
    InsufficientScope 403 "insufficient-scope" "The scope does not reach this" / "Die Berechtigung reicht dafür nicht":
        "The API client lacks the scope that the operation asks for; `detail` names it (RFC 6750, section 3.1).";
    Forbidden 403 "forbidden" "The role is too small for this" / "Die Rolle reicht dafür nicht":
        "The object is visible to the caller, the action needs another role.";
    NotFound 404 "not-found" "Nothing is here" / "Hier ist nichts":
        "Missing, or hidden from the caller: both are answered alike.";
    MethodNotAllowed 405 "method-not-allowed" "The method is not allowed here" / "Die Methode ist hier nicht erlaubt":
        "The header Allow lists the methods.";
    NotAcceptable 406 "not-acceptable" "No representation fits" / "Keine passende Darstellung":
        "Ask for one of the media types the operation lists.";
    BodyTimeout 408 "body-timeout" "The body did not arrive in time" / "Der Inhalt kam nicht rechtzeitig":
        "Send the body within ten seconds.";
    AlreadyRegistered 409 "already-registered" "This person is already registered" / "Diese Person ist schon angemeldet":
        "The address is already active for this seminar. Only members of the organisation are told so.";
    RegistrationNotOpen 409 "registration-not-open" "Registration is not open yet" / "Die Anmeldung ist noch nicht geöffnet":
        "The registration window begins later; `detail` says when.";
    RegistrationClosed 409 "registration-closed" "Registration is closed" / "Die Anmeldung ist geschlossen":
        "The window has ended, the seminar has begun, or it was held.";
    SeminarFull 409 "seminar-full" "No seat is left" / "Es ist kein Platz mehr frei":
        "No free seat in this channel, and no waiting list or a full one.";
    SeminarCancelled 409 "seminar-cancelled" "The seminar is cancelled" / "Die Veranstaltung ist abgesagt":
        "Nothing more can be booked or changed here.";
    SeminarPostponed 409 "seminar-postponed" "The seminar is postponed" / "Die Veranstaltung ist verschoben":
        "There is no new date yet; registration opens again with it.";
    SeminarMerged 409 "seminar-merged" "It is announced as one with another seminar" / "Die Veranstaltung ist mit einer anderen zusammengelegt":
        "The same event was announced twice and another seminar stands for it: `detail` names that one, and the header Link leads to it.";
    MergeChain 409 "merge-chain" "One of the two is merged already" / "Eine der beiden ist schon zusammengelegt":
        "A seminar that stands for others is merged into none, and none is merged into one that another stands for. `detail` says which; merge into the one that remains.";
    NotOneEvent 409 "not-one-event" "The two cannot be the same event" / "Die beiden können nicht dieselbe Veranstaltung sein":
        "They are on different days, or one takes place and the other does not; `detail` says what differs.";
    NotMerged 409 "not-merged" "There is no such merge" / "Die Veranstaltung ist nicht zusammengelegt":
        "The seminar is neither merged nor proposed to be. Look at its `duplicates`.";
    ChannelUnavailable 409 "channel-unavailable" "The seminar has no such channel to register for" / "Dafür gibt es keine Anmeldung":
        "The seminar is not offered through this channel, or the channel has viewers and no seats.";
    DeadlinePassed 409 "deadline-passed" "The seat was held until then" / "Der Platz war bis dahin reserviert":
        "The address was not confirmed, or the offer not accepted, in time; `detail` says until when. The seat has gone on.";
    TransitionNotAllowed 409 "transition-not-allowed" "The present state does not allow this" / "Der jetzige Zustand erlaubt das nicht":
        "`detail` names the state and what it allows.";
    NotReady 409 "not-ready" "Something is missing first" / "Es fehlt noch etwas":
        "The seminar cannot be published, held or merged yet; `errors` or `detail` says what is missing.";
    CapacityBelowTaken 409 "capacity-below-taken" "More seats are taken than that" / "Es sind mehr Plätze vergeben":
        "`detail` says how many seats are taken. Whoever changes the seminar itself may send `force: true`: then the capacity is lowered and nobody loses a seat.";
    ChannelInUse 409 "channel-in-use" "The channel has registrations" / "Zu diesem Kanal gibt es Anmeldungen":
        "A channel with active registrations cannot be removed.";
    InUse 409 "in-use" "It is still in use" / "Es wird noch verwendet":
        "Something refers to it; `detail` says what.";
    DecidedHere 409 "decided-here" "It was decided here since" / "Das wurde hier inzwischen entschieden":
        "`errors` names the members that somebody here changed since your last push. Nothing was changed. Send them as they stand here, or agree with the organiser.";
    NameTaken 409 "name-taken" "The name is taken" / "Der Name ist vergeben":
        "The organisation has one of this name already (upper case, accents and spaces do not count).";
    LimitReached 409 "limit-reached" "There are as many as there may be" / "Die Höchstzahl ist erreicht":
        "`detail` says how many there may be. Take one away first.";
    SlugTaken 409 "slug-taken" "The slug is taken" / "Das Kürzel ist vergeben":
        "Another organisation has this slug.";
    ExternalRefTaken 409 "external-ref-taken" "The external id is taken" / "Die externe Kennung ist vergeben":
        "Another seminar of the organisation has this id in this system.";
    AccountExists 409 "account-exists" "The address has an account" / "Die Adresse hat schon ein Konto":
        "It was made elsewhere. A platform admin can make it a member here.";
    AlreadyMember 409 "already-member" "The account is a member already" / "Das Konto ist schon Mitglied":
        "Change the role with PATCH instead.";
    LastAdmin 409 "last-admin" "The organisation would be without an admin" / "Die Organisation wäre ohne Admin":
        "Give the role to somebody else first.";
    BasisTaken 409 "basis-taken" "Another headcount became the basis meanwhile" / "Eine andere Zählung wurde inzwischen Grundlage":
        "Two headcounts were declared the basis at once. Look and try again.";
    CertificateNotEarned 409 "certificate-not-earned" "No certificate was earned" / "Es gibt keine Teilnahmebescheinigung":
        "The last session is not over, or too few sessions were attended by the seminar's rule; `detail` says which.";
    TooLongToPrint 409 "too-long-to-print" "The list is too long to be printed" / "Die Liste ist zu lang zum Drucken":
        "`detail` says how many lines a PDF may have. Take CSV or XLSX, which have no bound, or one session.";
    SealBroken 409 "seal-broken" "The report is not the one that was sealed" / "Der Bericht ist nicht der, der versiegelt wurde":
        "What is stored was changed after it was sealed. `detail` gives the digests; `format=sealed` gives what is stored, as it is.";
    TicketUnknown 404 "ticket-unknown" "Nobody has this ticket" / "Diese Karte gibt es nicht":
        "The code has no registration in this organisation. Type it again, or find the person by name.";
    TicketOfOtherSeminar 409 "ticket-of-other-seminar" "The ticket is for another seminar" / "Die Karte gilt für eine andere Veranstaltung":
        "`detail` says for which one.";
    RegistrationCancelled 409 "registration-cancelled" "The registration is cancelled" / "Die Anmeldung ist storniert":
        "With `force: true` the front desk lets the person in all the same.";
    RegistrationWaitlisted 409 "registration-waitlisted" "The person is on the waiting list" / "Die Person steht auf der Warteliste":
        "With `force: true` the front desk lets the person in all the same.";
    RegistrationNotConfirmed 409 "registration-not-confirmed" "The registration is not confirmed" / "Die Anmeldung ist nicht bestätigt":
        "`detail` names its state. With `force: true` the front desk lets the person in all the same.";
    WrongSession 409 "wrong-session" "It is another session's time" / "Jetzt ist ein anderer Termin":
        "`detail` names the session whose door is open. With `force: true` it is recorded for the one named.";
    DoorNotOpen 409 "door-not-open" "The door is not open yet" / "Der Einlass hat noch nicht begonnen":
        "`detail` says when it opens. With `force: true` the person is let in before.";
    AlreadyCheckedIn 409 "already-checked-in" "The person is in already" / "Die Person ist schon eingelassen":
        "`first` says when, where and by which device. With `force: true` the scan is recorded beside it; the person is counted once.";
    NotCheckedIn 409 "not-checked-in" "The person is not in" / "Die Person ist nicht im Raum":
        "Nobody can leave who has not come in. With `force: true` it is recorded all the same.";
    MoreThanRegistered 409 "more-than-registered" "More persons than registered" / "Mehr Personen als angemeldet":
        "`detail` says how many are still missing. With `force: true` all of them are let in.";
    CheckInVoided 409 "check-in-voided" "The check-in was voided" / "Der Einlass wurde zurückgenommen":
        "This scan was recorded and voided since. Scan again, with a new `scan_id`.";
    ScanIdReused 422 "scan-id-reused" "The scan_id belongs to another scan" / "Die scan_id gehört zu einem anderen Scan":
        "The same `scan_id` came with other content. A new scan takes a new one.";
    IdempotencyKeyInUse 409 "idempotency-key-in-use" "The first request with this key is still running" / "Die erste Anfrage mit diesem Schlüssel läuft noch":
        "Try again in a moment with the same key.";
    MatchesUnresolved 409 "matches-unresolved" "Some matches are not decided yet" / "Einige Zuordnungen sind noch offen":
        "`errors` names the participants. Decide each with PATCH, or send `accept_proposed: true` where only proposals are left.";
    DoubtsOpen 409 "doubts-open" "Some doubts are not settled yet" / "Einige Zweifel sind noch offen":
        "`errors` names the rows of the spreadsheet. Settle each with PATCH, or skip the row.";
    CursorExpired 410 "cursor-expired" "The place in the feed is no longer kept" / "Die Stelle im Änderungsstrom wird nicht mehr vorgehalten":
        "A cursor is good for 180 days, and for the database that gave it. Begin again without a cursor: the feed then tells how everything stands, and goes on from there.";
    PreconditionFailed 412 "precondition-failed" "It has changed meanwhile" / "Es wurde inzwischen geändert":
        "The version in If-Match is not the present one. Read it again, then decide.";
    BodyTooLarge 413 "body-too-large" "The body is too large" / "Der Inhalt ist zu groß":
        "`detail` says the limit.";
    UriTooLong 414 "uri-too-long" "The address is too long" / "Die Adresse ist zu lang":
        "The path and query are limited to 8 KiB.";
    UnsupportedMediaType 415 "unsupported-media-type" "The media type is not understood" / "Der Medientyp wird nicht verstanden":
        "Send application/json; for PATCH application/merge-patch+json is understood as well; a file comes as multipart/form-data.";
    ValidationFailed 422 "validation-failed" "The request is not valid" / "Die Anfrage enthält Fehler":
        "`errors` names each member (JSON Pointer, RFC 6901), query parameter or header, and what is wrong with it.";
    ReportNotCsv 422 "report-not-csv" "The file is no CSV text" / "Die Datei ist kein CSV-Text":
        "It is a spreadsheet, an archive, a PDF or something else that is never unpacked here. Save it as CSV and send that.";
    UnknownReportFormat 422 "unknown-report-format" "The report is not known" / "Der Bericht ist nicht bekannt":
        "`detail` lists the columns that were found. Send `column_map` to say which is what.";
    HeadingNotFound 422 "heading-not-found" "No heading was found" / "Keine Überschrift gefunden":
        "No row of the file names a title and a date, or two columns are called for the same. `detail` lists what was found; `column_map` says which is what.";
    DatesAmbiguous 422 "dates-ambiguous" "Days and months can be read both ways" / "Tag und Monat sind nicht eindeutig":
        "Both readings of the dates fit the session. Send `date_order`: dmy or mdy.";
    ReportOfOtherDay 422 "report-of-other-day" "The report is of another day" / "Der Bericht gehört zu einem anderen Tag":
        "All its times lie more than 24 hours from the session. `detail` says when they are.";
    IdempotencyKeyReused 422 "idempotency-key-reused" "The key was used for another request" / "Der Schlüssel gehört zu einer anderen Anfrage":
        "The same Idempotency-Key came with another body or for another operation. Use a new key.";
    PreconditionRequired 428 "precondition-required" "If-Match is required" / "If-Match fehlt":
        "Send the ETag of what you read in If-Match, so that nobody's change is overwritten unseen.";
    TooManyRequests 429 "too-many-requests" "Too many attempts" / "Zu viele Versuche":
        "Wait as long as Retry-After says.";
    HeadersTooLarge 431 "headers-too-large" "The headers are too large" / "Die Kopfzeilen sind zu groß":
        "All headers together are limited to 32 KiB, If-None-Match and If-Modified-Since to 8 KiB each.";
    Internal 500 "internal-error" "Something broke here" / "Hier ist etwas schiefgegangen":
        "Our fault. The request id helps us to find it.";
    Unavailable 503 "unavailable" "Not available right now" / "Im Augenblick nicht verfügbar":
        "The database is away or too busy. Try again after Retry-After seconds, a POST with the same Idempotency-Key: in rare cases it was done, and only the answer was lost.";
}
