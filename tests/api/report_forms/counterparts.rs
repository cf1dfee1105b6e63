//! The paper of 2021 beside what this report says.

/// Every statement of the overview of the paper of 2021 („Veranstaltungen 2020/2021“, and the project that it tells before), and
/// what this report says for it. The office's words differ; day, place and figure do not.
pub const COUNTERPARTS: &[(&str, &[&str])] = &[
    (
        "rund 35 Seminare und Veranstaltungen angeboten",
        &[
            "| angeboten | „rund 35 Seminare und Veranstaltungen angeboten“ | rund 35 | 25 | hier zählen rund 10 weniger |",
        ],
    ),
    (
        "musste fast die Hälfte abgesagt oder verschoben werden",
        &[
            "| abgesagt oder verschoben | „musste fast die Hälfte abgesagt oder verschoben werden“ | nicht genannt | 2 |",
            "Nach dieser Quelle wurden rund 16 Veranstaltungen angeboten und nicht durchgeführt. Einzeln erfasst sind davon zwei; rund 14 weitere nennt die Quelle nicht.",
        ],
    ),
    (
        "19 Veranstaltungen (davon vier vor Corona) durchgeführt",
        &[
            "| 19 | 23 | hier zählen 4 mehr; die 19 der Quelle zählt die Regel „vorlage-2021-0047@1“ |",
            "| durchgeführt vor dem 16.03.2020 | „davon vier vor Corona“ | 4 | 4 | stimmt überein |",
        ],
    ),
    (
        "regionale Dialoge in Euskirchen, Heinsberg und der StädteRegion, Informationsveranstaltung am 29.07.20",
        &[
            "Regionaler Dialog im Kreis Euskirchen",
            "Regionaler Dialog im Kreis Heinsberg",
            "- Am 29.07.20 fand die Veranstaltung",
        ],
    ),
    (
        "Am 22.09.20 Kick-off auf dem CHIO-Gelände mit über 130 Teilnehmenden in hybrider Form",
        &[
            "Am 22.09.20 fand in hybrider Form in Aachen (CHIO-Gelände) und online",
            "mit über 130 Teilnehmenden statt",
        ],
    ),
    (
        "digitalHUB meets am 18.06.20 in der Digital Church",
        &["Am 18.06.20 fand in Aachen (DIGITAL Church)"],
    ),
    ("am 17.12.20 das Pendant Mobility", &["Am 17.12.20 fand"]),
    (
        "22.04.21 Zukunftsperspektive der Gesundheitsberufe, über 150 Teilnehmer_innen",
        &[
            "Am 22.04.21 fand online das Seminar",
            "Zukunftsperspektive der Gesundheitsberufe",
            "mit über 150 Teilnehmenden statt",
        ],
    ),
    (
        "durch die GründerRegion Aachen drei Veranstaltungen",
        &[
            "Im Rahmen von „Existenzgründungs- und Förderberatung“ fanden drei Veranstaltungen statt (Federführung: GründerRegion Aachen).",
        ],
    ),
    (
        "13.02.20 DIGITAL Church, 180 Teilnehmende",
        &[
            "Am 13.02.20 fand in Aachen (DIGITAL Church) die Preisverleihung",
            "mit 180 Teilnehmenden statt",
        ],
    ),
    (
        "04.03.20 Finanzplanung, 17 Teilnehmende, IHK",
        &["Am 04.03.20 fand in Aachen (IHK Aachen)", "mit 17 Teilnehmenden statt"],
    ),
    (
        "10.11.20 via Livestream auf YouTube, 450 Zuschauende",
        &["Am 10.11.20 fand im Livestream (YouTube)", "mit 450 Zuschauenden statt"],
    ),
    (
        "VISION und Gründerfoyer coronabedingt abgesagt",
        &[
            "[„Gründerfoyer“](",
            ") und [„VISION-Preisverleihung“](",
            ") wurden pandemiebedingt abgesagt.",
        ],
    ),
    (
        "NRW.Innovationspartner: zwei Veranstaltungen unter Beteiligung",
        &["Im Projekt „NRW.Innovationspartner“ fanden zwei Veranstaltungen statt (unter eigener Mitwirkung)."],
    ),
    (
        "04.03.20 INNOVATIA in Würselen, 33",
        &["Am 04.03.20 fand in Würselen das Seminar", "mit 33 Teilnehmenden statt"],
    ),
    (
        "20.08.20 Fördermöglichkeiten für KMU, 67",
        &[
            "Am 20.08.20 fand online die Informationsveranstaltung",
            "mit 67 Teilnehmenden statt",
        ],
    ),
    (
        "Hallo Nachbar am 25.02.21 bei der LaVa-X GmbH in Herzogenrath mit IHK und AGIT, 32",
        &[
            "Im Format „Hallo Nachbar“ fand am 25.02.21 online (LaVa-X GmbH, Herzogenrath)",
            "gemeinsam mit IHK Aachen und AGIT",
            "mit 32 Teilnehmenden statt",
        ],
    ),
    (
        "Charlemagne interaktiv: 13.02.20 in Heerlen (NL), 42; 06.05.21 Europawoche, 35",
        &[
            "Am 13.02.20 fand in Heerlen (NL, Brightlands Smart Services Campus)",
            "mit 42 Teilnehmenden statt",
            "(im Rahmen von „Europawoche“) mit 35 Teilnehmenden statt",
        ],
    ),
    (
        "Vorstellung des digitalHUB, 23.09.20, 27",
        &[
            "Im Rahmen von „Innovationswoche Eifel“ fand am 23.09.20 online",
            "mit 27 Teilnehmenden statt",
        ],
    ),
    (
        "Bau- und Architektenrecht 30.09.20 und 14.04.21, 36 und 34",
        &[
            "Am 30.09.20 fand online",
            "mit 36 Teilnehmenden statt",
            "Am 14.04.21 fand online",
            "mit 34 Teilnehmenden statt",
        ],
    ),
    (
        "Onboarding 28.10.20 und 03.11.20, 27 und 25, Zweckverband",
        &[
            "Am 28.10.20 fand online",
            "(gemeinsam mit Zweckverband Region Aachen) mit 25 Teilnehmenden statt",
        ],
    ),
    (
        "Von der Pflege ins Büro 22.04.21, 27",
        &[
            "Von der Pflege ins Büro",
            "(gemeinsam mit Zweckverband Region Aachen) mit 27 Teilnehmenden statt",
        ],
    ),
    (
        "digitale Sprechstunde 04.11.20, 95",
        &["Am 04.11.20 fand online", "mit 95 Teilnehmenden statt"],
    ),
    (
        "zweite Sprechstunde 23.04.21, mehr als 120",
        &["Am 23.04.21 fand online", "mit über 120 Teilnehmenden statt"],
    ),
    (
        "Gesundheitsamt und Dr. Michael Ziemons",
        &["gemeinsam mit Gesundheitsamt der StädteRegion Aachen; Vortrag: Gesundheitsdezernent Dr. Michael Ziemons"],
    ),
    (
        "Job- und Qualifizierungsbörse am 26.08.21 in digitaler Form",
        &[
            "Am 26.08.21 soll online die Messe",
            "gemeinsam mit Stadt Aachen, Bundesagentur für Arbeit und Jobcenter der StädteRegion Aachen",
        ],
    ),
    (
        "Schulungen der Digitalen Werkstatt im (Spät-)Sommer",
        &["Im Zeitraum vom 01.06.21 bis 31.08.21 soll vor Ort der Kurs"],
    ),
    ("Ausschuss am 25.11.21", &["Am 25.11.21 soll der Vortrag"]),
];
