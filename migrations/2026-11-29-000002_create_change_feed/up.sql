-- The change feed reads the journal in the order of transactions, and of what may be told there only.
CREATE INDEX journal_feed ON journal (transaction, id)
    WHERE object_kind IN ('seminar', 'venue', 'collection', 'organisation');
